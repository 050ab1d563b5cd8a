"""Hand-offs at /api/v1/handoffs, for staff: which chats wait, what was said in them, and giving one back."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from pydantic import BaseModel

from bot.access import answering
from bot.people import Desk, Taker
from bot.store import StoreDown
from flows.ports import TokenVerifier

PREFIX = "/api/v1/handoffs"
UNAVAILABLE = HTTPException(503, "The database does not answer. Try again.")


class Line(BaseModel):
    """One thing that was said, by the ``customer`` or the ``bot``."""

    who: str
    at: datetime
    text: str


class Handoff(BaseModel):
    """A chat that waits for a colleague."""

    id: UUID
    conversation: UUID
    queue: str
    opened_at: datetime
    title: str
    reason: str
    question: str
    shared: dict[str, str]
    channel: str
    locale: str
    transcript: list[Line]


def build(desk: Desk, inbox: Taker, verifier: TokenVerifier) -> FastAPI:
    """The service."""

    router = APIRouter(prefix=PREFIX, dependencies=[Depends(answering(verifier))])

    @router.get("")
    async def waiting() -> list[Handoff]:
        """All chats that people have, the oldest first."""
        try:
            found = await desk.waiting()
        except StoreDown:
            raise UNAVAILABLE from None
        facts = [{"id": one.id, "conversation": one.conversation, "queue": one.queue} | one.card for one in found]
        return [
            Handoff.model_validate({**fact, "opened_at": one.opened_at})
            for fact, one in zip(facts, found, strict=True)
        ]  # fmt: skip

    @router.post("/{handoff}/close", status_code=204)
    async def close(handoff: UUID) -> None:
        """Give the chat back: the customer may go on with what was open, or stop it."""
        try:
            closed = await desk.close(handoff, inbox)
        except StoreDown:
            raise UNAVAILABLE from None
        if not closed:
            raise HTTPException(404, "No such hand-off is open.")

    app = FastAPI(title="Handoffs", docs_url=None, redoc_url=None, openapi_url=f"{PREFIX}/openapi.json")
    app.include_router(router)
    return app
