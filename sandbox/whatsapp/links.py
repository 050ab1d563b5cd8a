"""Fetches what a business sends by link, as the platform does after it has accepted the message."""

from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from sandbox.phones.files import measure
from sandbox.phones.forms import Upload
from sandbox.whatsapp.limits import LINK_TIMEOUT_S, MEDIA


class NotFetched(Exception):
    """Becomes a failed status 131053 with these words."""


async def fetch(kind: str, link: str) -> Upload:
    """Raises NotFetched for what does not come, is too big or of a wrong type."""
    kinds, most = MEDIA[kind]
    data = bytearray()
    try:
        async with (
            httpx.AsyncClient(timeout=LINK_TIMEOUT_S, follow_redirects=True, trust_env=False) as client,
            client.stream("GET", link) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise NotFetched(f"Downloading media from weblink failed with http code {answer.status_code}")
            async for part in answer.aiter_bytes():
                data += part
                if len(data) > most:
                    raise NotFetched(f"Media is over the {most} bytes of type {kind}")
            mime = answer.headers.get("content-type", "application/octet-stream").partition(";")[0].strip().lower()
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        raise NotFetched("Downloading media from weblink failed: no answer") from None
    if kind != "document" and (mime not in kinds or (kind == "image" and measure(bytes(data))[0] != mime)):
        raise NotFetched(f"Unsupported {kind} mime type {mime}. Please use one of: {', '.join(kinds)}")
    return Upload(unquote(urlsplit(link).path.rpartition("/")[2]) or "file", mime, bytes(data))


def with_id(content: dict[str, Any], media_id: str) -> dict[str, Any]:
    """The same content, now with what was fetched."""
    return {name: value for name, value in content.items() if name != "link"} | {"id": media_id}
