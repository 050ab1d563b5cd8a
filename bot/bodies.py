"""The body of a request, up to a limit."""

from starlette.requests import Request


class TooLong(Exception):
    """The body is longer than the limit."""


async def body_of(request: Request, most: int) -> bytes:
    """All of it, refused unread when it says that it is too long, else as soon as it is. Raises TooLong."""
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > most:
        raise TooLong
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooLong
    return bytes(body)
