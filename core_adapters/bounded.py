"""A transport that reads no more of an answer than a bound, for whoever reads answers whole: httpx and its users."""

from collections.abc import AsyncIterator

import httpx


class TooLarge(httpx.RequestError):
    """The answer has more bytes than anybody here would read."""


class Bounded(httpx.AsyncBaseTransport):
    """Breaks off an answer at ``bytes_max`` bytes on the wire, with TooLarge."""

    def __init__(self, inner: httpx.AsyncBaseTransport, bytes_max: int) -> None:
        self._inner = inner
        self._bytes_max = bytes_max

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        answer.stream = _Counted(answer.stream, self._bytes_max)
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Counted(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, bytes_max: int) -> None:
        self._inner = inner
        self._left = bytes_max

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._inner:
            self._left -= len(part)
            if self._left < 0:
                raise TooLarge("the answer is too large")
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()
