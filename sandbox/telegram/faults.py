"""Trouble on demand: the next calls of bots meet a throttle, a closed door or a broken server."""

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.responses import HTMLResponse, Response

from sandbox.phones.faults import UnfitFault
from sandbox.telegram.failures import Refused, forbidden, too_many

OUTCOMES = ("ok", "throttle", "blocked", "unauthorized", "unavailable", "html")
BAD_GATEWAY = (
    "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
)
COUNT_MAX = 1_000
DELAY_MAX_S = 60.0


@dataclass(slots=True)
class Fault:
    """`count` calls of `method` (any when empty) meet `outcome`, each after `delay_s`."""

    outcome: str = "ok"
    method: str = ""
    count: int = 0
    retry_after_s: int = 5
    delay_s: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome, "method": self.method, "count": self.count,
            "retry_after_s": self.retry_after_s, "delay_s": self.delay_s, "outcomes": OUTCOMES,
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
            fault = Fault(
                str(given.get("outcome", "ok")), str(given.get("method", "")).lower(), int(given.get("count", 1)),
                int(given.get("retry_after_s", 5)), float(given.get("delay_s", 0)),
            )  # fmt: skip
        except (TypeError, ValueError):
            raise UnfitFault("count and retry_after_s must be whole numbers, delay_s a number") from None
        if fault.outcome not in OUTCOMES:
            raise UnfitFault(f"outcome must be one of {', '.join(OUTCOMES)}")
        if not 0 <= fault.count <= COUNT_MAX or not 0 <= fault.delay_s <= DELAY_MAX_S or fault.retry_after_s < 1:
            raise UnfitFault(f"count goes to {COUNT_MAX}, delay_s to {DELAY_MAX_S:g}, retry_after_s starts at 1")
        self.fault = fault
        return fault

    async def meet(self, method: str) -> Response | None:
        """What this call meets instead of its answer; None when nothing is wrong. Raises Refused."""
        fault = self.fault
        if fault.count < 1 or fault.method not in ("", method.lower()):
            return None
        fault.count -= 1
        await asyncio.sleep(fault.delay_s)
        if fault.outcome == "html":
            return HTMLResponse(BAD_GATEWAY, 502)
        if fault.outcome != "ok":
            raise _refusal(fault)
        return None


def _refusal(fault: Fault) -> Refused:
    if fault.outcome == "throttle":
        return too_many(fault.retry_after_s)
    if fault.outcome == "blocked":
        return forbidden("bot was blocked by the user")
    if fault.outcome == "unauthorized":
        return Refused(401, "Unauthorized")
    return Refused(500, "Internal Server Error")
