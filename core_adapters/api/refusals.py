"""How a failure of ours is said over HTTP: one table, and one handler for all of it."""

import re
from collections.abc import Mapping, Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
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
# What a field of ours is called. Any other name in a request is the caller's, and could be a card number.
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def install(app: FastAPI) -> None:
    """Answer each of the failures with its status and its text."""
    app.add_exception_handler(RequestValidationError, _misshapen)
    for failure in STATUSES:
        app.add_exception_handler(failure, _refused)


async def _refused(_: Request, problem: Exception) -> Response:
    status = STATUSES[type(problem)]
    headers = {"Retry-After": "1"} if status == 503 else None
    return JSONResponse({"detail": str(problem)}, status_code=status, headers=headers)


async def _misshapen(_: Request, problem: Exception) -> Response:
    """What is wrong and where, all at once, without what was sent."""
    assert isinstance(problem, RequestValidationError)
    wrong = [f"{_place(one['loc'])}: {one['msg']}" for one in problem.errors()]
    return JSONResponse({"detail": "; ".join(wrong)}, status_code=422)


def _place(parts: Sequence[str | int]) -> str:
    return ".".join(str(part) if isinstance(part, int) or _NAME.fullmatch(part) else "?" for part in parts)
