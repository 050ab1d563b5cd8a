"""Reads a card number back out of the vault. Only the wrappers of banks may import this (a contract checks it)."""

from core_adapters.database import Pool
from core_adapters.digits import CardDigits
from core_adapters.vault import place_of
from flows.ports import Sealer


class NoSuchCard(LookupError):
    """The token is not the vault's."""


class Revealer:
    """Opens numbers, one at a time, inside the request to the bank that needs it."""

    def __init__(self, pool: Pool, sealer: Sealer) -> None:
        self._pool = pool
        self._sealer = sealer

    async def reveal(self, token: str) -> CardDigits:
        """The number behind a token.

        Raises:
            NoSuchCard: when there is no such token.
        """
        sealed = await self._pool.fetchval("select sealed from money.card_number where token = $1", token)
        if sealed is None:
            raise NoSuchCard("this card token is not known to the vault")
        return CardDigits(self._sealer.open(bytes(sealed), place_of(token)).decode())
