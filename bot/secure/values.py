"""Reads what was typed on a page by the type of its slot; a fault is named by a word of ``bot.secure.words``."""

import re
import unicodedata
from dataclasses import dataclass, field

from bot.door import mask
from flows.entities import ibans
from flows.entities.schemes import luhn_ok

TEXT_CHARS_MAX = 200
CARD_DIGITS = range(13, 20)
_BETWEEN = re.compile(r"[\s\u200b-\u200d\u2060.\-–—]+")


@dataclass(frozen=True, slots=True)
class Typed:
    """A value to hand on: ``card`` holds digits for the vault, ``text`` anything else. ``fault`` says why neither."""

    text: str = field(default="", repr=False)
    card: str = field(default="", repr=False)
    fault: str = ""


def read(slot: str, slot_type: str, raw: str) -> Typed:
    """What the customer typed, if it can be taken."""
    text = unicodedata.normalize("NFKC", raw.replace("\0", "")).strip()
    if not text:
        return Typed(fault="empty")
    if len(text) > TEXT_CHARS_MAX:
        return Typed(fault="too_long")
    if slot_type == "card_number":
        return _card(text)
    if mask(text)[0] != text:
        return Typed(fault="secret")
    if slot_type == "iban":
        return _iban(text)
    if slot == "tax_id" and not re.fullmatch(r"[0-9]{10}", _BETWEEN.sub("", text)):
        return Typed(fault="tax_id")
    return Typed(text=_BETWEEN.sub("", text) if slot == "tax_id" else text)


def _card(text: str) -> Typed:
    digits = _BETWEEN.sub("", text)
    if not digits.isdecimal() or len(digits) not in CARD_DIGITS:
        return Typed(fault="card_digits")
    number = "".join(str(unicodedata.decimal(digit)) for digit in digits)
    return Typed(card=number) if luhn_ok(number) else Typed(fault="card_mistake")


def _iban(text: str) -> Typed:
    found = ibans.find(text)
    value = found[0].value if len(found) == 1 else None
    return Typed(text=value) if value is not None else Typed(fault="iban")
