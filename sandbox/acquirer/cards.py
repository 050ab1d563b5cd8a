"""The test cards, and reading what a payer types. A number is looked at and forgotten: last four and scheme remain.

======================  ========================================================
number                  what happens
======================  ========================================================
4000 0012 0000 0016     the card's bank asks for a code, then says yes
5555 5512 0000 0024     yes at once, without a code
4000 0012 0000 0032     the card's bank says no
5555 5512 0000 0040     yes to the code, and no to the amount: the balance is low
======================  ========================================================

Expiry: any month to come. CVV: any three digits. Another number is no test card, so that nobody pays with a real one.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sandbox.bank import numbers

Behaviour = Literal["challenge", "frictionless", "declined", "insufficient_funds"]
SCHEMES = {"4": "VISA", "5": "MASTERCARD"}
CODE = "123456"  # what the card's bank would send by SMS; its page says it, for there is no phone to send it to
YEARS_MAX = 20


def _number(first_fifteen: str) -> str:
    return first_fifteen + numbers.check_digit(first_fifteen)


CARDS: Mapping[str, Behaviour] = {
    _number("400000120000001"): "challenge",
    _number("555555120000002"): "frictionless",
    _number("400000120000003"): "declined",
    _number("555555120000004"): "insufficient_funds",
}


@dataclass(frozen=True, slots=True)
class Card:
    """What may be kept of a card, and how its bank behaves."""

    last4: str
    scheme: str
    behaviour: Behaviour


@dataclass(frozen=True, slots=True)
class Typed:
    """What a payer has typed: a card, or which fields are wrong and why."""

    card: Card | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


def read(number: str, expires: str, cvv: str, now: datetime) -> Typed:
    """A card, when all three fields are right."""
    digits, until, secret = _digits(number), _digits(expires), _digits(cvv)
    faults = {
        "number": _of_number(digits),
        "expires": _of_expiry(until, now),
        "cvv": "" if re.fullmatch("[0-9]{3}", secret, re.ASCII) else "cvv_form",
    }
    wrong = {name: why for name, why in faults.items() if why}
    return Typed(faults=wrong) if wrong else Typed(Card(digits[-4:], SCHEMES[digits[0]], CARDS[digits]))


def _digits(text: str) -> str:
    """As typed, without what people put between digits."""
    return re.sub(r"[\s/.\-]", "", unicodedata.normalize("NFKC", text))


def _of_number(digits: str) -> str:
    if not digits:
        return "empty"
    if not numbers.is_card_number(digits):
        return "number_mistake"
    return "" if digits in CARDS else "number_unknown"


def _of_expiry(digits: str, now: datetime) -> str:
    if not re.fullmatch("(0[1-9]|1[0-2])[0-9]{2}", digits, re.ASCII):
        return "expires_form"
    month, year = int(digits[:2]), 2000 + int(digits[2:])
    if (year, month) < (now.year, now.month):
        return "expires_past"
    return "" if year <= now.year + YEARS_MAX else "expires_form"
