"""The vault's door for everyone: card numbers go in, tokens come out. Nothing here can read one back.

A token is random, not made from the number. Equal numbers give one row through a keyed fingerprint; the number
itself is sealed with its table, column and row as additional data, so that a row cannot be swapped for another.
"""

import secrets
from collections.abc import Sequence

from core_adapters.database import Pool
from flows.cards import CardNumber
from flows.entities.schemes import luhn_ok, scheme_of
from flows.ports import Sealer

TOKEN_BYTES = 18
PURPOSE = "vault.card_number"

# One statement for many. The empty update makes `returning` answer for rows that stood already.
TOKENISE = """
insert into money.card_number as c (fingerprint, token, sealed, last4, scheme, luhn_ok)
select * from unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::text[], $6::bool[]) order by 1
on conflict (fingerprint) do update set fingerprint = excluded.fingerprint
returning fingerprint, token, last4, scheme, luhn_ok
"""


def place_of(token: str) -> bytes:
    """The additional data of a sealed number: table, column, row."""
    return f"money.card_number|sealed|{token}".encode()


class NotACardNumber(ValueError):
    """What was handed in is not 13 to 19 digits. The text does not repeat it."""


class Vault:
    """Puts card numbers away."""

    def __init__(self, pool: Pool, sealer: Sealer) -> None:
        self._pool = pool
        self._sealer = sealer

    async def tokenise(self, numbers: Sequence[str]) -> list[CardNumber]:
        """One ``CardNumber`` for each of ``numbers`` (13 to 19 digits each), in order; equal ones share a token.

        Raises:
            NotACardNumber: when one of them is anything else.
        """
        if any(not _is_number(number) for number in numbers):
            raise NotACardNumber("a card number is 13 to 19 digits without anything between them")
        prints = [self._sealer.fingerprint(number, PURPOSE) for number in numbers]
        fresh = {mark: self._row(mark, number) for mark, number in zip(prints, numbers, strict=True)}
        if not fresh:
            return []
        rows = await self._pool.fetch(TOKENISE, *(list(column) for column in zip(*fresh.values(), strict=True)))
        known = {
            row["fingerprint"]: CardNumber(
                row["token"], row["last4"], row["scheme"], row["luhn_ok"], row["fingerprint"]
            )
            for row in rows
        }
        return [known[mark] for mark in prints]

    def _row(self, mark: str, number: str) -> tuple[str, str, bytes, str, str, bool]:
        token = "card_" + secrets.token_urlsafe(TOKEN_BYTES)
        sealed = self._sealer.seal(number.encode(), place_of(token))
        return mark, token, sealed, number[-4:], scheme_of(number), luhn_ok(number)


def _is_number(text: str) -> bool:
    return 13 <= len(text) <= 19 and text.isascii() and text.isdigit()
