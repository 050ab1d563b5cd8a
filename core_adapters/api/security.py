"""Who may call: a bearer token, and a role that the table of roles lets in at this route."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from flows.ports import Principal, TokenVerifier, Unauthorized
from flows.roles import Forbidden, let_in

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]
Caller = Callable[..., Awaitable[Principal]]


def caller(verifier: TokenVerifier) -> Caller:
    """A dependency that gives the caller, or answers 401 (no valid token) or 403 (not the role)."""

    async def check(request: Request, credentials: Credentials) -> Principal:
        token = credentials.credentials if credentials is not None else None
        try:
            return let_in(verifier, token, f"{request.method} {request.scope['route'].path}")
        except Unauthorized as refusal:
            raise HTTPException(401, str(refusal), {"WWW-Authenticate": "Bearer"}) from None
        except Forbidden as refusal:
            raise HTTPException(403, str(refusal)) from None

    return check
