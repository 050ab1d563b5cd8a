"""The catalogue as the wrappers read it: which inputs an operation takes, and which of them were shown.

Inputs are checked against it before anything is stored, so that a flow cannot send what the catalogue does not name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml
from pydantic import TypeAdapter

from flows.cards import CardNumber
from flows.confirming import SAID
from flows.events import Value
from flows.money import Money, MoneyError

TEXT_MAX = 500
_CODE = re.compile(r"[0-9]{4,8}", re.ASCII)
# What the engine adds for codes and passwords, beside the catalogue's inputs.
ADDED: Mapping[str, frozenset[str]] = {
    "sca.": frozenset({"for_op", "snapshot_hash", "locale", "to", "to_last4", *SAID}),
}


@dataclass(frozen=True, slots=True)
class Input:
    """One input."""

    type: str
    shown: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation of the catalogue."""

    effect: str
    inputs: dict[str, Input]
    provider: str = "core_adapters"
    public: bool = False


class BadInputs(ValueError):
    """Inputs that the catalogue does not allow. The text names them and why, never their values."""


@cache
def entries() -> Mapping[str, Entry]:
    """The operations that are ours to perform or answer, of all files of the catalogue."""
    read = TypeAdapter(dict[str, Entry]).validate_python(_written("operations"))
    return {name: entry for name, entry in read.items() if entry.provider == "core_adapters"}


@cache
def sources() -> frozenset[str]:
    """The lists that a choice may take its options from."""
    return frozenset(_written("sources"))


def is_public(verb: str) -> bool:
    """Whether a question has the same answer for everybody, so that a guest may ask it."""
    entry = entries().get(verb)
    return entry is not None and entry.public


def _written(part: str) -> dict[str, object]:
    """One part of all files of the catalogue."""
    texts = [place.read_text(encoding="utf-8") for place in files("flows").joinpath("catalogue").iterdir()]
    return {name: entry for text in texts for name, entry in (yaml.safe_load(text).get(part) or {}).items()}


def check(action: str, inputs: Mapping[str, Value], cards: Mapping[str, CardNumber]) -> Entry:
    """The entry of ``action``, when the inputs are what it takes.

    Raises:
        BadInputs: all that is wrong, at once.
    """
    entry = entries().get(action)
    if entry is None:
        raise BadInputs(f"'{action}' is not an operation of the catalogue")
    extra = next((names for prefix, names in ADDED.items() if action.startswith(prefix)), frozenset[str]())
    wrong = [
        f"'{name}' is not an input" for name in [*inputs, *cards] if name not in entry.inputs and name not in extra
    ]
    for name, wanted in entry.inputs.items():
        if (why := _why_not(wanted, inputs.get(name), cards.get(name))) is not None:
            wrong.append(f"'{name}' {why}")
    if wrong:
        raise BadInputs(f"{action}: {'; '.join(wrong)}")
    return entry


def money(inputs: Mapping[str, Value], name: str = "amount") -> Money | None:
    """The money among the inputs, already checked."""
    value = inputs.get(name)
    return Money.parse(value) if isinstance(value, str) else None


def _why_not(wanted: Input, value: Value, card: CardNumber | None) -> str | None:
    if wanted.type == "card_number":
        return None if card is not None or wanted.optional else "is missing"
    if value is None or value == "":
        return None if wanted.optional else "is missing"
    return _wrong_type(wanted.type, value)


def _wrong_type(kind: str, value: Value) -> str | None:
    if not isinstance(value, str) or len(value) > TEXT_MAX or "\x00" in value:
        return f"is not a text of at most {TEXT_MAX} characters"
    if kind == "money":
        return None if _is_positive(value) else "is not an amount such as '150.00 UAH'"
    if kind == "code":
        return None if _CODE.fullmatch(value) else "is not a code"
    return None


def _is_positive(literal: str) -> bool:
    try:
        return Money.parse(literal).minor > 0
    except MoneyError:
        return False
