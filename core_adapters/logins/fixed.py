"""Logins that never change: a token, or a name and a password."""

from collections.abc import Generator

import httpx


class BearerLogin(httpx.Auth):
    """A fixed token in the Authorization header."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._header
        yield request

    def __repr__(self) -> str:
        return "BearerLogin(…)"


class PasswordLogin(httpx.BasicAuth):
    """A name and a password with each request (RFC 7617)."""

    def __repr__(self) -> str:
        return "PasswordLogin(…)"
