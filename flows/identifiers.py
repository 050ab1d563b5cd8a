"""Ids that are the same whenever a turn is worked out again: made of the event's id and time, never of chance."""

import base64
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (at - _EPOCH) // _MILLISECOND


def moment(ms: int) -> datetime:
    """The UTC time of ``milliseconds``."""
    return _EPOCH + ms * _MILLISECOND


def uuid7(at_ms: int, seed: bytes, key: bytes) -> UUID:
    """An id of the shape of a UUIDv7: its clock is ``at_ms``, the rest a keyed hash of ``seed``."""
    tail = int.from_bytes(blake2b(seed, digest_size=10, key=key[:64]).digest(), "big")
    high = tail >> 68  # 12 bits
    low = tail & ((1 << 62) - 1)
    return UUID(int=(at_ms & ((1 << 48) - 1)) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def clock_of(made: str) -> int:
    """The milliseconds that an id of ``uuid7`` was made with."""
    return UUID(made).int >> 80


def token(seed: bytes, key: bytes, size: int) -> str:
    """A keyed hash as URL-safe ASCII; ``size`` bytes of it."""
    return base64.urlsafe_b64encode(blake2b(seed, digest_size=size, key=key[:64]).digest()).rstrip(b"=").decode()
