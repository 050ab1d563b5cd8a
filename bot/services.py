"""The clients of the estate's services: in this process over ASGI, apart over HTTP, with the same code behind both."""

import time
from collections.abc import Generator

import httpx
from starlette.types import ASGIApp

from bot.logs import carried
from bot.settings import Settings, SettingsWrong
from bot.tokens import TTL, Tokens

CONNECT_S = 2.0
READ_S = 15.0
# Idle connections end before uvicorn ends them, after five seconds: a request that meets a closing one fails.
LIMITS = httpx.Limits(keepalive_expiry=3.0)
# The services that a role asks and that may be other processes. Who talks to customers can have the cores with it.
ASKS = {
    "webhooks": ("customer-api", "image-api"),
    "worker": ("customer-api", "image-api"),
    "core-adapters": ("customer-api",),
    "all": (),
}
# A token is renewed with this share of its life still ahead.
RENEW_AT = 0.2
# The name that a service in the same process goes by; nothing ever leaves the process for it.
INSIDE = "http://teller.internal"


class ServiceToken(httpx.Auth):
    """Signs every request with a short-lived token of our own."""

    def __init__(self, tokens: Tokens, subject: str = "bot") -> None:
        self._tokens = tokens
        self._subject = subject
        self._token = ""
        self._good_until = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the bearer token, a fresh one when the last one ages."""
        if time.monotonic() > self._good_until:
            self._token = self._tokens.issue("service", self._subject)
            self._good_until = time.monotonic() + TTL.total_seconds() * (1 - RENEW_AT)
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def reachable(settings: Settings, role: str) -> None:
    """Look whether a role knows where the services are that it asks and that are other processes.

    :raises SettingsWrong: naming every address that is missing.
    """
    urls = {"customer-api": settings.customer_api.url, "image-api": settings.image_api.url}
    missing = [service for service in ASKS.get(role, ()) if not urls[service]]
    names = {service: f"TELLER_{service.upper().replace('-', '_')}__URL" for service in missing}
    problems = [f"{name} is not set: {role} asks {service}, another process." for service, name in names.items()]
    if problems:
        raise SettingsWrong(problems)


def client(url: str, app: ASGIApp | None, auth: httpx.Auth) -> httpx.AsyncClient:
    """A client of a service: at ``url``, or of ``app`` in this process where no URL is set."""
    timeout = httpx.Timeout(READ_S, connect=CONNECT_S)
    if url:
        hooks = {"request": [_carry]}
        return httpx.AsyncClient(base_url=url, auth=auth, timeout=timeout, limits=LIMITS, event_hooks=hooks)
    assert app is not None, "reachable() has said so before anything was started"
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=INSIDE, auth=auth, timeout=timeout)


async def _carry(request: httpx.Request) -> None:
    """The ids of the matter go with it, so that the service's log lines and ours are found together."""
    request.headers.update(carried())
