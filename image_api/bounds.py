"""A body may be so large and no larger: what is longer is refused before it is held in memory."""

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES_MAX = 2 * 1024 * 1024  # a statement of two thousand operations with long names has less


class Bounded:
    """Answers 413 to longer bodies, whether or not they say how long they are."""

    def __init__(self, app: ASGIApp, bytes_max: int = BODY_BYTES_MAX) -> None:
        self._app = app
        self._bytes_max = bytes_max
        self._said = f"the body is larger than {bytes_max} bytes"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry."""
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > self._bytes_max:
                raise HTTPException(413, self._said)
            return message

        length = dict(scope.get("headers", ())).get(b"content-length", b"")
        if length.isdigit() and (len(length) > 18 or int(length) > self._bytes_max):
            await JSONResponse({"detail": self._said}, 413)(scope, receive, send)
            return
        await self._app(scope, counted, send)
