"""What can happen to a conversation: a message from a channel, or news from the bank, a timer or a secure page."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from flows.cards import CardNumber
from flows.messages import Attachment, InboundEvent

# A value as it crosses between rooms; money as its literal "150.00 UAH".
Value = str | int | bool | None


@dataclass(frozen=True, slots=True)
class OperationSettled:
    """An operation that a flow started has an outcome.

    ``state`` is ``done``, ``failed`` (with the catalogue's error code in ``error``) or ``unknown``; an unknown one
    is followed later by a second event with the final state. ``action`` is the catalogue's name. ``inputs`` are
    the shown ones, for texts that come after the flow has gone on.
    """

    id: UUID
    conversation: UUID
    at: datetime
    op_id: UUID
    action: str
    state: Literal["done", "failed", "unknown"]
    outputs: dict[str, Value] = field(default_factory=dict)
    error: str | None = None
    inputs: dict[str, Value] = field(default_factory=dict)
    kind: Literal["operation"] = "operation"


@dataclass(frozen=True, slots=True)
class BankEvent:
    """News from the bank that a ``wait`` step may be waiting for, such as ``cards.issued``.

    ``outcome`` is ``ok`` or a name of the step's ``on_event`` map (``declined``).
    """

    id: UUID
    conversation: UUID
    at: datetime
    name: str
    match: dict[str, Value]
    outcome: str = "ok"
    outputs: dict[str, Value] = field(default_factory=dict)
    kind: Literal["bank"] = "bank"


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that the engine set has come due. Stale timers (their ``timer`` is no longer known) do nothing."""

    id: UUID
    conversation: UUID
    at: datetime
    timer: str
    kind: Literal["timer"] = "timer"


@dataclass(frozen=True, slots=True)
class FormSubmitted:
    """A one-time secure page was filled in; card numbers are tokens already, and files are kept by their ``ref``."""

    id: UUID
    conversation: UUID
    at: datetime
    token: str
    values: dict[str, Value] = field(default_factory=dict)
    cards: dict[str, CardNumber] = field(default_factory=dict)
    files: dict[str, Attachment] = field(default_factory=dict)
    kind: Literal["form"] = "form"


@dataclass(frozen=True, slots=True)
class AccessChanged:
    """The customer's binding was revoked or its level changed outside this chat."""

    id: UUID
    conversation: UUID
    at: datetime
    customer_id: str | None
    level: Literal["guest", "verified", "strong"]
    kind: Literal["access"] = "access"


@dataclass(frozen=True, slots=True)
class HandoffClosed:
    """People have given the chat back."""

    id: UUID
    conversation: UUID
    at: datetime
    kind: Literal["handoff_closed"] = "handoff_closed"


Event = Annotated[
    InboundEvent | OperationSettled | BankEvent | TimerFired | FormSubmitted | AccessChanged | HandoffClosed,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
BANK_EVENT: TypeAdapter[BankEvent] = TypeAdapter(BankEvent)
