"""The ids of an operation as others see them."""

import base64
from uuid import UUID, uuid5

_EVENTS = UUID("6f0dfb52-77a4-4b3e-9d0f-4f7c9a5b7c11")  # a name space of our own for uuid5


def core_ref(op_id: UUID) -> str:
    """The reference we send to a core: base32 of the id, all 26 characters."""
    return base64.b32encode(op_id.bytes).decode().rstrip("=")


def event_id(op_id: UUID, what: str) -> UUID:
    """The id of one piece of news: the same news again has the same id and is dropped as a double."""
    return uuid5(_EVENTS, f"{op_id}:{what}")
