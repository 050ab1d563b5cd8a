"""How people's data lie in the database: sealed for their place, found by a keyed fingerprint."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from flows.ports import Sealer

Identifying: TypeAlias = Literal["phone", "tax_id", "card", "biometric"]
Purpose: TypeAlias = Identifying | Literal["chat", "code", "operation", "partner_key", "partner_event", "referral"]
Place: TypeAlias = Literal[
    "customer.name",
    "identifier.sealed",
    "binding.address",
    "code.sealed",
    "document.sealed",
    "partner_secret.sealed",
    "partner_delivery.sealed",
]


@dataclass(frozen=True, slots=True)
class Chat:
    """Where a conversation takes place. The address may be a phone, so it never shows in a repr."""

    channel: str
    account: str
    address: str

    def __repr__(self) -> str:
        return f"Chat({self.channel})"

    @property
    def text(self) -> str:
        return "\n".join((self.channel, self.account, self.address))


class Seals:
    """`flows.ports.Sealer` in the words of this service."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal(self, values: Mapping[str, str], place: Place, row: UUID) -> bytes:
        """Seal for one column of one row; anywhere else it cannot be opened."""
        return self._sealer.seal(json.dumps(dict(values), ensure_ascii=False).encode(), _aad(place, row))

    def open(self, sealed: bytes, place: Place, row: UUID) -> dict[str, str]:
        """What was sealed there. Raises what the sealer raises for bytes that were changed or moved."""
        values: dict[str, str] = json.loads(self._sealer.open(sealed, _aad(place, row)))
        return values

    def mark(self, text: str, purpose: Purpose) -> str:
        """The fingerprint to store."""
        return self._sealer.fingerprint(text, f"customers.{purpose}")

    def marks(self, text: str, purpose: Purpose) -> Sequence[str]:
        """All fingerprints to look for: one a key, so that a rotation loses nobody."""
        return self._sealer.fingerprints(text, f"customers.{purpose}")


def _aad(place: Place, row: UUID) -> bytes:
    return f"customers.{place}:{row}".encode()
