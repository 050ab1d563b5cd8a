"""Trouble on demand: the next calls meet a refusal, and the next webhooks come twice, late, together or out of order.

PUT {"outcome", "method", "count", "delay_s", "retry_after_s", "code", "status", "subcode",
     "webhooks": {"count", "duplicate", "delay_s", "batch", "shuffle"}}

`outcome` is one of the names in `outcomes` (GET tells them), or `code` for a refusal of one's own with `code`,
`status`, `subcode`. `lost` does what was asked and then answers 500, as when the answer does not come back.
`method` is the last part of the path (`messages`, `media`); empty is any.
`webhooks.count` pieces of news are disturbed: each is posted `duplicate` times more, after `delay_s`; they are held
until `batch` of them wait and then posted as one body; `shuffle` turns the order of such a group around.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from starlette.responses import HTMLResponse, Response

from sandbox.graph.failures import GraphRefused, bad_token, unavailable
from sandbox.graph.limits import BATCH_MAX
from sandbox.phones.faults import UnfitFault

BAD_GATEWAY = "<html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>"
COUNT_MAX = 1_000
DELAY_MAX_S = 60.0
DUPLICATE_MAX = 10

Refusal = Callable[["Fault"], GraphRefused]


@dataclass(slots=True)
class Disorder:
    """`count` pieces of news meet this on their way to the app."""

    count: int = 0
    duplicate: int = 0
    delay_s: float = 0.0
    batch: int = 1
    shuffle: bool = False

    @property
    def group(self) -> int:
        """How many pieces leave together; a lone one cannot be out of order."""
        return min(self.count, max(self.batch, 2 if self.shuffle else 1))


@dataclass(slots=True)
class Fault:
    """`count` calls of `method` meet `outcome`, each after `delay_s`."""

    outcome: str = "ok"
    method: str = ""
    count: int = 0
    delay_s: float = 0.0
    retry_after_s: int = 5
    code: int = 2
    status: int = 400
    subcode: int | None = None
    webhooks: Disorder = field(default_factory=Disorder)


def _throttled(fault: Fault) -> GraphRefused:
    return GraphRefused(
        429, 4, "Application request limit reached", transient=True, headers={"Retry-After": str(fault.retry_after_s)}
    )


SHARED: dict[str, Refusal] = {
    "throttle": _throttled,
    "unauthorized": lambda _: bad_token("Error validating access token: The session has been invalidated"),
    "forbidden": lambda _: GraphRefused(403, 10, "Application does not have permission for this action"),
    "unavailable": lambda _: unavailable(),
    "code": lambda fault: GraphRefused(fault.status, fault.code, "Asked for", subcode=fault.subcode),
}


class Faults:
    """Holds the one switch. `refusals` are those that only this platform has; `others` it sees to itself."""

    def __init__(self, refusals: Mapping[str, Refusal], others: Sequence[str] = ()) -> None:
        self._refusals, self._others = SHARED | dict(refusals), tuple(others)
        self.fault = Fault()

    @property
    def outcomes(self) -> tuple[str, ...]:
        return ("ok", "html", "lost", *self._refusals, *self._others)

    def as_json(self) -> dict[str, Any]:
        return asdict(self.fault) | {"outcomes": self.outcomes}

    def set(self, given: dict[str, Any]) -> None:
        """Raises UnfitFault."""
        try:
            subcode = given.get("subcode")
            fault = Fault(
                str(given.get("outcome", "ok")), str(given.get("method", "")), int(given.get("count", 1)),
                float(given.get("delay_s", 0)), int(given.get("retry_after_s", 5)), int(given.get("code", 2)),
                int(given.get("status", 400)), None if subcode is None else int(subcode),
                _disorder(given.get("webhooks") or {}),
            )  # fmt: skip
        except UnfitFault:
            raise
        except (TypeError, ValueError, AttributeError):
            raise UnfitFault("counts and codes are whole numbers, delay_s is a number, webhooks an object") from None
        if fault.outcome not in self.outcomes:
            raise UnfitFault(f"outcome must be one of {', '.join(self.outcomes)}")
        if not 0 <= fault.count <= COUNT_MAX or not 0 <= fault.delay_s <= DELAY_MAX_S or fault.retry_after_s < 1:
            raise UnfitFault(f"count goes to {COUNT_MAX}, delay_s to {DELAY_MAX_S:g}, retry_after_s starts at 1")
        if not 400 <= fault.status <= 599:
            raise UnfitFault("status goes from 400 to 599")
        self.fault = fault

    def take(self, method: str) -> Fault | None:
        """The fault that a call of this method meets, counted down; None when all is well."""
        fault = self.fault
        if fault.count < 1 or fault.method not in ("", method):
            return None
        fault.count -= 1
        return fault

    async def meet(self, fault: Fault) -> Response | None:
        """What a call meets instead of being done; None when it is done all the same. Raises GraphRefused."""
        await asyncio.sleep(fault.delay_s)
        if fault.outcome == "html":
            return HTMLResponse(BAD_GATEWAY, 502)
        if fault.outcome in self._refusals:
            raise self._refusals[fault.outcome](fault)
        return None


def _disorder(given: dict[str, Any]) -> Disorder:
    disorder = Disorder(
        int(given.get("count", COUNT_MAX if given else 0)), int(given.get("duplicate", 0)),
        float(given.get("delay_s", 0)), int(given.get("batch", 1)), bool(given.get("shuffle", False)),
    )  # fmt: skip
    fits = 0 <= disorder.count <= COUNT_MAX and 0 <= disorder.duplicate <= DUPLICATE_MAX
    if not fits or not 1 <= disorder.batch <= BATCH_MAX or not 0 <= disorder.delay_s <= DELAY_MAX_S:
        raise UnfitFault(
            f"webhooks: count goes to {COUNT_MAX}, duplicate to {DUPLICATE_MAX}, batch from 1 to {BATCH_MAX}, "
            f"delay_s to {DELAY_MAX_S:g}"
        )
    return disorder
