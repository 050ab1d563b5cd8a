"""``/api/v1/core/{verb}``: the questions of the catalogue, in one shape for every bank."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from core_adapters.api.security import caller
from core_adapters.api.shapes import Asked, Problem
from core_adapters.ports import Question
from core_adapters.questions import Questions
from flows.ports import Principal, TokenVerifier


def routes(questions: Questions, verifier: TokenVerifier) -> APIRouter:
    """The routes over one bank's questions."""
    router = APIRouter(prefix="/api/v1/core", tags=["questions"])
    service = caller(verifier)

    @router.post("/{verb}", responses={401: {"model": Problem}, 403: {"model": Problem}, 404: {"model": Problem}})
    async def ask(verb: str, body: Asked, _: Annotated[Principal, Depends(service)]) -> dict[str, Any]:
        """`{"outputs": {...}}`, or `{"error": code}` when the bank said no or could not be asked."""
        cards = {name: card.value() for name, card in body.cards.items()}
        return dict(await questions.answer(Question(verb, body.customer_id, body.inputs, cards, body.locale)))

    return router
