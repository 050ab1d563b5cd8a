"""``/api/v1/operations/{op_id}/resolution``: one person says what became of an operation on hold, another decides."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, Field

from core_adapters.api.security import Caller
from core_adapters.api.shapes import Problem, Shape, Shown
from core_adapters.operations.resolving import Outcome, Proposal, Resolving
from flows.entities.cards import none_in
from flows.ports import Principal

Note = Annotated[str, Field(min_length=3, max_length=300, pattern=r"^[^\x00]*$"), AfterValidator(none_in)]


class Proposed(Shape):
    """What somebody found in the bank's books."""

    outcome: Outcome
    note: Note


class Confirmed(Shape):
    """The same, found again by somebody else."""

    outcome: Outcome
    note: Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$"), AfterValidator(none_in)] = ""


class Declined(Shape):
    """Why the proposal is wrong."""

    note: Note


class Waiting(Proposed):
    """A proposal that waits for a second person."""

    op_id: UUID
    proposed_by: str
    proposed_at: datetime

    @classmethod
    def of(cls, proposal: Proposal) -> "Waiting":
        return cls(
            op_id=proposal.op_id,
            outcome=proposal.outcome,
            note=proposal.note,
            proposed_by=proposal.proposed_by,
            proposed_at=proposal.proposed_at,
        )


class Whole(Shown):
    """One operation, and the proposal about it."""

    proposal: Waiting | None = None


def routes(resolving: Resolving, clerk: Caller) -> APIRouter:
    """The routes for staff. Any refusal leaves all as it was."""
    refusals: dict[int | str, dict[str, object]] = {code: {"model": Problem} for code in (404, 409)}
    router = APIRouter(prefix="/api/v1/operations/{op_id}/resolution", responses=refusals)

    @router.post("", status_code=201)
    async def propose(op_id: UUID, body: Proposed, who: Annotated[Principal, Depends(clerk)]) -> Waiting:
        """Propose what became of an operation on hold; nothing moves until a second person confirms."""
        return Waiting.of(await resolving.propose(op_id, body.outcome, who.subject, body.note))

    @router.post("/confirm")
    async def confirm(op_id: UUID, body: Confirmed, who: Annotated[Principal, Depends(clerk)]) -> Shown:
        """Confirm another person's proposal by the same outcome; the customer is told."""
        return Shown.of(await resolving.confirm(op_id, body.outcome, who.subject, body.note))

    @router.post("/decline")
    async def decline(op_id: UUID, body: Declined, who: Annotated[Principal, Depends(clerk)]) -> Shown:
        """Decline another person's proposal; the operation stays on hold."""
        return Shown.of(await resolving.decline(op_id, who.subject, body.note))

    return router


async def whole(shown: Shown, resolving: Resolving) -> Whole:
    """An operation with the proposal about it."""
    proposal = await resolving.open(shown.op_id)
    return Whole(**shown.model_dump(), proposal=Waiting.of(proposal) if proposal else None)
