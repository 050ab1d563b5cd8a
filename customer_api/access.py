"""Who may call: a bearer token, and a role that the table of roles lets in. No token or a bad one is 401, else 403."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from flows.ports import Principal, TokenVerifier
from flows.roles import let_in

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def access(verifier: TokenVerifier) -> Callable[..., Awaitable[Principal]]:
    """A dependency that lets in whom the table names at this route, and says who they are."""

    async def who(request: Request, credentials: Credentials) -> Principal:
        token = credentials.credentials if credentials is not None else None
        return let_in(verifier, token, route_of(request))

    return who


def route_of(request: Request) -> str:
    """The route as the table of roles names it."""
    return f"{request.method} {request.scope['route'].path}"
