"""Tolerant reading of what a platform sends: a value of another shape than the one documented is as good as none."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeGuard

import orjson

from channels.errors import Unreadable

# Midnight of the year 3000: what a clock can surely hold.
LATEST_S = 32_503_680_000
Json = Mapping[str, Any]


def document(body: bytes) -> Json:
    """The JSON object that a body is; an empty one for other JSON. Raises Unreadable for what is not JSON."""
    try:
        return as_object(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        raise Unreadable("the body is not JSON") from error


def as_object(value: object) -> Json:
    """The value where it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> Sequence[object]:
    """The value where it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """The value where it is a text, without NUL, which no database takes; else an empty one."""
    return value.replace("\x00", "") if isinstance(value, str) else ""


def text_or_whole(value: object) -> str:
    """A text, or a whole number as one: some platforms write ids and times in both ways."""
    return str(value) if is_whole(value) else text(value)


def is_whole(value: object) -> TypeGuard[int]:
    """Whether it is a whole number; to Python `True` is one, to a platform it is not."""
    return isinstance(value, int) and not isinstance(value, bool)


def whole(value: object) -> int:
    """The value where it is a whole number, else 0."""
    return value if is_whole(value) else 0


def moment(seconds: float, otherwise: datetime) -> datetime:
    """The time so many seconds after 1970, in UTC; `otherwise` for one outside what a clock can hold, and for 0."""
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < LATEST_S else otherwise


def with_plus(phone: str) -> str:
    """``+380501112233`` from however a phone is written, and some are without the plus; empty for no digits."""
    digits = "".join(char for char in phone if char.isascii() and char.isdigit())
    return f"+{digits}" if digits else ""
