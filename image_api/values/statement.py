"""What happened on a card from one day to another."""

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from image_api.values.fields import Amount, Iban, Last4, Moment, Name, Signed, Values, Words, read

ENTRIES_MAX = 2_000  # a year of a busy card


class Entry(Values):
    """One operation: what came (or went, with a minus), and what was on the card after it."""

    at: Moment
    text: Words
    amount: Signed
    balance: Signed


class Statement(Values):
    """The operations, the newest first, and what they come to. ``left_out`` older ones are not among them."""

    card: Name
    last4: Last4
    holder: Name
    account: Iban | None = None
    first: date
    last: date
    opening: Signed
    income: Amount
    spent: Amount
    closing: Signed
    entries: Annotated[tuple[Entry, ...], Field(max_length=ENTRIES_MAX)] = ()
    left_out: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _adds_up(self) -> "Statement":
        opening, income, spent, closing = (read(text) for text in (self.opening, self.income, self.spent, self.closing))
        entries = [read(text) for entry in self.entries for text in (entry.amount, entry.balance)]
        if len({money.currency for money in (opening, income, spent, closing, *entries)}) != 1:
            raise ValueError("all amounts of a statement are in one currency")
        if opening + income - spent != closing:
            raise ValueError("what was there, plus what came in, minus what went out, is what is there")
        if self.last < self.first:
            raise ValueError("the last day is not before the first")
        return self

    def told(self) -> dict[str, object]:
        return super().told() | {"days": (self.first, self.last)}
