"""The addresses that people get: an operation's id with a seal on it, so that none can be guessed or made up.

Nothing is stored for them. A page to pay on, a page to come back to and a receipt's page have seals of their own.
"""

import base64
import hmac
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from flows.ports import Sealer

SEAL_BYTES = 12
PATHS = {"pay": "/pay/", "return": "/secure/return/", "receipt": "/receipts/"}

Page = Literal["pay", "return", "receipt"]


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads them. ``public_url`` is our address as people reach it, without a slash at its end."""

    sealer: Sealer
    public_url: str

    def url(self, page: Page, op_id: UUID) -> str:
        """Where this page of an operation is."""
        seal = _cut(self.sealer.fingerprint(str(op_id), _purpose(page)))
        token = base64.urlsafe_b64encode(op_id.bytes + seal).decode().rstrip("=")
        return f"{self.public_url}{PATHS[page]}{token}"

    def read(self, page: Page, token: str) -> UUID | None:
        """The operation of an address that we gave out; None for any other."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except ValueError:
            return None
        if len(raw) != 16 + SEAL_BYTES:
            return None
        op_id = UUID(bytes=raw[:16])
        known = self.sealer.fingerprints(str(op_id), _purpose(page))  # a link outlives the key it was made with
        return op_id if any([hmac.compare_digest(raw[16:], _cut(mark)) for mark in known]) else None


def _purpose(page: Page) -> str:
    return f"link.{page}"


def _cut(mark: str) -> bytes:
    return bytes.fromhex(mark)[:SEAL_BYTES]
