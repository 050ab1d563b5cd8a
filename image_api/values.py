"""What each template needs, checked before a pixel is drawn. Nothing that a thief could use has a field here."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from flows.money import Money, MoneyError

Last4 = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]


def _positive(literal: str) -> str:
    """A money literal above zero."""
    try:
        money = Money.parse(literal)
    except MoneyError as error:
        raise ValueError(str(error)) from error
    if money.minor <= 0:
        raise ValueError("the amount has to be more than zero")
    return literal


Spent = Annotated[str, StringConstraints(max_length=60), AfterValidator(_positive)]


class Values(BaseModel):
    """The base: unknown fields are refused, so that no number can slip in under another name."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class CardFront(Values):
    """The face of a digital card."""

    holder: Name
    last4: Last4
    scheme: Literal["VISA", "MASTERCARD", "TELLER"] = "TELLER"
    tariff: Literal["digital", "gold"] = "digital"
    expires: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}/[0-9]{2}$")] | None = None


class Receipt(Values):
    """What happened to the money. Amounts are literals such as ``50.00 UAH``."""

    kind: Literal["transfer", "top_up", "payment"]
    state: Literal["done", "pending"]
    amount: Annotated[str, Field(max_length=40)]
    fee: Annotated[str, Field(max_length=40)] | None = None
    from_last4: Last4 | None = None
    to_last4: Last4 | None = None
    at: datetime
    reference: Reference
    verify_url: Annotated[str, StringConstraints(max_length=300, pattern=r"^https?://[^\s]+$")] | None = None

    @field_validator("amount", "fee")
    @classmethod
    def _literal(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                Money.parse(value)
            except MoneyError as error:
                raise ValueError(str(error)) from error
        return value

    @field_validator("at")
    @classmethod
    def _with_zone(cls, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise ValueError("the time needs a zone, for example 2026-11-21T10:00:00Z")
        return value


class Bar(Values):
    """One category of a spending summary."""

    name: Name
    amount: Spent


class Spending(Values):
    """What left a customer's cards from one day to another, by category."""

    first: date
    last: date
    total: Spent
    bars: Annotated[tuple[Bar, ...], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _adds_up(self) -> "Spending":
        total, bars = Money.parse(self.total), [Money.parse(bar.amount) for bar in self.bars]
        if any(bar.currency != total.currency for bar in bars) or sum(bar.minor for bar in bars) > total.minor:
            raise ValueError("the bars are parts of the total, in its currency")
        if self.last < self.first:
            raise ValueError("the last day is not before the first")
        return self
