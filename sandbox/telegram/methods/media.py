"""Pictures and documents: uploaded, named by file_id, or fetched by the platform from a URL."""

from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from sandbox.phones.forms import Upload
from sandbox.telegram.failures import Refused, bad_request
from sandbox.telegram.files import File
from sandbox.telegram.limits import BY_URL_MAX_BYTES, DOWNLOAD_MAX_BYTES, UPLOAD_MAX_BYTES
from sandbox.telegram.methods.call import Call
from sandbox.telegram.methods.sending import post
from sandbox.telegram.texts import read_caption

FETCH_TIMEOUT_S = 5.0
WRONG_FILE = "wrong file identifier/HTTP URL specified"


async def send_photo(call: Call) -> dict[str, Any]:
    caption = _caption(call)
    file = await _file(call, "photo")
    return post(call, {"photo": file.as_photo()} | caption)


async def send_document(call: Call) -> dict[str, Any]:
    caption = _caption(call)
    file = await _file(call, "document")
    return post(call, {"document": file.as_document()} | caption)


async def get_file(call: Call) -> dict[str, Any]:
    file = call.platform.files.find(call.arguments.text("file_id"))
    if file is None or file.bot != call.bot.id:
        raise bad_request("invalid file_id")
    if len(file.data) > DOWNLOAD_MAX_BYTES:
        raise bad_request("file is too big")
    known = {"file_id": file.id, "file_unique_id": file.id[-16:], "file_size": len(file.data)}
    return known | {"file_path": file.path}


def _caption(call: Call) -> dict[str, Any]:
    caption, entities = read_caption(call.arguments)
    content: dict[str, Any] = {"caption": caption} if caption else {}
    return content | ({"caption_entities": entities} if entities else {})


async def _file(call: Call, name: str) -> File:
    """Raises Refused when there is no such file, or it cannot be what it is sent as."""
    named = call.arguments.text(name)
    attached = call.arguments.files.get(named.removeprefix("attach://") if named.startswith("attach://") else name)
    if attached is None and not named:
        raise bad_request(f"there is no {name} in the request")
    if attached is None and named.startswith(("http://", "https://")):
        attached = await _fetch(named)
    if attached is None:
        return _known_file(call, named, name)
    if len(attached.data) > UPLOAD_MAX_BYTES:
        raise Refused(413, "Request Entity Too Large")
    add = call.platform.files.add_photo if name == "photo" else call.platform.files.add_document
    return add(call.bot.id, attached)


def _known_file(call: Call, file_id: str, name: str) -> File:
    file = call.platform.files.find(file_id)
    if file is None or file.bot != call.bot.id:
        raise bad_request(f"{WRONG_FILE}: Wrong remote file identifier specified: can't unserialize it")
    if bool(file.width) != (name == "photo"):
        kind, other = ("Document", "Photo") if name == "photo" else ("Photo", "Document")
        raise bad_request(f"can't use file of type {kind} as {other}")
    return file


async def _fetch(url: str) -> Upload:
    """A file from a URL, no bigger than the platform takes."""
    data = bytearray()
    try:
        async with (
            httpx.AsyncClient(timeout=FETCH_TIMEOUT_S, follow_redirects=True) as client,
            client.stream("GET", url) as answer,
        ):
            answer.raise_for_status()
            async for part in answer.aiter_bytes():
                data += part
                if len(data) > BY_URL_MAX_BYTES:
                    raise bad_request("failed to get HTTP URL content")
            mime = answer.headers.get("content-type", "application/octet-stream").partition(";")[0]
    except (httpx.HTTPError, httpx.InvalidURL):
        raise bad_request("failed to get HTTP URL content") from None
    return Upload(unquote(urlsplit(url).path.rpartition("/")[2]) or "file", mime, bytes(data))
