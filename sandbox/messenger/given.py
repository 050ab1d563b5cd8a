"""Reads fields out of what a bot sent, and refuses them in the platform's own words.

`path` is how the platform names a field in a refusal: `message[quick_replies][0][title]`.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.messenger import failures

# JSON can carry half of a pair that is no character and has no UTF-8.
HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def text(value: Any, path: str, most: int) -> str:
    """A non-empty text of up to `most` characters."""
    if not isinstance(value, str) or not value.strip() or HALF_CHARACTER.search(value):
        raise failures.bad(f"Param {path} must be a non-empty UTF-8 encoded string")
    if len(value) > most:
        raise failures.bad(f"Length of param {path} must be less than or equal to {most}")
    return value


def mapping(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise failures.bad(f"Param {path} must be a JSON object.")
    return value


def several(value: Any, path: str, most: int) -> list[dict[str, Any]]:
    """1 to `most` objects."""
    if not isinstance(value, list):
        raise failures.bad(f"Param {path} must be an array.")
    if not value:
        raise failures.too_few(path)
    if len(value) > most:
        raise failures.too_many_elements(path)
    return [mapping(each, f"{path}[{index}]") for index, each in enumerate(value)]


def one_of(value: Any, path: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise failures.bad(f"Param {path} must be one of {{{', '.join(allowed)}}}")
    return str(value)


def url(value: Any, path: str) -> str:
    parts = urlsplit(value) if isinstance(value, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise failures.bad(f"{path} should represent a valid URL")
    return str(value)


def required(holder: dict[str, Any], name: str, path: str) -> Any:
    if holder.get(name) is None:
        raise failures.bad(f"The parameter {path}[{name}] is required")
    return holder[name]
