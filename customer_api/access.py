"""Who may call: a bearer token with a role. No token or a bad one is 401, a wrong role 403."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from flows.ports import Principal, TokenVerifier, Unauthorized

SERVICE = frozenset({"service"})
STAFF = frozenset({"service", "staff"})

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


class Forbidden(Exception):
    """The token is good and its role may not do this."""


def access(verifier: TokenVerifier, roles: frozenset[str]) -> Callable[..., Principal]:
    """A dependency that lets callers of these roles in and says who they are."""

    def who(credentials: Credentials) -> Principal:
        if credentials is None:
            raise Unauthorized("Send the header 'Authorization: Bearer <token>'.")
        principal = verifier.verify(credentials.credentials)
        if not principal.roles & roles:
            raise Forbidden(f"This needs one of the roles {', '.join(sorted(roles))}.")
        return principal

    return who
