"""What a field of a picture may hold: names, amounts, days, the last four digits. Never a whole card number."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from flows.entities import cards
from flows.money import Money, MoneyError


class Values(BaseModel):
    """The base: unknown fields are refused, so that no number can slip in under another name."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def told(self) -> dict[str, object]:
        """What templates may say of it, by name."""
        return {name: getattr(self, name) for name in type(self).model_fields}


def literal(money: Money) -> str:
    """``-12.50 UAH``: what :func:`read` reads."""
    return f"-{-money}" if money.minor < 0 else str(money)


def read(text: str) -> Money:
    """An amount as fields hold it, ``50.00 UAH`` or ``-12.50 UAH``. Raises MoneyError."""
    return -Money.parse(text[1:]) if text.startswith("-") else Money.parse(text)


def _without_card(text: str) -> str:
    if cards.find(text):
        raise ValueError("this holds what looks like a card number; a picture shows its last four digits only")
    return text


def _no_card(reference: str) -> str:
    """A core may number its orders with as many digits as a card has: only a true card number is refused here."""
    if any(found.luhn_ok for found in cards.find(f"order {reference}")):
        raise ValueError("this is a card number, and no reference")
    return reference


def _amount(text: str) -> str:
    try:
        Money.parse(text)
    except MoneyError:  # whose words hold what was sent
        raise ValueError("write an amount like '50.00 UAH', with no more decimals than the currency has") from None
    return text


def _positive(text: str) -> str:
    if Money.parse(_amount(text)).minor <= 0:
        raise ValueError("the amount has to be more than zero")
    return text


def _signed(text: str) -> str:
    _amount(text.removeprefix("-"))
    return text


def _with_zone(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("the time needs a zone, for example 2026-11-21T10:00:00Z")
    return value


Last4 = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_without_card)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_without_card)]
Reference = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9-]+$"), AfterValidator(_no_card)
]
Link = Annotated[str, StringConstraints(max_length=300, pattern=r"^https?://[^\s]+$"), AfterValidator(_without_card)]
Amount = Annotated[str, StringConstraints(max_length=40), AfterValidator(_amount)]
Positive = Annotated[str, StringConstraints(max_length=40), AfterValidator(_positive)]
Signed = Annotated[str, StringConstraints(max_length=41), AfterValidator(_signed)]
Moment = Annotated[datetime, AfterValidator(_with_zone)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Iban = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}$")]
