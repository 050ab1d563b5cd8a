"""Who may call: a bearer token with one of the wanted roles."""

from collections.abc import Callable

from fastapi import HTTPException, Request

from flows.ports import Principal, TokenVerifier, Unauthorized

SERVICE = frozenset({"service"})
STAFF = frozenset({"staff", "admin"})


def caller(verifier: TokenVerifier, roles: frozenset[str]) -> Callable[[Request], Principal]:
    """A dependency that gives the caller, or answers 401 (no valid token) or 403 (not the role)."""

    def check(request: Request) -> Principal:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise HTTPException(401, "send 'Authorization: Bearer <token>'", {"WWW-Authenticate": "Bearer"})
        try:
            principal = verifier.verify(token.strip())
        except Unauthorized as refusal:
            raise HTTPException(401, str(refusal), {"WWW-Authenticate": "Bearer"}) from None
        if not principal.roles & roles:
            raise HTTPException(403, f"this needs a token with a role of: {', '.join(sorted(roles))}")
        return principal

    return check
