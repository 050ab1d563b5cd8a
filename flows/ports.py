"""What the rooms ask of each other, as Protocols; ``bot`` wires the real things in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from flows.facts import Fact, Need
from flows.messages import InboundEvent, OutboundMessage


class Unauthorized(Exception):
    """A token is missing, expired, forged or lacks the role. The text may be shown to the caller."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls an API."""

    subject: str
    roles: frozenset[str]


class TokenVerifier(Protocol):
    """Reads a bearer token."""

    def verify(self, token: str) -> Principal:
        """Raises Unauthorized."""
        ...


class Sealer(Protocol):
    """Authenticated encryption at rest and keyed hashes for look-up. ``aad`` binds a value to its place."""

    def seal(self, plain: bytes, aad: bytes) -> bytes: ...
    def open(self, sealed: bytes, aad: bytes) -> bytes: ...
    def fingerprint(self, text: str, purpose: str) -> str: ...
    def fingerprints(self, text: str, purpose: str) -> Sequence[str]:
        """One a listed key, the current first: what to look for while keys rotate."""
        ...


class Sms(Protocol):
    """Sends a text to a phone number (E.164). The same key again sends nothing."""

    async def send(self, to: str, text: str, key: str) -> None: ...


class Understanding(Protocol):
    """Finds the intent of a sentence."""

    async def parse(self, text: str, locale: str) -> Fact:
        """The ``nlu`` fact of flows.facts."""
        ...


class FactSource(Protocol):
    """Answers what the engine needs to know; never raises for a bank that is down: that is a fact too."""

    async def answer(self, need: Need, customer_id: str | None, level: str, locale: str) -> Fact: ...


@dataclass(frozen=True, slots=True)
class DrawnPicture:
    """A picture or document ready to be sent."""

    data: bytes
    mime: str
    file_name: str


@dataclass(frozen=True, slots=True)
class ButtonLimits:
    """What one kind of button can hold. ``unit`` is what title and payload are counted in."""

    most: int
    per_row: int
    title: int
    payload: int
    unit: Literal["utf16", "char", "byte"] = "char"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do, as data: one record a channel, used by rendering and by the flow checks."""

    channel: str
    max_text: int
    text_unit: Literal["utf16", "char", "byte"]
    max_caption: int
    buttons: ButtonLimits
    list_rows: int = 0
    quick_replies: ButtonLimits | None = None
    url_buttons: bool = True
    request_phone: bool = False
    request_location: bool = False
    edit_max_age_s: int | None = None
    delete_max_age_s: int | None = None
    typing: bool = False
    receipts: frozenset[str] = frozenset()
    window_h: int | None = None
    start_payload: int = 0
    media_max_bytes: Mapping[str, int] = field(default_factory=dict)
    may_take: frozenset[str] = frozenset()
    may_show: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sent:
    """What a channel made of a message: the provider's ids in order, and what had to be changed to fit."""

    provider_ids: tuple[str, ...]
    degradations: tuple[str, ...] = ()


class Channel(Protocol):
    """One messenger. Four files a folder: parse, render, channel, capabilities."""

    name: str
    capabilities: Capabilities

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises channels.errors.Unauthentic. Header names are lower case. Constant time."""
        ...

    def parse(self, body: bytes, received_at: datetime) -> Sequence[InboundEvent]:
        """All events of one webhook body. Raises channels.errors.Unreadable; unknown items become ``unsupported``."""
        ...

    async def acknowledge(self, event: InboundEvent) -> None:
        """Answer a button's spinner and the like, at once; failures are the channel's to log."""
        ...

    async def send(self, message: OutboundMessage, address: str, drawn: DrawnPicture | None) -> Sent:
        """Raises channels.errors.SendFailure, whose class says what to do."""
        ...

    async def delete(self, address: str, message_id: str) -> bool:
        """Delete one message of the chat; false where the platform does not let us."""
        ...
