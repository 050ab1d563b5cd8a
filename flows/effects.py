"""What the engine decides and somebody else performs, in order, after the turn is saved."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from flows.cards import CardNumber
from flows.events import Value
from flows.messages import OutboundMessage


@dataclass(frozen=True, slots=True)
class Send:
    """Send a message to the conversation's chat."""

    message: OutboundMessage
    kind: Literal["send"] = "send"


@dataclass(frozen=True, slots=True)
class StartOperation:
    """Run an operation of the catalogue that has an effect; its result returns as ``OperationSettled``.

    ``inputs`` are the confirmed snapshot's values (money as a literal, a choice as its id); ``cards`` the card
    numbers among them, as tokens. ``snapshot_hash`` is the hash the customer said yes to, for actions that need a
    confirm. ``locale`` is the language of the chat. Starting the same ``op_id`` twice is one operation.
    """

    op_id: UUID
    action: str
    provider: str
    inputs: dict[str, Value] = field(repr=False)  # may hold a code from an SMS
    cards: dict[str, CardNumber]
    customer_id: str | None
    channel: str
    run: str
    step: str
    snapshot_hash: str | None = None
    locale: str = "en"
    kind: Literal["operation"] = "operation"


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Wake the conversation at ``due`` with ``TimerFired(timer)``; the same name again moves the timer."""

    timer: str
    due: datetime
    kind: Literal["set_timer"] = "set_timer"


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Forget a timer."""

    timer: str
    kind: Literal["cancel_timer"] = "cancel_timer"


@dataclass(frozen=True, slots=True)
class DeleteInbound:
    """Delete a customer's message where the platform lets us, because it carried what a chat must not keep."""

    message_id: str
    reason: str
    kind: Literal["delete_inbound"] = "delete_inbound"


@dataclass(frozen=True, slots=True)
class OpenForm:
    """Open a one-time secure page for one slot, until ``due``.

    ``token`` is its unguessable address and comes back in ``FormSubmitted``, the value under the slot's name; the
    message's choice of kind ``form`` carries it as its id. ``slot_type`` says what the page asks for.
    """

    token: str = field(repr=False)
    slot: str
    slot_type: str
    title: str
    locale: str
    due: datetime
    kind: Literal["open_form"] = "open_form"


@dataclass(frozen=True, slots=True)
class HandOff:
    """Give the chat to people: the queue, why, in which flow, the slots that may be shared (masked), and what the
    customer was being asked, in their language. The edge adds the last turns.
    """

    queue: str
    reason: str
    title: str
    shared: dict[str, str] = field(default_factory=dict)
    question: str = ""
    kind: Literal["hand_off"] = "hand_off"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something staff must know, such as a flow stopped by its guard."""

    code: str
    text: str
    kind: Literal["alert"] = "alert"


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A sentence that meant nothing to us while no value was being asked for: examples may be made of such.

    Never an answer to a question of a flow, and never a message with a secret.
    """

    text: str = field(repr=False)
    kind: Literal["not_understood"] = "not_understood"


Effect = Annotated[
    Send | StartOperation | SetTimer | CancelTimer | DeleteInbound | OpenForm | HandOff | Alert | NotUnderstood,
    Field(discriminator="kind"),
]

EFFECT: TypeAdapter[Effect] = TypeAdapter(Effect)
