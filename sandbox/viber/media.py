"""What a message points to: the phone fetches it, and gives up on what is too big or no picture."""

from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from sandbox.phones.files import Files, measure
from sandbox.viber.limits import FETCH_TIMEOUT_S, FILE_MAX_BYTES, PICTURE_KINDS, PICTURE_MAX_BYTES, VIDEO_MAX_BYTES

MOST_BYTES = {"picture": PICTURE_MAX_BYTES, "video": VIDEO_MAX_BYTES, "file": FILE_MAX_BYTES}


class CannotShow(Exception):
    """The phone could not draw a message; the text is the `desc` of the failed callback."""


class Media:
    """Fetches and keeps."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def fetch(self, message: dict[str, Any]) -> str | None:
        """The id of the kept file, None for a message without one. A picture learns its sides. Raises CannotShow."""
        kind = message.get("type", "")
        if kind not in MOST_BYTES:
            return None
        url = str(message["media"])
        data, mime = await _download(url, MOST_BYTES[kind])
        if kind == "picture":
            found, message["width"], message["height"] = measure(data)
            if found not in PICTURE_KINDS:
                raise CannotShow("the media of a picture is no JPEG, PNG or GIF")
        name = message.get("file_name") or unquote(urlsplit(url).path.rpartition("/")[2]) or kind
        return self._files.add(str(name), mime, data).id


async def _download(url: str, most: int) -> tuple[bytes, str]:
    data = bytearray()
    try:
        async with (
            httpx.AsyncClient(timeout=FETCH_TIMEOUT_S, follow_redirects=True, trust_env=False) as client,
            client.stream("GET", url) as answer,
        ):
            answer.raise_for_status()
            async for part in answer.aiter_bytes():
                data += part
                if len(data) > most:
                    raise CannotShow(f"the media is bigger than {most} bytes")
            return bytes(data), answer.headers.get("content-type", "application/octet-stream").partition(";")[0]
    except (httpx.HTTPError, httpx.InvalidURL):
        raise CannotShow("the media could not be fetched") from None
