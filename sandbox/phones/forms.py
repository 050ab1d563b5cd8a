"""Reads what a call brings along: query, JSON, form or multipart. What is refused, and how, is each platform's own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

UNKNOWN_MIME = "application/octet-stream"
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came along in a multipart body."""

    name: str
    mime: str
    data: bytes = field(repr=False)


def length_of(request: Request) -> int:
    """How many bytes the body is said to have; 0 when nothing is said."""
    return int(request.headers.get("content-length") or 0)


def is_multipart(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("multipart/form-data")


async def read_given(
    request: Request, read_object: Callable[[bytes], dict[str, Any]]
) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Values and files by name; the body goes before the query. `read_object` reads a JSON body, or refuses it."""
    values: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return values | read_object(await request.body()), {}
    if kind not in FORMS:
        return values, {}
    files: dict[str, Upload] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = await read_file(value)
            else:
                values[name] = value
    return values, files


async def read_file(file: UploadFile) -> Upload:
    """One file of a form; without a name it is called `file`."""
    return Upload(file.filename or "file", file.content_type or UNKNOWN_MIME, await file.read())
