"""Where a customer's money went."""

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from flows.money import Money
from image_api.values.fields import Name, Positive, Values


class Bar(Values):
    """One category of a spending summary."""

    name: Name
    amount: Positive


class Spending(Values):
    """What left a customer's cards from one day to another, by category."""

    first: date
    last: date
    total: Positive
    bars: Annotated[tuple[Bar, ...], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _adds_up(self) -> "Spending":
        total, bars = Money.parse(self.total), [Money.parse(bar.amount) for bar in self.bars]
        if any(bar.currency != total.currency for bar in bars) or sum(bar.minor for bar in bars) > total.minor:
            raise ValueError("the bars are parts of the total, in its currency")
        if self.last < self.first:
            raise ValueError("the last day is not before the first")
        return self
