"""What each template needs, checked before a pixel is drawn. Nothing that a thief could use has a field here."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from flows.money import Money, MoneyError

Last4 = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]


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
