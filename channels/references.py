"""Short tokens that stand for what has no room in a button, and lead back to the message they hang under.

``m.<message>.<n>`` is the choice number n of a message of ours, ``m.<message>.p<n>`` is page n of its choices. The
message is named by its ``ref``: the outbox row's id, a UUID in URL-safe base64 without padding. A token says nothing
by itself: whoever reads it looks the message up, and only in the chat that the token came from.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID

_TOKEN = re.compile(r"m\.([A-Za-z0-9_-]{22})\.(p?)(\d{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a token names: one choice of a message, or one page of its choices."""

    message: UUID
    choice: int | None = None
    page: int | None = None


def ref_of(message: UUID) -> str:
    """A message's name in tokens."""
    return urlsafe_b64encode(message.bytes).rstrip(b"=").decode()


def to_choice(ref: str, number: int) -> str:
    """The token of a choice, counted from 0 over all pages."""
    return f"m.{ref}.{number}"


def to_page(ref: str, page: int) -> str:
    """The token of a page, counted from 0."""
    return f"m.{ref}.p{page}"


def read(payload: str) -> Reference | None:
    """What the token names, or None for anything else."""
    found = _TOKEN.fullmatch(payload)
    if found is None:
        return None
    message = UUID(bytes=urlsafe_b64decode(f"{found[1]}=="))
    number = int(found[3])
    return Reference(message, page=number) if found[2] else Reference(message, choice=number)
