"""The face and the limits of a bank, read from its ``internal/<bank>/brand.yml``."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from flows.model import Brand
from flows.money import Money, MoneyError

# What customers hear of unasked before they have chosen. That money went while nobody looked is never kept from them.
Wish = Literal["on", "day", "off"]
Art = Literal["sun", "sail"]
NOTICES: dict[str, Wish] = {"payments": "off", "regular": "on", "reminders": "on", "offers": "off"}
STAY_ON = frozenset({"regular"})


class BrandUnusable(ValueError):
    """There is no such bank, or its brand.yml is wrong; the text says where."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What may go out. All money is of one currency.

    ``transfer_…`` counts all that leaves the customer's accounts, ``transfers_…`` how often something does.
    ``payment_per_day`` is what bills and phones may take of it, ``new_payee_per_day`` what may go to payees who were
    never paid before, ``new_binding`` the same for as long as a binding is new.
    """

    transfer_min: Money
    transfer_max: Money
    transfer_per_hour: Money
    transfer_per_day: Money
    transfer_per_day_unidentified: Money
    transfers_per_hour: int
    transfers_per_day: int
    payment_per_day: Money
    new_payee_per_day: Money
    new_binding: Money
    step_up_from: Money
    quick_amounts: tuple[Money, ...]

    @property
    def currency(self) -> str:
        return self.transfer_max.currency


NOT_SUMS = frozenset({"transfers_per_hour", "transfers_per_day", "quick_amounts"})
SUMS = tuple(field.name for field in fields(Limits) if field.name not in NOT_SUMS)


@dataclass(frozen=True, slots=True)
class SandboxCore:
    """Which face of the sandbox is this bank's core, and how one logs in there; without settings it is used."""

    core: str = "/sandbox/bank/v1"
    login: Literal["bearer", "password", "keycloak", "token_endpoint", "own_jwt"] = "bearer"
    user: str = ""


@dataclass(frozen=True, slots=True)
class BankBrand:
    """Everything that makes one bank look and behave other than another. Colours are ``#RRGGBB`` by role.

    ``art`` is the one bold shape on its cards and pictures.
    """

    bank: str
    name: str
    currency: str
    locales: tuple[str, ...]
    time_zone: str
    regions: tuple[str, ...]
    colours: Mapping[str, str]
    limits: Limits
    features: Mapping[str, bool]
    persona: str = ""
    people_hours: str = ""
    notices: Mapping[str, Wish] = field(default_factory=dict)
    notices_that_stay_on: frozenset[str] = frozenset()
    sandbox: SandboxCore = SandboxCore()
    art: Art = "sun"

    def for_flows(self) -> Brand:
        """The part that content runs under."""
        limits: dict[str, str | tuple[str, ...]] = {name: str(getattr(self.limits, name)) for name in SUMS}
        limits["quick_amounts"] = tuple(str(amount) for amount in self.limits.quick_amounts)
        return Brand(
            self.name, self.currency, self.locales, self.time_zone, limits, self.features, self.regions,
            self.persona, self.people_hours,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Limits:
    transfer_min: str
    transfer_max: str
    transfer_per_hour: str
    transfer_per_day: str
    transfer_per_day_unidentified: str
    transfers_per_hour: Annotated[int, Field(strict=True, gt=0)]
    transfers_per_day: Annotated[int, Field(strict=True, gt=0)]
    payment_per_day: str
    new_payee_per_day: str
    new_binding: str
    step_up_from: str
    quick_amounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _File:
    """brand.yml as written."""

    name: str
    currency: str
    locales: tuple[str, ...]
    time_zone: str
    regions: tuple[str, ...]
    colours: dict[str, str]
    limits: _Limits
    features: dict[str, bool]
    persona: Literal["", "formal", "friendly"] = ""
    people_hours: str = ""
    notices: dict[str, Wish] = field(default_factory=lambda: dict(NOTICES))
    notices_that_stay_on: frozenset[str] = STAY_ON
    sandbox: SandboxCore = SandboxCore()
    art: Art = "sun"


def names() -> tuple[str, ...]:
    """The banks that there are: the folders of ``internal`` that have a brand."""
    folders = files("core_adapters.internal").iterdir()
    return tuple(sorted(folder.name for folder in folders if folder.joinpath("brand.yml").is_file()))


@cache
def load(bank: str) -> BankBrand:
    """The brand of a bank: ``load("sandbox")``.

    Raises:
        BrandUnusable: when there is none, or it is wrong.
    """
    if not bank.isidentifier():
        raise BrandUnusable(f"'{bank}' is not a bank's name; it is the name of a folder in core_adapters/internal")
    place = files("core_adapters.internal").joinpath(bank, "brand.yml")
    try:
        written = TypeAdapter(_File).validate_python(yaml.safe_load(place.read_text(encoding="utf-8")))
        return _brand(bank, written)
    except FileNotFoundError:
        there = ", ".join(names())
        raise BrandUnusable(f"core_adapters/internal/{bank}/brand.yml is missing; there are {there}") from None
    except (ValidationError, MoneyError, yaml.YAMLError) as problem:
        raise BrandUnusable(f"core_adapters/internal/{bank}/brand.yml: {problem}") from problem


def _brand(bank: str, file: _File) -> BankBrand:
    amounts = {name: Money.parse(getattr(file.limits, name)) for name in SUMS}
    limits = Limits(
        **amounts, transfers_per_hour=file.limits.transfers_per_hour, transfers_per_day=file.limits.transfers_per_day,
        quick_amounts=tuple(Money.parse(text) for text in file.limits.quick_amounts),
    )  # fmt: skip
    wrong = [str(m) for m in (*amounts.values(), *limits.quick_amounts) if m.currency != file.currency]
    if wrong:
        raise MoneyError(f"limits are in {file.currency}, but {', '.join(wrong)} stands there")
    return BankBrand(
        bank, file.name, file.currency, file.locales, file.time_zone, file.regions, file.colours, limits,
        file.features, file.persona, file.people_hours, NOTICES | file.notices, file.notices_that_stay_on,
        file.sandbox, file.art,
    )  # fmt: skip
