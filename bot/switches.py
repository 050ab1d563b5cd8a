"""Whether an account may send: the kill switch that staff turn, and the rest that a platform forces on us.

The switches stand in the database; every process looks at them once a second, so a stop is obeyed everywhere within
two. While sending is off messages wait where they are; what comes in goes on. A process that cannot read them keeps to
what it knew.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from bot.metrics import alert
from bot.pace import Pace
from bot.store import Queue, StoreDown, Switch, SwitchStore

LOOK_S = 1.0  # half of what a stop may take to reach every process
STORE_PAUSE_S = 0.5

log = structlog.get_logger("bot.switches")


@dataclass(frozen=True, slots=True)
class Standing:
    """One account as staff see it: its switch, its rest, its queue."""

    switch: Switch
    queue: Queue


class Switches:
    """The switches as this process knows them. ``run`` keeps them fresh."""

    def __init__(self, store: SwitchStore, pace: Pace, look_s: float = LOOK_S) -> None:
        self._store = store
        self._pace = pace
        self._look_s = look_s
        self._known: dict[tuple[str, str], Switch] | None = None
        self._telling: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.refresh()
            except StoreDown as error:
                log.warning("store_unreachable", reason=str(error))
            except Exception as error:  # without it a stop would be obeyed no more
                alert("switches_unread", type(error).__name__)
            await asyncio.sleep(self._look_s)

    async def refresh(self) -> None:
        """Look now. Raises StoreDown."""
        known = {(switch.channel, switch.account): switch for switch in await self._store.read()}
        if known == self._known:
            return
        before, self._known = self._known or {}, known
        for key, switch in known.items():
            if switch.rests_until is not None and switch.rests_until != _rest_of(before.get(key)):
                left_s = (switch.rests_until - datetime.now(UTC)).total_seconds()
                self._pace.hold(switch.channel, switch.account, max(0.0, left_s))  # another process may have met it

    async def ready(self) -> None:
        """Until the switches were read once: a process that has just begun must not send what was stopped before."""
        while self._known is None:
            try:
                await self.refresh()
            except StoreDown:
                await asyncio.sleep(STORE_PAUSE_S)

    def is_on(self, channel: str, account: str) -> bool:
        """Whether nobody has stopped the account, nor its channel."""
        known = self._known or {}
        return all((channel, key) not in known or known[channel, key].sending for key in ("", account))

    async def turn(self, channel: str, account: str, sending: bool, reason: str, who: str) -> None:
        """Stop or let go, with a line for the audit. Raises StoreDown."""
        await self._store.turn(channel, account, sending, reason, who)
        if sending:
            log.warning("channel_released", reason=reason, channel=channel, subject=who)
        else:
            alert("channel_stopped", reason, channel=channel, subject=who)
        await self.refresh()

    def rest(self, channel: str, account: str, seconds: float, reason: str) -> None:
        """The platform has stopped the account: nothing leaves for a while, staff are told and can see it."""
        alert("channel_down", reason, channel=channel)
        self._pace.hold(channel, account, seconds)
        task = asyncio.create_task(self._tell(channel, account, seconds, reason))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def standings(self, accounts: Sequence[tuple[str, str]]) -> Sequence[Standing]:
        """Each of these accounts, and others that were switched or have something waiting. Raises StoreDown."""
        await self.refresh()
        queues = await self._store.waiting()
        known = self._known or {}
        names = {*accounts, *queues, *known} - {(channel, "") for channel, _ in known}
        return [
            Standing(self._of(channel, account), queues.get((channel, account), Queue()))
            for channel, account in sorted(names)
        ]

    async def close(self) -> None:
        """Let what is being told be told."""
        if self._telling:
            await asyncio.wait(self._telling)

    def _of(self, channel: str, account: str) -> Switch:
        """The account's switch, or its channel's where that is what stops it or nobody has turned its own."""
        known = self._known or {}
        own, whole = known.get((channel, account), Switch(channel, account)), known.get((channel, ""))
        if whole is None or (whole.sending and own.at is not None):
            return own
        return replace(own, sending=whole.sending, reason=whole.reason, who=whole.who, at=whole.at)

    async def _tell(self, channel: str, account: str, seconds: float, reason: str) -> None:
        try:
            await self._store.rest(channel, account, seconds, reason)
        except StoreDown:
            log.warning("rest_not_recorded", channel=channel)


def _rest_of(switch: Switch | None) -> datetime | None:
    return None if switch is None else switch.rests_until
