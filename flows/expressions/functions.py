"""The functions a condition may call; there are no others."""

from collections.abc import Sized
from dataclasses import dataclass

from flows.cards import CardNumber

TAX_ID_WEIGHTS = (-1, 5, 7, 9, 4, 6, 10, 5, 7)


@dataclass(frozen=True, slots=True)
class Function:
    """What a function takes (slot types joined by ``|``, or ``any``) and gives. ``of_slot``: it takes a name."""

    takes: tuple[str, ...]
    gives: str
    of_slot: bool = False


FUNCTIONS = {
    "luhn_ok": Function(("card_number",), "flag"),
    "same_card": Function(("card_number|choice", "card_number|choice"), "flag"),
    "only_one": Function(("choice",), "flag", of_slot=True),
    "tax_id_ok": Function(("text",), "flag"),
    "empty": Function(("any",), "flag"),
    "len": Function(("text|list",), "integer"),
    "today": Function((), "date"),
}


def luhn_ok(card: object) -> bool:
    """Whether the check digit holds; an empty slot has none."""
    return isinstance(card, CardNumber) and card.luhn_ok


def fingerprint_of(value: object) -> str | None:
    """The fingerprint of a card number, or of the bank's card that was chosen."""
    if isinstance(value, CardNumber):
        return value.fingerprint
    fields = getattr(value, "fields", None)  # asking whether it is an Option would cost ten times as much
    found = fields.get("fingerprint") if fields is not None else None
    return found if isinstance(found, str) and found else None


def same_card(one: object, other: object) -> bool:
    """Whether both are one card, by number or, of two that the bank lists, by its id; unknown is not the same."""
    left, here = fingerprint_of(one), getattr(one, "id", None)
    return (left is not None and left == fingerprint_of(other)) or (
        here is not None and here == getattr(other, "id", None)
    )


def tax_id_ok(text: object) -> bool:
    """Whether the control digit of a Ukrainian taxpayer number (ten digits) holds."""
    if not isinstance(text, str) or len(text) != 10 or not (text.isascii() and text.isdigit()):
        return False
    digits = [int(digit) for digit in text]
    return sum(w * d for w, d in zip(TAX_ID_WEIGHTS, digits, strict=False)) % 11 % 10 == digits[9]


def empty(value: object) -> bool:
    """Whether there is nothing in it. Zero and ``false`` are something."""
    return value is None or value in ("", ())


def length(value: object) -> int:
    """How many characters or items; nothing has none."""
    return len(value) if isinstance(value, Sized) else 0
