"""How a failure of ours is said over HTTP: one table, and one handler for all of it."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from core_adapters.operations.accepting import Conflict, NotTaken, TryLater
from core_adapters.operations.reconciling import DayNotOver, NoStatement
from core_adapters.operations.resolving import AnotherOutcome, NoProposal, NotOnHold, ProposedAlready, SamePerson
from core_adapters.operations.store import NoSuchOperation
from core_adapters.operations.switches import NothingOfThisName
from core_adapters.pages.counter import BankSilent, NoSuchPage
from core_adapters.questions import NoSuchQuestion, NotFound

STATUSES: Mapping[type[Exception], int] = {
    Conflict: 409,
    NotTaken: 422,
    TryLater: 503,
    NoSuchOperation: 404,
    NotOnHold: 409,
    NoProposal: 409,
    ProposedAlready: 409,
    AnotherOutcome: 409,
    SamePerson: 403,
    NothingOfThisName: 404,
    DayNotOver: 422,
    NoStatement: 503,
    NoSuchQuestion: 404,
    NoSuchPage: 404,
    BankSilent: 503,
    NotFound: 404,
}


def install(app: FastAPI) -> None:
    """Answer each of the failures with its status and its text."""
    for failure in STATUSES:
        app.add_exception_handler(failure, _refused)


async def _refused(_: Request, problem: Exception) -> Response:
    status = STATUSES[type(problem)]
    headers = {"Retry-After": "1"} if status == 503 else None
    return JSONResponse({"detail": str(problem)}, status_code=status, headers=headers)
