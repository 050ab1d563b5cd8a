"""The operations that a flow starts, each with its inputs, as the turn hands them over."""

from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictBool

from customer_api.bodies import Name, NoticeKind, NoticeState, Phone, ProgrammeName, Shape, Word
from customer_api.seals import Chat


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
