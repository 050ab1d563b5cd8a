"""A login with a token that has to be fetched: the flow that all such logins share."""

from collections.abc import AsyncGenerator, Generator
from http import HTTPStatus

import httpx

from core_adapters.bounded import Bounded
from core_adapters.logins.fresh import Fresh
from core_adapters.logins.marking import may_be_repeated

ANSWER_BYTES_MAX = 64 * 1024  # a token with all its claims has a few


class RenewedLogin(httpx.Auth):
    """Sends the token, and a question once more with another one when the core answers 401."""

    def __init__(self, fresh: Fresh, scheme: str = "Bearer") -> None:
        self._fresh = fresh
        self._scheme = scheme

    def sync_auth_flow(
        self,
        request: httpx.Request,  # noqa: ARG002 -- httpx's shape
    ) -> Generator[httpx.Request, httpx.Response, None]:
        raise RuntimeError("This login fetches its token; use it with httpx.AsyncClient.")

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Raises Unavailable when there is no token: then nothing was sent."""
        token = await self._fresh.token()
        request.headers["Authorization"] = f"{self._scheme} {token}"
        answer = yield request
        if answer.status_code != HTTPStatus.UNAUTHORIZED:
            return
        is_worth_it = self._fresh.refused(token)
        # httpx reads the first answer whole before it sends again, and unpacks it: a packed one could have no end.
        if is_worth_it and may_be_repeated(request) and "content-encoding" not in answer.headers:
            request.headers["Authorization"] = f"{self._scheme} {await self._fresh.token()}"
            yield request

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


def endpoint_client() -> httpx.AsyncClient:
    """A client for a token endpoint: bounded, no redirects, and no connection kept, so there is nothing to close."""
    limits = httpx.Limits(max_connections=4, max_keepalive_connections=0)
    transport = Bounded(httpx.AsyncHTTPTransport(limits=limits, trust_env=False), ANSWER_BYTES_MAX)
    headers = {"accept": "application/json", "accept-encoding": "identity"}
    return httpx.AsyncClient(transport=transport, trust_env=False, headers=headers, timeout=3.0)
