"""Who is refused again and again has to wait: an address has so many refusals a minute, whatever it asks for.

Guessing tokens, ids and links is nothing but refusals. What is let in is not counted, so no service is slowed down.
Webhooks are left out: a messenger's address is that of all its bots, and their signatures cannot be guessed.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REFUSALS = frozenset({401, 403, 404})
SPARED = "/webhooks/"
ADDRESSES_MAX = 10_000  # the one that has been quiet for longest is forgotten first
MINUTE_S = 60.0


class Throttle:
    """ASGI middleware. ``a_minute`` is how many refusals an address has, all at once or spread; 0 counts none."""

    def __init__(self, app: ASGIApp, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._app, self._a_minute, self._clock = app, a_minute, clock
        self._full_at: OrderedDict[str, float] = OrderedDict()  # when an address has all its refusals again

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry."""
        address = _address(scope) if self._a_minute else ""
        if not address:
            await self._app(scope, receive, send)
        elif (wait_s := self._wait_s(address)) > 0:
            words = "Too many calls from this address were refused. Wait, then send what is let in."
            headers = {"retry-after": str(math.ceil(wait_s))}
            await JSONResponse({"code": "too_many_refusals", "message": words}, 429, headers)(scope, receive, send)
        else:
            await self._app(scope, receive, self._counting(address, send))

    def _counting(self, address: str, send: Send) -> Send:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in REFUSALS:
                self._count(address)
            await send(message)

        return counted

    def _wait_s(self, address: str) -> float:
        """Until there is a refusal left."""
        return self._full_at.get(address, 0.0) - self._clock() - MINUTE_S + MINUTE_S / self._a_minute

    def _count(self, address: str) -> None:
        now = self._clock()
        self._full_at[address] = max(now, self._full_at.get(address, now)) + MINUTE_S / self._a_minute
        self._full_at.move_to_end(address)
        if len(self._full_at) > ADDRESSES_MAX:
            self._full_at.popitem(last=False)


def _address(scope: Scope) -> str:
    """Whose refusals these are: an IPv4 address, or the network of an IPv6 one; empty where nothing is counted."""
    if scope["type"] != "http" or scope["path"].startswith(SPARED) or not scope.get("client"):
        return ""
    host: str = scope["client"][0]
    return ":".join(host.split(":")[:4]) if ":" in host else host
