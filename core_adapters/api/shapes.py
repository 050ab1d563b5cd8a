"""What goes over the wire, strictly: a field that is not named here is refused."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from core_adapters.operations.records import Operation
from core_adapters.operations.states import State
from flows import formats
from flows.cards import CardNumber
from flows.effects import StartOperation
from flows.events import Value

Text = Annotated[StrictStr, Field(max_length=500, pattern=r"^[^\x00]*$")]
Given = StrictBool | StrictInt | Text | None
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


def _a_language(tag: str) -> str:
    if not formats.is_known(tag):
        raise ValueError("is no language that texts can be written in; 'en' and 'uk' are")
    return tag


Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20), AfterValidator(_a_language)]

# It becomes part of an address at CustomerAPI, so nothing that would lead elsewhere.
CustomerId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Card(Shape):
    """A card number as a token of the vault."""

    token: Annotated[str, Field(pattern=r"^card_[A-Za-z0-9_-]{16,64}$")]
    last4: Annotated[str, Field(pattern=r"^[0-9]{4}$")]
    scheme: Annotated[str, Field(max_length=20)]
    luhn_ok: bool
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{1,128}$")]

    def value(self) -> CardNumber:
        return CardNumber(self.token, self.last4, self.scheme, self.luhn_ok, self.fingerprint)


class Start(Shape):
    """A StartOperation, and the conversation that hears the result."""

    kind: Literal["operation"] = "operation"
    op_id: UUID
    action: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=80)]
    provider: Literal["core_adapters"] = "core_adapters"
    inputs: dict[Name, Given] = {}
    cards: dict[Name, Card] = {}
    customer_id: CustomerId | None
    channel: Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")]
    run: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""
    step: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""
    snapshot_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    locale: Locale = "en"
    conversation: UUID

    def effect(self) -> StartOperation:
        inputs: dict[str, Value] = dict(self.inputs)
        cards = {name: card.value() for name, card in self.cards.items()}
        return StartOperation(
            self.op_id, self.action, self.provider, inputs, cards, self.customer_id, self.channel, self.run, self.step,
            self.snapshot_hash, self.locale,
        )  # fmt: skip


class Standing(Shape):
    """Where an operation stands."""

    op_id: UUID
    state: State


class Shown(Standing):
    """An operation as staff see it: no names, no numbers, no words of the customer's."""

    action: str
    customer_id: str
    amount: str | None
    fee: str | None
    core: str
    reference: str
    core_id: str | None
    error: str | None
    attempts: int
    enquiries: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, operation: Operation) -> "Shown":
        return cls(
            op_id=operation.op_id,
            state=operation.state,
            action=operation.action,
            customer_id=operation.customer_id,
            amount=str(operation.amount) if operation.amount else None,
            fee=str(operation.fee) if operation.fee else None,
            core=operation.core,
            reference=operation.core_ref,
            core_id=operation.core_id,
            error=operation.error,
            attempts=operation.fence,
            enquiries=operation.enquiries,
            created_at=operation.created_at,
            updated_at=operation.updated_at,
        )


class Listed(Shape):
    """Operations, newest first."""

    operations: list[Shown]


class Asked(Shape):
    """A question's inputs and for whom it is asked; null is a guest. ``locale`` is what its texts are to be in."""

    inputs: dict[Name, Given] = {}
    cards: dict[Name, Card] = {}
    customer_id: CustomerId | None = None
    locale: Locale = "en"


class Problem(BaseModel):
    """Why not."""

    detail: str
