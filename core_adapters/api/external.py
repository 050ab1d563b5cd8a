"""``/api/v1/external/{partner}/{verb}``: the partners' questions in one shape, whatever language they speak.

Nothing here pays: a payment is an operation, and goes in at ``/api/v1/operations``.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException
from pydantic import Field

from core_adapters.api.security import caller
from core_adapters.api.shapes import Given, Name, Problem, Shape
from core_adapters.external.billers.questions import BillQuestions, NoSuchPartner
from flows.ports import Principal, TokenVerifier


class Asking(Shape):
    """What a partner is asked: ``provider``, ``account``, ``reading`` or ``query``, as the verb wants."""

    inputs: dict[Name, Given] = Field(default_factory=dict)


def routes(bills: BillQuestions, verifier: TokenVerifier) -> APIRouter:
    """The routes over all partners."""
    router = APIRouter(prefix="/api/v1/external", tags=["external"])
    service = caller(verifier)

    @router.post(
        "/{partner}/{verb}", responses={401: {"model": Problem}, 403: {"model": Problem}, 404: {"model": Problem}}
    )
    async def ask(partner: str, verb: str, body: Asking, _: Annotated[Principal, Depends(service)]) -> dict[str, Any]:
        """`{"outputs": {...}}`, or `{"error": code}` when the partner said no or could not be asked."""
        try:
            return dict(await bills.external(partner, verb, body.inputs))
        except NoSuchPartner as missing:
            raise HTTPException(404, str(missing)) from None

    return router
