"""The news of an operation, as the conversation hears it."""

from datetime import datetime
from typing import Literal

from core_adapters.operations import catalogue, traits
from core_adapters.operations.ids import event_id
from core_adapters.operations.records import Operation
from core_adapters.operations.states import NOTHING_MOVED, State
from core_adapters.operations.traits import Follow
from core_adapters.ports import Progress
from flows.effects import StartOperation
from flows.events import BankEvent, OperationSettled, Value


def settled(operation: Operation, at: datetime) -> OperationSettled | BankEvent | None:
    """The result of an operation; None for a state that changes nothing for the customer (HOLD, SENDING)."""
    told_as = traits.of(operation.action).told_as
    if told_as is not None:
        return _as_event(operation, at, told_as)
    if operation.state is State.POSTED:
        return _event(operation, at, "done")
    if operation.state in NOTHING_MOVED:
        return _event(operation, at, "failed")
    return _event(operation, at, "unknown") if operation.state is State.UNKNOWN else None


def happened(operation: Operation, progress: Progress, at: datetime) -> BankEvent:
    """What became of a posted operation: the card is there, the payment has settled. The id to match is our op_id."""
    follow = traits.of(operation.action).follow
    assert follow is not None, "nothing is awaited of an operation that nothing follows"
    return BankEvent(
        id=event_id(operation.op_id, follow.event),
        conversation=operation.conversation,
        at=at,
        name=follow.event,
        match={follow.match: str(operation.op_id)},
        outcome=progress.outcome,
        outputs={**(_named(operation) if follow.names else {}), **progress.outputs},
    )


def _named(operation: Operation) -> dict[str, Value]:
    """How much, and which card, for texts that come when the conversation has gone on."""
    return {"amount": str(operation.amount), "card_last4": operation.details.get("to_last4", "")}


def _as_event(operation: Operation, at: datetime, told_as: Follow) -> BankEvent | None:
    """The end of an operation that no flow has started: done or not; what is in doubt is not told yet."""
    if operation.state is not State.POSTED and operation.state not in NOTHING_MOVED:
        return None
    return BankEvent(
        id=event_id(operation.op_id, told_as.event),
        conversation=operation.conversation,
        at=at,
        name=told_as.event,
        match={told_as.match: operation.request.inputs.get(told_as.match)},
        outcome="ok" if operation.state is State.POSTED else "declined",
    )


def _event(operation: Operation, at: datetime, state: Literal["done", "failed", "unknown"]) -> OperationSettled:
    outputs: dict[str, Value] = dict(operation.outputs) if state == "done" else {}
    if state == "done" and (name := traits.of(operation.action).named_by):
        outputs[name] = str(operation.op_id)
    return OperationSettled(
        id=event_id(operation.op_id, "unknown" if state == "unknown" else "result"),
        conversation=operation.conversation,
        at=at,
        op_id=operation.op_id,
        action=operation.action,
        state=state,
        outputs=outputs,
        error=None if state == "done" else operation.error,
        inputs=shown_inputs(operation.request),
    )


def shown_inputs(start: StartOperation) -> dict[str, Value]:
    """The inputs that the customer saw; a card as ``•1111``."""
    shown = [name for name, wanted in catalogue.entries()[start.action].inputs.items() if wanted.shown]
    cards: dict[str, Value] = {name: str(card) for name, card in start.cards.items()}
    return {name: (cards | start.inputs)[name] for name in shown if name in cards or name in start.inputs}
