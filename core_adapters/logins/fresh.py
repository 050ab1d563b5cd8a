"""One token for everybody: asked for once however many wait, renewed before it ends, never shown.

    0 %                      80 %            95 %    100 % of its life
    |--- used as it is -------|-- still used --|-- not used any more
                              |   while a new one is fetched

A token endpoint that fails leaves the old token in use to its end, and is left alone for a moment. Where there is no
token, the failure is Unavailable: nothing was sent to the core.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from core_adapters.failures import Unavailable
from core_adapters.validation import checked

ASK_S_MAX = 4.0  # shorter than a question may take, so that its asker is told what was wrong
QUIET_S = 2.0  # after a failure; a wrong password that is tried without pause locks the account
RESPITE_S = 1.0  # a core that refuses a token younger than this would refuse the next one as well
RENEWED_AT = 0.8
USED_UNTIL = 0.95
WHOLE_S = 1.0  # tokens end at whole seconds, so that one of a few seconds may end a second before it says
LIFE_S_MAX = 86_400  # longer promises are not believed: a day's token is renewed daily
SCHEMA = {
    "token": {"type": "string", "regex": r"[\x21-\x7e]{1,16384}"},  # what may stand in a header
    "seconds": {"type": "integer", "min": 1},
}
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Token:
    """A token and how long it is good, counted from when it was asked for."""

    text: str = field(repr=False)
    life_s: int

    @classmethod
    def read(cls, text: object, seconds: object) -> "Token":
        """Raises core_adapters.validation.Invalid, which does not repeat the token."""
        fits = checked({"token": text, "seconds": seconds}, SCHEMA)
        return cls(fits["token"], min(fits["seconds"], LIFE_S_MAX))


@dataclass(frozen=True, slots=True)
class _Held:
    """A token with the times of our clock at which it was asked for, is renewed, and is used no more."""

    text: str = field(repr=False)
    asked_at: float
    renew_at: float
    dead_at: float


def _held(token: Token, asked_at: float) -> _Held:
    life = token.life_s
    used_s = min(life * USED_UNTIL, max(life - WHOLE_S, life / 2))
    return _Held(token.text, asked_at, asked_at + min(life * RENEWED_AT, used_s), asked_at + used_s)


class Fresh:
    """Keeps what ``ask`` gives. ``clock`` counts seconds and never goes back."""

    def __init__(self, ask: Callable[[], Awaitable[Token]], clock: Callable[[], float]) -> None:
        self._ask = ask
        self._clock = clock
        self._held: _Held | None = None
        self._asking: asyncio.Task[None] | None = None
        self._quiet_until: float | None = None
        self._problem = ""

    async def token(self) -> str:
        """The token to use now. Raises Unavailable."""
        now = self._clock()
        if self._held is None or now >= self._held.renew_at:
            self._renew(now)
        if self._asking is not None and (self._held is None or now >= self._held.dead_at):
            await asyncio.wait([self._asking])  # a waiter that is cancelled does not cancel it for the others
        if self._held is None or self._clock() >= self._held.dead_at:
            raise Unavailable(f"no token to log in with: {self._problem or 'the new one has ended already'}")
        return self._held.text

    def refused(self, text: str) -> bool:
        """The core did not take this token: forget it. Whether there is a better one to be had."""
        if self._held is None or self._held.text != text:
            return True
        is_young = self._clock() < self._held.asked_at + RESPITE_S
        if not is_young:
            self._held = None
        return not is_young

    def _renew(self, now: float) -> None:
        is_quiet = self._quiet_until is not None and now < self._quiet_until
        if self._asking is None and not is_quiet:
            self._asking = asyncio.create_task(self._fetch())

    async def _fetch(self) -> None:
        asked_at = self._clock()
        try:
            async with asyncio.timeout(ASK_S_MAX):
                token = await self._ask()
            self._held, self._quiet_until = _held(token, asked_at), None
        except Exception as error:  # whatever went wrong there, its text may repeat what we sent: only the kind is kept
            self._problem = type(error).__name__
            self._quiet_until = self._clock() + QUIET_S
            log.warning("token_not_renewed", error=self._problem)
        finally:
            self._asking = None
