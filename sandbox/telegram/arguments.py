"""Reads the arguments of a call: query, JSON, form or multipart, all of which the Bot API takes."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from sandbox.telegram.failures import Refused, bad_request
from sandbox.telegram.limits import UPLOAD_MAX_BYTES

TRUE = ("true", "1", "yes", "on")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came along in a multipart body."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Arguments:
    """Typed reading of what came; a form carries structures as JSON text, which is read here."""

    values: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str) -> int | None:
        value = self.values.get(name)
        if value is None or value == "":
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f"{name} must be an integer") from None

    def number(self, name: str) -> float | None:
        try:
            return float(self.values[name]) if name in self.values else None
        except (TypeError, ValueError):
            raise bad_request(f"{name} must be a number") from None

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        return value.lower() in TRUE if isinstance(value, str) else bool(value)

    def structure(self, name: str) -> Any:
        """A list or an object; None when it was not given."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None


async def read_arguments(request: Request) -> Arguments:
    """Raises Refused for a body that is not what its content type says, or is too big."""
    values: dict[str, Any] = dict(request.query_params)
    if int(request.headers.get("content-length") or 0) > UPLOAD_MAX_BYTES + 1024 * 1024:
        raise Refused(413, "Request Entity Too Large")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return Arguments(values | parse_object(await request.body()))
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return await _form(request, values)
    return Arguments(values)


def parse_object(body: bytes) -> dict[str, Any]:
    """A JSON object; an empty body is an empty object."""
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(found, dict):
        raise bad_request("object expected as the body")
    return found


async def _form(request: Request, values: dict[str, Any]) -> Arguments:
    files: dict[str, Upload] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                mime = value.content_type or "application/octet-stream"
                files[name] = Upload(value.filename or "file", mime, await value.read())
            else:
                values[name] = value
    return Arguments(values, files)
