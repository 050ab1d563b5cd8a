"""The door of the bot's APIs: a bearer token, and a role that the table of roles lets in at this route."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from flows.ports import Principal, TokenVerifier, Unauthorized
from flows.roles import Forbidden, let_in

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]
Who = Callable[..., Awaitable[Principal]]


def access(verifier: TokenVerifier) -> Who:
    """A dependency that says who calls. Raises Unauthorized or Forbidden, for APIs with words of their own for them."""

    async def who(request: Request, credentials: Credentials) -> Principal:
        token = credentials.credentials if credentials is not None else None
        return let_in(verifier, token, f"{request.method} {request.scope['route'].path}")

    return who


def answering(verifier: TokenVerifier) -> Who:
    """The same, answering 401 or 403 by itself."""
    asked = access(verifier)

    async def who(request: Request, credentials: Credentials) -> Principal:
        try:
            return await asked(request, credentials)
        except Unauthorized as refusal:
            raise HTTPException(401, str(refusal), {"WWW-Authenticate": "Bearer"}) from None
        except Forbidden as refusal:
            raise HTTPException(403, str(refusal)) from None

    return who


async def misshapen(_: Request, problem: Exception) -> JSONResponse:
    """What is wrong with a body and where, without what was sent, for APIs that have no words of their own."""
    assert isinstance(problem, RequestValidationError)
    wrong = [{"where": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in problem.errors()]
    return JSONResponse({"detail": wrong}, 422)
