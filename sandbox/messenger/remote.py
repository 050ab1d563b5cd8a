"""Fetches a file that a message names by its address, no bigger than the platform takes."""

from urllib.parse import unquote, urlsplit

import httpx

from sandbox.messenger.failures import bad
from sandbox.phones.forms import Upload

FETCH_TIMEOUT_S = 10.0
NOT_FETCHED = ("Failed to fetch the file from the url.", 2018008)


async def fetch(url: str, most_bytes: int) -> Upload:
    """Raises GraphRefused when it cannot be had, or is too big."""
    data = bytearray()
    try:
        async with (
            httpx.AsyncClient(timeout=FETCH_TIMEOUT_S, follow_redirects=True, trust_env=False) as client,
            client.stream("GET", url) as answer,
        ):
            if not answer.is_success:
                raise bad(*NOT_FETCHED)
            async for part in answer.aiter_bytes():
                data += part
                if len(data) > most_bytes:
                    raise bad("Attachment size exceeds allowable limit", 2018109)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise bad(*NOT_FETCHED) from None
    mime = answer.headers.get("content-type", "application/octet-stream").partition(";")[0]
    return Upload(unquote(urlsplit(url).path.rpartition("/")[2]) or "file", mime, bytes(data))
