"""Our ids for what a platform names: conversations, and events in the order of their time."""

from datetime import datetime
from hashlib import blake2b
from uuid import UUID


def conversation_id(channel: str, account: str, address: str) -> UUID:
    """The same chat of the same account is always the same conversation."""
    name = "\x1f".join((channel, account, address)).encode()
    return UUID(bytes=blake2b(name, digest_size=16, person=b"conversation").digest())


def event_id(channel: str, account: str, dedupe_key: str, received_at: datetime) -> UUID:
    """A UUIDv7-shaped id: 48 bits of milliseconds, then a hash of what the platform calls the event (RFC 9562)."""
    name = "\x1f".join((channel, account, dedupe_key)).encode()
    tail = blake2b(name, digest_size=10, person=b"inbound event").digest()
    value = (int(received_at.timestamp() * 1000) << 80) | int.from_bytes(tail)
    value = value & ~(0xF << 76) | (0x7 << 76)
    return UUID(int=value & ~(0x3 << 62) | (0x2 << 62))
