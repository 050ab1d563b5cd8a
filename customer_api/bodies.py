"""The shapes of the HTTP face. What does not fit is refused with what and where; values are not repeated."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_possible_number, parse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """Nothing unknown is let through, and nothing that was sent shows in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def international(text: str) -> str:
    """E.164, the leading plus supplied where a messenger leaves it out. Raises ValueError."""
    digits = text.strip().lstrip("+")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError("write the phone as +380441234567")
    try:
        number = parse(f"+{digits}", None)
    except NumberParseException:
        raise ValueError("no country has such a phone") from None
    if not is_possible_number(number):
        raise ValueError("no phone of this country is that long")
    return format_number(number, PhoneNumberFormat.E164)


Phone = Annotated[str, Field(max_length=24), AfterValidator(international)]
Word = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Purpose = Literal["service", "marketing", "partner_sharing", "profiling", "biometrics"]
Partner = Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9_-]*$")]
ProgrammeName = Literal["welcome", "recommend"]
NoticeKind = Literal["payments", "regular", "reminders", "offers"]
NoticeState = Literal["on", "day", "off"]


class Asked(Shape):
    """A question of the catalogue, as a turn puts it."""

    inputs: Mapping[str, object] = Field(default_factory=dict, max_length=20)
    cards: Mapping[str, object] = Field(default_factory=dict, max_length=0)
    customer_id: UUID | None = None
    locale: Annotated[str, Field(pattern=r"^[a-z]{2}([_-][A-Za-z]{2,8})?$")] = "en"


class Answered(Shape):
    """Either of the two: what was asked for, or a code of the catalogue."""

    outputs: dict[str, object] | None = None
    error: str | None = None


class Answer(Shape):
    """What became of an operation. The same `op_id` always gets the same answer."""

    state: Literal["done", "failed"]
    outputs: dict[str, str] = Field(default_factory=dict)
    error: str | None = None


class Person(Shape):
    """A customer. `bound_at` is when the youngest of his living bindings was made.

    While a living binding is new, `watched_until` is when the last of them is new no more, and `watched_since` when
    the oldest was made of those that are new, revoked ones too: whom he has paid since then proves nothing.
    `full_name` is that of his documents, empty before they are accepted.
    """

    customer_id: UUID
    first_name: str
    last_name: str
    full_name: str
    phone: str
    identified: bool
    locale: str
    bound_at: datetime | None
    watched_since: datetime | None
    watched_until: datetime | None


class Context(Shape):
    """What a flow may know of a customer."""

    name: str
    identified: bool


class BoundChat(Shape):
    """A chat and its customer. Until `risk_until` it is new: transfers to new payees are limited."""

    binding_id: UUID
    customer_id: UUID
    channel: str
    account: str
    address: str
    factor: str
    bound_at: datetime
    risk_until: datetime
    revoked_at: datetime | None


class CardReference(Shape):
    """A card as the vault knows it; never its number."""

    kind: Literal["card"]
    reference: Annotated[str, Field(pattern=r"^card_[A-Za-z0-9_-]{16,64}$")]


class BiometricReference(Shape):
    """What a biometric service calls a person: the service, a colon, its id for them. Never a face or a voice."""

    kind: Literal["biometric"]
    reference: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,19}:[A-Za-z0-9_-]{16,64}$")]


NamedBy = Annotated[CardReference | BiometricReference, Field(discriminator="kind")]


class Found(Shape):
    """Whom it names."""

    customer_id: UUID


class IdentifierShown(Shape):
    """That there is one, of which kind, and since when; not what it says."""

    identifier_id: UUID
    kind: str
    verified_at: datetime


class Preferences(Shape):
    """The language the bank writes in, and the state of each kind of message that comes unasked."""

    locale: str
    notices: dict[str, NoticeState]


class PreferencesBody(Shape):
    """What to change; what is not named stays."""

    locale: Literal["en", "uk"] | None = None
    notices: dict[NoticeKind, NoticeState] = {}


class Notices(Shape):
    """What a customer hears of unasked, in which language, and in which chat: the newest one that is theirs."""

    kinds: dict[str, NoticeState]
    locale: str
    chat: BoundChat | None


class Given(Shape):
    """A consent as the customer sees it."""

    id: UUID
    name: str
    scope: str
    since: str


class Decision(Shape):
    """One decision about the use of a customer's data, with the text they have seen and how we know."""

    id: UUID
    purpose: Purpose
    partner: str
    partner_name: str
    scope: str
    given: bool
    text_version: str
    language: str
    op_id: UUID
    channel: str
    decided_at: datetime


class Allowed(Shape):
    """The guard's answer, good for this moment and to be asked for again."""

    allowed: bool


class ErasureDue(Shape):
    """When a person's data end."""

    due_at: datetime


class Problem(Shape):
    """Why a request was refused."""

    code: str
    message: str
