"""The shapes of the HTTP face. What does not fit is refused with what and where; values are not repeated."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_possible_number, parse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool

from customer_api.seals import Chat


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


class SendCodeInputs(Shape):
    """The phone and who it belongs to, from the contact that the customer shared.

    ``proof`` says how it came: shared by the customer, told by the messenger with every message of theirs
    (``sender``), or ``typed``. A typed one is proved by the code alone, and what is bound by it is watched longer.

    Without a phone the code goes to the one that this chat's customer has proved before.
    """

    phone: Phone | None = None
    own_contact: StrictBool | None = None
    proof: Literal["shared", "sender", "typed"] | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    full_name: Name | None = None


class CheckCodeInputs(Shape):
    code: Word


class DocumentInputs(Shape):
    """`passport_photo` is the channel's own reference of the picture, or `media:` and the id of one given on a page."""

    full_name: Word
    tax_id: Word
    passport_photo: Annotated[str, Field(min_length=1, max_length=500)]


Purpose = Literal["service", "marketing", "partner_sharing", "profiling", "biometrics"]
Partner = Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9_-]*$")]
ProgrammeName = Literal["welcome", "recommend"]
NoticeKind = Literal["payments", "regular", "reminders", "offers"]
NoticeState = Literal["on", "day", "off"]


class NoticeInputs(Shape):
    """``day``: not at night."""

    kind: NoticeKind
    state: NoticeState


class ConsentInputs(Shape):
    """The consent that was chosen from those given."""

    consent: UUID


class OfferInputs(Shape):
    """`shares` is the text that the customer has said yes to."""

    offer: Word
    shares: Annotated[str, Field(min_length=1, max_length=500)]


class LinkInputs(Shape):
    programme: ProgrammeName


class ReachInputs(Shape):
    """`came_by` is what the link that led here carried; empty for who came by none."""

    came_by: Word = ""


class NothingMore(Shape):
    """The action says it all."""


class Started(Shape):
    """An operation as the turn hands it over: flows.effects.StartOperation and the chat it comes from."""

    op_id: UUID
    provider: Literal["customer_api"] = "customer_api"
    cards: Mapping[str, object] = Field(default_factory=dict, max_length=0)
    customer_id: UUID | None = None
    channel: Annotated[str, Field(pattern="^[a-z][a-z0-9_-]{0,29}$")]
    account: Word = ""
    address: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
    conversation: UUID
    locale: Annotated[str, Field(pattern=r"^[a-z]{2}([_-][A-Za-z]{2,8})?$")] | None = None
    run: str = ""
    step: str = ""
    snapshot_hash: str | None = None
    kind: Literal["operation"] = "operation"

    @property
    def chat(self) -> Chat:
        return Chat(self.channel, self.account, self.address)


class SendCode(Started):
    """Send a code to the customer's own phone."""

    action: Literal["identity.send_code"]
    inputs: SendCodeInputs


class CheckCode(Started):
    """Bind the chat to the customer who has the phone."""

    action: Literal["identity.check_code"]
    inputs: CheckCodeInputs


class Unbind(Started):
    """End the binding of this chat."""

    action: Literal["identity.unbind"]
    inputs: NothingMore


class SubmitDocuments(Started):
    """Identify the customer of this chat."""

    action: Literal["identity.submit_documents"]
    inputs: DocumentInputs


class SetNotices(Started):
    """Keep which messages the customer of this chat wants."""

    action: Literal["notices.set"]
    inputs: NoticeInputs


class TakeCopy(Started):
    """Give the customer of this chat a copy of all that is held of them, against a code."""

    action: Literal["mydata.copy"]
    inputs: CheckCodeInputs


class Erase(Started):
    """End the data of the customer of this chat after a time of grace, against a code."""

    action: Literal["mydata.erase"]
    inputs: CheckCodeInputs


class KeepData(Started):
    """Take the wish to be erased back while there is time."""

    action: Literal["mydata.keep"]
    inputs: NothingMore


class WithdrawConsent(Started):
    """Take a consent of the customer of this chat back."""

    action: Literal["consents.withdraw"]
    inputs: ConsentInputs


class AcceptOffer(Started):
    """Keep the customer's yes to a partner's offer, and tell the partner what it named."""

    action: Literal["offers.accept"]
    inputs: OfferInputs


class MakeLink(Started):
    """Give the customer of this chat their own link for bringing friends."""

    action: Literal["referrals.link"]
    inputs: LinkInputs


class Reach(Started):
    """Keep that somebody has come to this chat, and by what. No flow waits for it."""

    action: Literal["referrals.reach"]
    inputs: ReachInputs


Operation = Annotated[
    SendCode
    | CheckCode
    | Unbind
    | SubmitDocuments
    | SetNotices
    | WithdrawConsent
    | AcceptOffer
    | MakeLink
    | Reach
    | TakeCopy
    | Erase
    | KeepData,
    Field(discriminator="action"),
]


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
