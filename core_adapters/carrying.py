"""What goes out to a bank or a partner carries the id of the matter it is for, and is seen by whoever draws traces."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import httpx
from structlog.contextvars import get_contextvars

HEADER = "x-request-id"
MATTERS = ("request_id", "op_id")  # the request that it began with; after that one is forgotten, the operation

Watch = Callable[[str], AbstractContextManager[None]]
_watch: Watch = lambda _: nullcontext()  # noqa: E731 -- until somebody watches


def watched_by(watch: Watch) -> None:
    """From now on ``watch`` is entered with the host for the length of each call."""
    global _watch
    _watch = watch


class Carrying(httpx.AsyncBaseTransport):
    """A transport that adds the header; what it was called for is not read."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        known = get_contextvars()
        matter = next((str(known[name]) for name in MATTERS if known.get(name)), "")
        if matter and HEADER not in request.headers:
            request.headers[HEADER] = matter
        with _watch(request.url.host):
            return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close what is inside."""
        await self._inner.aclose()
