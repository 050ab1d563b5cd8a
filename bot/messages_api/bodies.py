"""What callers send. All that does not fit is told at once, each with its place and what to do; values never repeat."""

import math
from collections.abc import Sequence
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from flows.entities import cards

KEY_CHARS_MAX = 200
TEXT_CHARS_MAX = 40_000  # ten Telegram messages; channels split what is longer than theirs
CAPTION_CHARS_MAX = 4_000
TITLE_CHARS_MAX = 200
DESCRIPTION_CHARS_MAX = 500
CHOICE_ID_CHARS_MAX = 200  # what the widest button of the four messengers holds
CHOICES_MAX = 100
URL_CHARS_MAX = 2_000
RECIPIENTS_MAX = 10_000
RATE_PER_S = 20.0
RATE_PER_S_MAX = 500.0


def _speakable(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a NUL character: take it out")
    return text


def _without_cards(text: str) -> str:
    """A card number must not lie in our tables nor in a chat; a long number of another kind may."""
    return cards.none_in(_speakable(text))


def _address_of_a_page(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good or any(character <= " " for character in text):
        raise ValueError("is no web address: write https://host/path, without a user name")
    return text


def _a_moment(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("is no number on the map: write degrees")
    return value


CLEAN = AfterValidator(_without_cards)
Id = Annotated[str, Field(min_length=1, max_length=CHOICE_ID_CHARS_MAX), AfterValidator(_speakable)]
Title = Annotated[str, Field(min_length=1, max_length=TITLE_CHARS_MAX), CLEAN]
Url = Annotated[str, Field(max_length=URL_CHARS_MAX), AfterValidator(_address_of_a_page)]
Key = Annotated[str, Field(min_length=1, max_length=KEY_CHARS_MAX, pattern=r"^[^\x00-\x1f\x7f]+$")]
Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Body(BaseModel):
    """Nothing unknown is let through, and nothing that was sent shows in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class To(Body):
    """Whom to write to: a chat by ``channel`` and ``address``, or a customer, who is written to where last heard."""

    channel: Word | None = None
    address: Word | None = None
    customer_id: UUID | None = None

    @model_validator(mode="after")
    def one_way(self) -> Self:
        """Raises ValueError."""
        chat = (self.channel is not None, self.address is not None)
        if (self.customer_id is not None and any(chat)) or (self.customer_id is None and not all(chat)):
            raise ValueError("write either channel and address, or customer_id")
        return self


class TextContent(Body):
    """Words."""

    type: Literal["text"]
    text: Annotated[str, Field(min_length=1, max_length=TEXT_CHARS_MAX), CLEAN]


class FileContent(Body):
    """A picture or document: from an address that we fetch it from now, or kept by us already."""

    type: Literal["image", "document"]
    url: Url | None = None
    media_id: Word | None = None
    caption: Annotated[str, Field(max_length=CAPTION_CHARS_MAX), CLEAN] = ""
    file_name: Annotated[str, Field(max_length=TITLE_CHARS_MAX, pattern=r"^[^\x00-\x1f\x7f/\\]*$"), CLEAN] = ""

    @model_validator(mode="after")
    def one_source(self) -> Self:
        """Raises ValueError."""
        if (self.url is None) == (self.media_id is None):
            raise ValueError("write either url or media_id")
        return self


class LocationContent(Body):
    """A place on the map."""

    type: Literal["location"]
    lat: Annotated[float, Field(ge=-90, le=90), AfterValidator(_a_moment)]
    lon: Annotated[float, Field(ge=-180, le=180), AfterValidator(_a_moment)]
    title: Annotated[str, Field(max_length=TITLE_CHARS_MAX), CLEAN] = ""


class TemplateBody(Body):
    """A message that the platform has approved. ``values`` fill its places in order."""

    name: Word
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")]
    values: Annotated[list[Annotated[str, Field(max_length=1_000), CLEAN]], Field(max_length=50)] = []


class TemplateContent(TemplateBody):
    """An approved message as the message itself."""

    type: Literal["template"]


Content = Annotated[
    TextContent | FileContent | LocationContent | TemplateContent,
    Field(discriminator="type"),
]


class ChoiceBody(Body):
    """Something to tap. ``id`` comes back in the event; ``url`` only for kind ``url``."""

    id: Id
    title: Title
    description: Annotated[str, Field(max_length=DESCRIPTION_CHARS_MAX), CLEAN] | None = None
    kind: Literal["reply", "url", "request_phone", "request_location"] = "reply"
    url: Url | None = None

    @model_validator(mode="after")
    def leads_somewhere(self) -> Self:
        """Raises ValueError."""
        if (self.kind == "url") != (self.url is not None):
            raise ValueError("kind url needs a url, the other kinds have none")
        return self


def _told_apart(choices: Sequence[ChoiceBody]) -> Sequence[ChoiceBody]:
    ids = [choice.id for choice in choices]
    if len(ids) != len(set(ids)):
        raise ValueError("holds one id twice: give each choice its own")
    return choices


Choices = Annotated[list[ChoiceBody], Field(max_length=CHOICES_MAX), AfterValidator(_told_apart)]


class Spoken(Body):
    """What a message says, and how long it may wait."""

    idempotency_key: Key
    content: Content
    choices: Choices = []
    not_before: AwareDatetime | None = None
    not_after: AwareDatetime | None = None
    fallback_template: TemplateBody | None = None

    @model_validator(mode="after")
    def in_order(self) -> Self:
        """Raises ValueError."""
        if self.not_before and self.not_after and self.not_after <= self.not_before:
            raise ValueError("not_after must be later than not_before")
        return self


class MessageBody(Spoken):
    """A message to one customer."""

    to: To
    purpose: Literal["response", "update", "authentication"] = "response"
    append_to: UUID | None = None

    @model_validator(mode="after")
    def appends_words(self) -> Self:
        """Raises ValueError."""
        if self.append_to is None:
            return self
        if not isinstance(self.content, TextContent):
            raise ValueError("append_to takes a content of type text")
        if self.not_before is not None:
            raise ValueError("append_to goes out at once: take not_before away")
        return self


class BroadcastBody(Spoken):
    """The same message to many, at a pace. Only what belongs to the service may go without the consent to marketing."""

    to: Annotated[list[To], Field(min_length=1, max_length=RECIPIENTS_MAX)]
    rate_per_s: Annotated[float, Field(gt=0, le=RATE_PER_S_MAX)] = RATE_PER_S
    consent: Literal["marketing", "service"] = "marketing"


class PatchBody(Body):
    """What to say instead; what is left out stays."""

    content: Content | None = None
    choices: Choices | None = None

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """Raises ValueError."""
        if self.content is None and self.choices is None:
            raise ValueError("write content, choices or both")
        return self
