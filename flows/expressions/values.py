"""What an expression works on: the kinds of value, and the scope that knows their names."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol, TypeAlias, runtime_checkable

from flows.cards import CardNumber
from flows.money import Money


@runtime_checkable
class Option(Protocol):
    """The chosen option of a choice slot. It compares with text by its ``id``; ``fields`` are those of its source."""

    @property
    def id(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, object]: ...


Value: TypeAlias = "Money | CardNumber | Option | str | int | bool | date | tuple[Value, ...] | None"


class Scope(Protocol):
    """Gives names their values. What the methods raise goes through to the caller of ``evaluate``."""

    def value(self, name: str) -> object:
        """The value of ``amount`` or ``limits.transfer_max``; None when it has none. See ``Value`` for the kinds."""
        ...

    def options(self, slot: str) -> int:
        """How many options the choice slot has right now."""
        ...

    def today(self) -> date:
        """The date of the turn in the bank's time zone."""
        ...
