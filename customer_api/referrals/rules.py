"""What the bank has set for bringing friends, read from the `referrals.yml` of its folder.

    programmes:
      welcome: {recommender: 50.00 UAH, newcomer: 100.00 UAH}
      recommend: {recommender: 100.00 UAH, newcomer: 50.00 UAH}
    window_days: 30        # how long a link that was followed counts
    use_within_days: 90    # how soon the card must be used
    first_use: [purchase]  # what counts as a use, and from which amount
    at_least: 20.00 UAH
    friends_per_person: 50
    friends_per_month: 10

A programme that is left out is closed: its links bring nobody any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Literal

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from customer_api.bodies import ProgrammeName
from flows.money import Money, MoneyError

Use = Literal["purchase", "cash", "out"]
# A reward of more than this many main units is a slip of the pen until somebody changes this line.
REWARD_MAX_UNITS = 10_000


class RulesUnusable(ValueError):
    """The bank's referrals.yml is wrong; the text says where."""


@dataclass(frozen=True, slots=True)
class Programme:
    """What both get."""

    recommender: Money
    newcomer: Money


@dataclass(frozen=True, slots=True)
class Rules:
    """All of it. ``zone`` is where the months of the limit begin and end. Without programmes nobody is rewarded."""

    programmes: Mapping[str, Programme] = field(default_factory=dict)
    window: timedelta = timedelta(days=30)
    use_within: timedelta = timedelta(days=90)
    first_use: frozenset[str] = frozenset({"purchase"})
    at_least: Money | None = None
    friends_per_person: int = 50
    friends_per_month: int = 10
    zone: str = "UTC"

    def counts(self, kind: str, amount: Money) -> bool:
        """Whether this is a first use of a card in the bank's sense."""
        least = self.at_least
        return kind in self.first_use and (
            least is None or (amount.currency == least.currency and amount.minor >= least.minor)
        )


@checked(frozen=True, config=ConfigDict(extra="forbid"))
class _Programme:
    recommender: str
    newcomer: str


@checked(frozen=True, config=ConfigDict(extra="forbid"))
class _File:
    """referrals.yml as written."""

    programmes: dict[ProgrammeName, _Programme]
    window_days: Annotated[int, Field(strict=True, ge=1, le=365)]
    use_within_days: Annotated[int, Field(strict=True, ge=1, le=365)]
    first_use: Annotated[frozenset[Use], Field(min_length=1)]
    at_least: str
    friends_per_person: Annotated[int, Field(strict=True, ge=1, le=1000)]
    friends_per_month: Annotated[int, Field(strict=True, ge=1, le=1000)]


def read(text: str, currency: str, zone: str) -> Rules:
    """The rules of a bank whose cards are in this currency.

    Raises:
        RulesUnusable: with all that is wrong in the shape, or the first amount that is.
    """
    try:
        file = TypeAdapter(_File).validate_python(yaml.safe_load(text))
        programmes: dict[str, Programme] = {
            name: Programme(_reward(one.recommender, currency), _reward(one.newcomer, currency))
            for name, one in file.programmes.items()
        }
        at_least = _in(currency, file.at_least)
    except (ValidationError, MoneyError, yaml.YAMLError) as problem:
        raise RulesUnusable(f"referrals.yml: {problem}") from problem
    return Rules(
        programmes, timedelta(days=file.window_days), timedelta(days=file.use_within_days), frozenset(file.first_use),
        at_least, file.friends_per_person, file.friends_per_month, zone,
    )  # fmt: skip


def _reward(literal: str, currency: str) -> Money:
    amount = _in(currency, literal)
    if not 0 < amount.minor <= Money.parse(f"{REWARD_MAX_UNITS} {currency}").minor:
        raise MoneyError(f"a reward is more than nothing and at most {REWARD_MAX_UNITS} {currency}, not {literal}")
    return amount


def _in(currency: str, literal: str) -> Money:
    amount = Money.parse(literal)
    if amount.currency != currency:
        raise MoneyError(f"amounts are in {currency}, but {literal} stands there")
    return amount
