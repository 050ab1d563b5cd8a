"""Reads the arguments of a call: query, JSON, form or multipart, all of which the Bot API takes."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from sandbox.phones.forms import Upload, length_of, read_given
from sandbox.telegram.failures import Refused, bad_request
from sandbox.telegram.limits import UPLOAD_MAX_BYTES

TRUE = ("true", "1", "yes", "on")


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
    if length_of(request) > UPLOAD_MAX_BYTES + 1024 * 1024:
        raise Refused(413, "Request Entity Too Large")
    return Arguments(*await read_given(request, _object))


def _object(body: bytes) -> dict[str, Any]:
    """A JSON object; an empty body is an empty object."""
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(found, dict):
        raise bad_request("object expected as the body")
    return found
