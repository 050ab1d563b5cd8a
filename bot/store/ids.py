"""Ids of our own rows: UUIDv7, so that an index grows at its end and ids sort by their time."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """48 bits of milliseconds, then randomness (RFC 9562)."""
    milliseconds = time.time_ns() // 1_000_000
    number = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    number = (number & ~(0xF << 76)) | (0x7 << 76)
    return UUID(int=(number & ~(0x3 << 62)) | (0x2 << 62))
