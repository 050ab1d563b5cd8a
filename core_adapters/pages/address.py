"""The address of a page: made from its operation's id with a key of ours, so that it need not be kept."""

import base64
from hashlib import sha256
from uuid import UUID

from flows.ports import Sealer

PURPOSE = "secure.page"


def token_of(op_id: UUID, sealer: Sealer) -> str:
    """43 characters that nobody can guess."""
    mark = bytes.fromhex(sealer.fingerprint(str(op_id), PURPOSE))
    return base64.urlsafe_b64encode(mark).decode().rstrip("=")


def place_of(token: str) -> bytes:
    """Where a page lies; who reads the table cannot open one."""
    return sha256(token.encode()).digest()
