"""A customer's card: its face, the news that it is there, and what is on it."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from image_api.values.fields import Last4, Moment, Name, Signed, Values


class CardFront(Values):
    """The face of a digital card."""

    holder: Name
    last4: Last4
    scheme: Literal["VISA", "MASTERCARD", "TELLER"] = "TELLER"
    tariff: Literal["digital", "gold"] = "digital"
    expires: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}/[0-9]{2}$")] | None = None


class CardIssued(CardFront):
    """The same face, with the news that it can be used."""


class Balance(Values):
    """What is on a card at a moment. Below zero stands a minus, where the bank lends."""

    card: Name
    last4: Last4
    balance: Signed
    at: Moment
