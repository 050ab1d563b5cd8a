"""Trouble on demand: the next calls of accounts meet a limit, a lost subscriber or a broken server."""

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.responses import HTMLResponse, Response

from sandbox.phones.faults import UnfitFault
from sandbox.viber.answers import Refused

STATUSES = {
    "throttle": (12, "tooManyRequests"),
    "unsubscribed": (6, "receiverNotSubscribed"),
    "unauthorized": (2, "invalidAuthToken"),
}
OUTCOMES = ("ok", *STATUSES, "html")
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
COUNT_MAX = 1_000
DELAY_MAX_S = 60.0


@dataclass(slots=True)
class Fault:
    """`count` calls of `method` (any when empty) meet `outcome`, each after `delay_s`."""

    outcome: str = "ok"
    method: str = ""
    count: int = 0
    delay_s: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome, "method": self.method, "count": self.count, "delay_s": self.delay_s,
            "outcomes": OUTCOMES,
        }  # fmt: skip


class Faults:
    """Holds the one switch."""

    def __init__(self) -> None:
        self.fault = Fault()

    def as_json(self) -> dict[str, Any]:
        return self.fault.as_json()

    def set(self, given: dict[str, Any]) -> Fault:
        """Raises UnfitFault."""
        try:
            count, delay_s = int(given.get("count", 1)), float(given.get("delay_s", 0))
        except (TypeError, ValueError):
            raise UnfitFault("count must be a whole number, delay_s a number") from None
        outcome = str(given.get("outcome", "ok"))
        if outcome not in OUTCOMES:
            raise UnfitFault(f"outcome must be one of {', '.join(OUTCOMES)}")
        if not 0 <= count <= COUNT_MAX or not 0 <= delay_s <= DELAY_MAX_S:
            raise UnfitFault(f"count goes to {COUNT_MAX}, delay_s to {DELAY_MAX_S:g}")
        self.fault = Fault(outcome, str(given.get("method", "")), count, delay_s)
        return self.fault

    async def meet(self, method: str) -> Response | None:
        """What this call meets instead of its answer; None when nothing is wrong. Raises Refused."""
        fault = self.fault
        if fault.count < 1 or fault.method not in ("", method):
            return None
        fault.count -= 1
        await asyncio.sleep(fault.delay_s)
        if fault.outcome == "html":
            return HTMLResponse(BAD_GATEWAY, 502)
        if fault.outcome in STATUSES:
            raise Refused(*STATUSES[fault.outcome])
        return None
