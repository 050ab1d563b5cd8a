"""A card number as the conversation knows it: a token from the vault and what may be shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CardNumber:
    """What stands in a ``card_number`` slot; the digits themselves lie in the vault.

    ``fingerprint`` is a keyed hash, equal for equal numbers, so that two cards can be compared.
    ``luhn_ok`` is false for a mistyped number, which is kept out of clear text all the same.
    """

    token: str
    last4: str
    scheme: str
    luhn_ok: bool
    fingerprint: str

    def __str__(self) -> str:
        return f"•{self.last4}"

    @property
    def placeholder(self) -> str:
        """How the number reads in any stored text: ``[card •1111]``."""
        return f"[card •{self.last4}]"
