"""``POST /api/v1/operations/reconciliations``: compare a day of our books with the bank's statement."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends

from core_adapters.api.security import Caller
from core_adapters.api.shapes import Problem, Shape
from core_adapters.operations.decisions.reconciliation import Judged, Judgement
from core_adapters.operations.reconciling import Found, Reconciling
from core_adapters.operations.statements import Sums
from flows.money import Money
from flows.ports import Principal


class Day(Shape):
    """A day in UTC that is over."""

    day: date


class Difference(Shape):
    """A reference whose two sides do not match; sums by currency."""

    reference: str
    verdict: Judgement
    ours: dict[str, str] | None
    theirs: dict[str, str] | None

    @classmethod
    def of(cls, judged: Judged) -> "Difference":
        return cls(
            reference=judged.reference, verdict=judged.verdict, ours=_said(judged.ours), theirs=_said(judged.theirs)
        )


class Compared(Day):
    """What was found; the differences are kept in money.recon."""

    core: str
    counts: dict[Judgement, int]
    differences: list[Difference]

    @classmethod
    def of(cls, found: Found) -> "Compared":
        listed = [Difference.of(one) for one in found.differences]
        return cls(day=found.day, core=found.core, counts=dict(found.counts), differences=listed)


def routes(reconciling: Reconciling, clerk: Caller) -> APIRouter:
    """The route for staff."""
    router = APIRouter(responses={code: {"model": Problem} for code in (422, 503)})

    @router.post("/api/v1/operations/reconciliations")
    async def reconcile(body: Day, who: Annotated[Principal, Depends(clerk)]) -> Compared:
        """Compare a day; again replaces what was found before."""
        return Compared.of(await reconciling.day(body.day, f"staff {who.subject}"))

    return router


def _said(sums: Sums | None) -> dict[str, str] | None:
    return None if sums is None else {currency: str(Money(minor, currency)) for currency, minor in sums.items()}
