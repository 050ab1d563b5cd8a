"""Fetching a file that a customer has sent, from an address that only its platform knows.

An address may come from a webhook's body, so each, and each that it leads on to, must pass ``allowed``; what is
fetched is counted while it streams in. No error names the address: it can hold a key of the platform's or of ours.
"""

import asyncio
from collections.abc import Callable

import httpx

from channels.errors import PermanentContent, Transient

FETCH_S = 60.0
REDIRECTS_MAX = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TRY_LATER = frozenset({408, 425, 429})
# The size that counts is the file's, not what it was squeezed to on the way.
HEADERS = {"Accept-Encoding": "identity"}


async def fetch(http: httpx.AsyncClient, url: str, most: int, allowed: Callable[[httpx.URL], bool]) -> bytes:
    """What lies under the address, at most ``most`` bytes. ``http`` must not follow redirects by itself.

    Raises:
        PermanentContent: gone, too large, or not at a place that is allowed.
        Transient: try again.
    """
    try:
        async with asyncio.timeout(FETCH_S):
            return await _follow(http, httpx.URL(url), most, allowed)
    except httpx.InvalidURL:
        raise PermanentContent("the file's address is none", "host") from None
    except (httpx.HTTPError, TimeoutError) as error:
        raise Transient("the file could not be fetched", type(error).__name__) from None


def same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """Whether scheme, host and port are the same."""
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


async def _follow(http: httpx.AsyncClient, url: httpx.URL, most: int, allowed: Callable[[httpx.URL], bool]) -> bytes:
    for _ in range(REDIRECTS_MAX + 1):
        if not allowed(url):
            raise PermanentContent("the file's address is not the platform's", "host")
        async with http.stream("GET", url, headers=HEADERS) as answer:
            if answer.status_code not in REDIRECTS:
                return await _body(answer, most)
            url = url.join(answer.headers.get("location", ""))
    raise PermanentContent("the file's address leads on and on", "redirects")


async def _body(answer: httpx.Response, most: int) -> bytes:
    status = answer.status_code
    if status in TRY_LATER or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise Transient("the file could not be fetched", f"http {status}")
    if status != httpx.codes.OK:
        raise PermanentContent("the file is gone", f"http {status}")
    parts, size = [], 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > most:
            raise PermanentContent(f"the file is larger than {most} bytes", "size")
        parts.append(part)
    return b"".join(parts)
