"""Where a customer's money went."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from flows.money import Money
from image_api.values.fields import Name, Positive, Values


class Bar(Values):
    """One category of a spending summary."""

    name: Name
    amount: Positive


@dataclass(frozen=True, slots=True)
class Share:
    """A bar as it is drawn: its part of the longest in thousandths, and of the total in per cent.

    The last one may have no name: it is what the named ones leave of the total.
    """

    name: str | None
    amount: Money
    length: int
    percent: int

    def told(self) -> dict[str, object]:
        """What templates may say of it, by name."""
        return {"name": self.name, "amount": self.amount}


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

    def told(self) -> dict[str, object]:
        return super().told() | {"days": (self.first, self.last), "shares": self.shares}

    @property
    def shares(self) -> tuple[Share, ...]:
        """The bars from the longest down, and what is left of the total as the last."""
        total = Money.parse(self.total)
        named: list[tuple[str | None, Money]] = [(bar.name, Money.parse(bar.amount)) for bar in self.bars]
        named.sort(key=lambda bar: -bar[1].minor)
        left = total.minor - sum(amount.minor for _, amount in named)
        if left > 0:
            named.append((None, Money(left, total.currency)))
        longest = max(amount.minor for _, amount in named)
        return tuple(
            Share(name, amount, 1000 * amount.minor // longest, (200 * amount.minor + total.minor) // (2 * total.minor))
            for name, amount in named
        )
