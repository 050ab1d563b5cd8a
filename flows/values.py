"""What a slot can hold, and its two written forms: packed in the session, plain between the rooms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from flows.cards import CardNumber
from flows.events import Value
from flows.money import Money


@dataclass(frozen=True, slots=True)
class Chosen:
    """The chosen option of a choice slot; ``fields`` are those of its source, none for a fixed list."""

    id: str
    fields: Mapping[str, "SlotValue"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class SharedContact:
    """A contact as the channel delivered it. ``own`` only where the channel proves it.

    ``proof`` says how it came: ``shared`` by the customer, with every message of the ``sender``, or ``typed``.
    """

    phone: str
    own: bool
    first_name: str = ""
    last_name: str = ""
    proof: str = "shared"

    def __repr__(self) -> str:
        return f"SharedContact(own={self.own})"


@dataclass(frozen=True, slots=True)
class Sent:
    """An attachment that fills a slot: the channel's own id of it, and what it is."""

    ref: str
    media: str
    size: int | None = None


SlotValue: TypeAlias = (
    "Money | CardNumber | Chosen | SharedContact | Sent | str | int | bool | date | tuple[SlotValue, ...] | None"
)


def pack(value: SlotValue) -> object:
    """A value as plain JSON, tagged where JSON has no such kind."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Money):
        return ["m", value.minor, value.currency]
    if isinstance(value, CardNumber):
        return ["c", value.token, value.last4, value.scheme, value.luhn_ok, value.fingerprint]
    if isinstance(value, Chosen):
        return ["o", value.id, {name: pack(inner) for name, inner in value.fields.items()}]
    if isinstance(value, date):
        return ["d", value.isoformat()]
    if isinstance(value, SharedContact):
        return ["p", value.phone, value.own, value.first_name, value.last_name, value.proof]
    if isinstance(value, Sent):
        return ["a", value.ref, value.media, value.size]
    return ["t", *(pack(inner) for inner in value)]


def unpack(packed: object) -> SlotValue:
    """The value again. Only for what ``pack`` made: it lay sealed, so its parts are not checked once more."""
    if not isinstance(packed, list):
        return packed  # type: ignore[return-value]
    tag, *rest = packed
    if tag == "o":
        return Chosen(rest[0], {name: unpack(inner) for name, inner in rest[1].items()})
    if tag == "t":
        return tuple(unpack(inner) for inner in rest)
    return _MADE[tag](*rest)


def wire(value: SlotValue) -> Value:
    """A value as it crosses to another room: money as its literal, a choice as its id, a card only as its last four."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Chosen):
        return value.id
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, SharedContact):
        return value.phone
    if isinstance(value, Sent):
        return value.ref
    if isinstance(value, tuple):
        return ",".join(str(wire(inner)) for inner in value)
    return str(value)


def attribute(value: SlotValue, name: str) -> SlotValue:
    """``from_card.last4``, ``my_contact.phone``: a part of a value; None where it has no such part."""
    if isinstance(value, Chosen):
        return value.id if name == "id" else value.fields.get(name)
    if isinstance(value, SharedContact | CardNumber | Sent):
        part = getattr(value, name, None) if name in _PARTS else None
        return part if isinstance(part, str | bool) else None
    return None


_MADE: Mapping[str, Callable[..., SlotValue]] = {
    "m": Money, "c": CardNumber, "d": date.fromisoformat, "p": SharedContact, "a": Sent,
}  # fmt: skip
_PARTS = frozenset({"phone", "own", "first_name", "last_name", "proof", "last4", "scheme", "luhn_ok", "ref", "media"})
