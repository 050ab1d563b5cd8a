"""What the rooms ask of each other, as Protocols; ``bot`` wires the real things in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from flows.facts import Fact, Need
from flows.messages import Attachment, InboundEvent, OutboundMessage


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
    """A picture or document ready to be sent. A ``document`` goes as a file, also when it is a picture.

    ``alt`` says in words what a drawn picture says.
    """

    data: bytes
    mime: str
    file_name: str
    document: bool = False
    alt: str = ""


@dataclass(frozen=True, slots=True)
class ButtonLimits:
    """What one kind of button can hold. ``unit`` is what title and payload are counted in."""

    most: int
    per_row: int
    title: int
    payload: int
    unit: Literal["utf16", "char", "byte"] = "char"


@dataclass(frozen=True, slots=True)
class ListLimits:
    """What a list behind one button can hold: rows in all, their title and description, the payload, the button."""

    rows: int
    title: int
    description: int
    payload: int
    button: int


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """What one kind of media may be: its types (none named: any), its size, how it travels (bytes, or a link to us)."""

    mimes: frozenset[str]
    max_bytes: int
    by: Literal["upload", "url"] = "upload"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do, as data: one record a channel, used by rendering and by the flow checks.

    ``max_text_beside`` is how long the text may be beside ``buttons``, 0 where that is all the same. ``mixed_kinds``
    says whether buttons that answer and buttons that lead to a page can stand under one message, ``standing_choices``
    that choices stay on the phone until others take their place. The ages are None where there is no limit.
    ``media`` goes by ``image`` and ``document``.
    ``rate_per_s`` is how fast one account may send, ``unanswered_per_h`` how much one customer may get in an hour
    without having written. ``own_phone`` says how a customer's own number comes: in a contact that they share, with
    every message (``sender``), or only as they type it. ``window_h`` is for how long after the customer's last word
    free text may be sent. ``webhook_bytes_max`` is the longest body that its platform sends at once.
    """

    channel: str
    max_text: int
    text_unit: Literal["utf16", "char", "byte"]
    max_caption: int
    buttons: ButtonLimits
    max_text_beside: int = 0
    choice_list: ListLimits | None = None
    quick_replies: ButtonLimits | None = None
    url_buttons: bool = True
    mixed_kinds: bool = True
    standing_choices: bool = False
    request_phone: bool = False
    own_phone: Literal["shared", "sender", "typed"] = "shared"
    request_location: bool = False
    replies_to: bool = False
    edits: bool = False
    edit_max_age_s: int | None = None
    deletes: bool = False
    delete_max_age_s: int | None = None
    typing: bool = False
    receipts: frozenset[str] = frozenset()
    window_h: int | None = None
    templates: bool = False
    start_payload: int = 0
    webview: bool = False
    rate_per_s: float = 25.0
    unanswered_per_h: int | None = None
    webhook_bytes_max: int = 1_000_000
    media: Mapping[str, MediaLimits] = field(default_factory=dict)
    may_take: frozenset[str] = frozenset()
    may_show: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sent:
    """What a channel made of a message: the provider's ids in order, and what had to be changed to fit."""

    provider_ids: tuple[str, ...]
    degradations: tuple[str, ...] = ()


class MediaHost(Protocol):
    """Lends a file of ours to a platform that fetches it from us by a link."""

    async def publish(self, drawn: DrawnPicture) -> str:
        """A link that nobody can guess and that ends by itself. Raises channels.errors.Transient."""
        ...


class Channel(Protocol):
    """One messenger, one account of ours there. Four files a folder: parse, render, channel, capabilities."""

    name: str
    account: str
    capabilities: Capabilities

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises channels.errors.Unauthentic. Header names are lower case. Constant time."""
        ...

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """What a GET of the webhook's address is answered with, letter by letter; None where there is no such thing.

        Raises channels.errors.Unauthentic.
        """
        ...

    def parse(self, body: bytes, received_at: datetime) -> Sequence[InboundEvent]:
        """All events of one webhook body. Raises channels.errors.Unreadable; unknown items become ``unsupported``."""
        ...

    def answer(self, event: InboundEvent, welcome: OutboundMessage) -> bytes | None:
        """The body of the webhook's own answer where that is how a platform wants a greeting; else None."""
        ...

    def failure(self, event: InboundEvent) -> Exception | None:
        """The channels.errors.SendFailure that a ``delivery_status`` ``failed`` tells of; None for any other event."""
        ...

    async def acknowledge(self, event: InboundEvent) -> None:
        """Answer a button's spinner and the like, at once; failures are the channel's to log."""
        ...

    async def typing(self, address: str, message_id: str | None) -> None:
        """Show that an answer to the message is on its way; failing to do so harms nothing."""
        ...

    async def send(self, message: OutboundMessage, address: str, drawn: DrawnPicture | None) -> Sent:
        """Raises channels.errors.SendFailure, whose class says what to do."""
        ...

    async def delete(self, address: str, message_id: str) -> bool:
        """Delete one message of the chat; false where the platform does not let us.

        Raises channels.errors.SendFailure when it may be tried again.
        """
        ...

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """What a customer has sent, at most ``most`` bytes. Raises SendFailure; PermanentContent: gone or too large."""
        ...

    async def meet(self, url: str, commands: Mapping[str, Mapping[str, str]]) -> None:
        """Tell the platform where our webhook is, and the menu: locale to command without slash to its words.

        Raises channels.errors.SendFailure.
        """
        ...

    async def warm_up(self) -> None:
        """Whatever would make the first message slow."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
