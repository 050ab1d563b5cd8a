"""The messenger model: what comes in and what goes out, the same for every channel.

Everything here is plain frozen data, (de)serialised through the ``to_json`` and ``from_json`` at the foot.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from flows.cards import CardNumber


class EventType(StrEnum):
    """What kind of thing reached us over a channel."""

    MESSAGE = "message"
    POSTBACK = "postback"
    START = "start"
    CONTACT_SHARED = "contact_shared"
    FORM_RESPONSE = "form_response"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_DELETED = "message_deleted"
    REACTION = "reaction"
    DELIVERY_STATUS = "delivery_status"
    SUBSCRIPTION = "subscription"
    ECHO = "echo"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, as the channel claims it. ``alt_ids`` holds a phone, a BSUID and the like, by kind."""

    user_id: str
    display_name: str = ""
    locale: str | None = None
    alt_ids: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """Words. In an inbound text every card number is already ``[card •1111]`` and listed in ``cards``."""

    text: str
    cards: tuple[CardNumber, ...] = ()
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture, recording or file. ``ref`` is the channel's own id of it, never a URL with a token.

    ``source`` is the address it can be fetched from where the platform gives no id to ask by; it may carry a key of
    the platform, so it is shown nowhere.
    """

    media: Literal["image", "audio", "video", "document", "sticker"]
    ref: str
    mime: str | None = None
    size: int | None = None
    caption: str = ""
    file_name: str | None = None
    album: str | None = None
    source: str | None = field(default=None, repr=False)
    kind: Literal["attachment"] = "attachment"


@dataclass(frozen=True, slots=True)
class Location:
    """A place on the map."""

    lat: float
    lon: float
    name: str = ""
    address: str = ""
    kind: Literal["location"] = "location"


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone book entry. ``own`` only when the channel proves it is the sender's and it was not forwarded."""

    phone: str
    own: bool
    first_name: str = ""
    last_name: str = ""
    kind: Literal["contact"] = "contact"


Content = Annotated[Text | Attachment | Location | Contact, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """One thing that a customer (or the platform) did, normalised.

    ``id`` is ours; ``dedupe_key`` is the platform's and unique for (channel, account). ``address`` is where an
    answer goes (the chat id). ``payload`` is a button's data exactly as we sent it. ``referral`` holds a start
    payload under ``payload`` and whatever else the platform tells. ``in_reply_to`` is the provider's id of the
    message that this one answers, a button press included. Times are UTC.
    """

    id: UUID
    channel: str
    account: str
    dedupe_key: str
    type: EventType
    conversation: UUID
    address: str
    sender: Sender
    occurred_at: datetime
    received_at: datetime
    message_id: str | None = None
    in_reply_to: str | None = None
    content: Content | None = None
    payload: str | None = None
    referral: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    private_chat: bool = True
    kind: Literal["inbound"] = "inbound"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to tap. ``id`` comes back as the payload; ``url`` only for kind ``url``."""

    id: str
    title: str
    description: str = ""
    kind: Literal["reply", "url", "request_phone", "request_location", "form"] = "reply"
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to be drawn from a template when the message is sent.

    ``values`` are the template's inputs as the flow named them, for example ``{"card": "<card id>"}``.
    ``alt`` says the same in words.
    """

    template: str
    values: dict[str, str]
    alt: str = ""
    document: bool = False


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A picture or document that lies in the media store under ``media_id``. ``alt`` says the same in words."""

    media_id: str
    document: bool = False
    file_name: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A message that the platform has approved before, for times when no free words may be sent.

    ``name`` and ``language`` (``uk``, ``en_US``) are the platform's; ``values`` fill its body's places in order.
    """

    name: str
    language: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to a customer, before a channel renders it.

    ``key`` is the idempotency key. ``edit_of``, ``delete_of`` and ``reply_to`` name a provider's message id.
    ``answers`` is the inbound event this message belongs to, when there is one. ``remove_choices`` asks the channel
    to take a reply keyboard away. ``sensitive_s`` is after how many seconds the message ought to vanish where that is
    possible. ``text`` stands beside a picture, file or place as its caption. ``fallback`` may go where the platform
    takes no free words any more. ``ref`` is our own name of the message, which tokens of its choices and pages point
    back to (channels.references), and ``page`` which page of its choices to show, from 0.
    ``consent`` is what the customer must allow at the moment when it leaves: ``service`` needs no asking.
    """

    key: str
    text: str = ""
    choices: tuple[Choice, ...] = ()
    picture: Picture | None = None
    file: StoredFile | None = None
    place: Location | None = None
    template: Template | None = None
    fallback: Template | None = None
    purpose: Literal["response", "update", "authentication"] = "response"
    locale: str = "en"
    not_after: datetime | None = None
    answers: UUID | None = None
    edit_of: str | None = None
    delete_of: str | None = None
    reply_to: str | None = None
    remove_choices: bool = False
    sensitive_s: int | None = None
    typing: bool = False
    ref: str = ""
    page: int = 0
    consent: Literal["service", "marketing"] = "service"


INBOUND: TypeAdapter[InboundEvent] = TypeAdapter(InboundEvent)
OUTBOUND: TypeAdapter[OutboundMessage] = TypeAdapter(OutboundMessage)
