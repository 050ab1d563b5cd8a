"""Reads the arguments of a call: query, JSON, form or multipart, all of which the Graph takes."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from sandbox.graph.failures import GraphRefused, invalid_parameter
from sandbox.graph.limits import BODY_MAX_BYTES
from sandbox.phones.forms import Upload, length_of, read_given


@dataclass(frozen=True, slots=True)
class Arguments:
    """Typed reading of what came; a form carries structures as JSON text, which `structure` reads."""

    values: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """ "" when it was not given."""
        value = self.values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def structure(self, name: str) -> Any:
        """A list or an object; None when it was not given. Raises GraphRefused #100."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            return value or None
        try:
            return json.loads(value)
        except ValueError:
            raise invalid_parameter(f"param {name} must be valid JSON") from None

    def names(self, name: str) -> tuple[str, ...]:
        """A list of words, written as a list or with commas between."""
        value = self.values.get(name)
        if isinstance(value, str) and value.startswith("["):
            value = self.structure(name)
        if isinstance(value, list):
            return tuple(str(each).strip() for each in value)
        return tuple(each.strip() for each in self.text(name).split(",") if each.strip())


async def read_arguments(request: Request, most_bytes: int = BODY_MAX_BYTES) -> Arguments:
    """Raises GraphRefused for a body that is not what its content type says, or is too big."""
    if length_of(request) > most_bytes:
        raise GraphRefused(413, 1, "Please reduce the amount of data you're asking for, then retry your request")
    return Arguments(*await read_given(request, _object))


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        raise invalid_parameter("The request body is not valid JSON") from None
    if not isinstance(found, dict):
        raise invalid_parameter("The request body must be a JSON object")
    return found
