"""Call a bank operation from the catalogue.

.. code-block:: yaml

    - id: pay
      action: transfers.execute
      with: {from: from_card, to: to_card, amount: amount}
      save: {transfer_id: transfer_id}
      on_error:
        insufficient_funds: not_enough
        unknown_result: pending

A question (``effect: none``) is answered inside the turn. The others start after the turn is saved, and the run waits
for the result. A confirmed one gets the frozen values and the id that the customer said yes to, once.
"""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from flows.access import end, grant
from flows.cards import CardNumber
from flows.confirming import SAID, snapshot_hash
from flows.effects import StartOperation
from flows.events import OperationSettled, Value
from flows.facts import Need
from flows.model import END, Action, BankOperation
from flows.scope import value_of
from flows.session import Run, Snapshot, Waiting
from flows.speaking import system
from flows.turn import BrokenContent, Turn, typed
from flows.values import SlotValue, wire

SLOW_AFTER_MS = 4000  # then the customer is told that it takes a moment
SCA_PREFIX = "sca."
UNKNOWN = "unknown_result"


def enter(turn: Turn, run: Run, step: Action) -> str | None:
    """Ask the bank and go on, or start the operation and wait."""
    operation = turn.library.catalogue.operations[step.action]
    if operation.effect == "none":
        return _ask(turn, run, step, operation)
    frozen = run.snapshot if run.snapshot is not None and run.snapshot.action == step.id else None
    if operation.effect == "irreversible" and (frozen is None or frozen.state != "approved"):
        raise BrokenContent(f"{run.flow}.{step.id} would run {step.action} without a fresh yes")
    _start(turn, run, step, operation, frozen if frozen is not None and frozen.state == "approved" else None)
    return None


def _start(turn: Turn, run: Run, step: Action, operation: BankOperation, frozen: Snapshot | None) -> None:
    inputs, cards = inputs_of(turn, run, step, frozen.values if frozen is not None else {})
    op_id = frozen.op_id if frozen is not None else turn.mint("operation")
    if frozen is not None:
        if snapshot_hash(UUID(op_id), inputs, cards) != frozen.hash:
            raise BrokenContent(f"{run.flow}.{step.id} would send other values than the customer confirmed")
        run.snapshot = replace(frozen, state="sent")
    if step.action.startswith(SCA_PREFIX) and (bound := _approved(turn)) is not None:
        about, about_cards = _confirmed(turn, bound)
        inputs |= about | {"for_op": bound.op_id, "snapshot_hash": bound.hash, "locale": turn.session.locale}
        cards |= about_cards
    run.sent = run.sent or operation.effect == "irreversible"
    run.waiting = Waiting("operation", step.action, op_id)
    turn.remember_operation(op_id, step.action, "started")
    effect = StartOperation(
        UUID(op_id), step.action, operation.provider, inputs, cards, turn.session.customer_id,
        turn.session.channel, run.id, step.id, frozen.hash if frozen is not None else None, turn.locale,
    )  # fmt: skip
    turn.effects.append(effect)
    if "one_moment" in turn.library.system:
        turn.set_timer(f"slow:{run.id}", turn.now + SLOW_AFTER_MS)


def _approved(turn: Turn) -> Snapshot | None:
    """The confirmed snapshot that a code stands for: the nearest one below."""
    found = (run.snapshot for run in reversed(turn.session.stack))
    return next((frozen for frozen in found if frozen is not None and frozen.state == "approved"), None)


def _confirmed(turn: Turn, bound: Snapshot) -> tuple[dict[str, Value], dict[str, CardNumber]]:
    """Payer, payee and amount that the code is for, where there are such: its message must name them."""
    for run in turn.session.stack:
        if run.snapshot is bound and isinstance(step := turn.library.flows[run.flow].steps[bound.action], Action):
            inputs, cards = inputs_of(turn, run, step, bound.values)
            about: dict[str, Value] = {name: inputs[name] for name in SAID if name in inputs}
            return about, {name: card for name, card in cards.items() if name == "to"}
    return {}, {}


def inputs_of(
    turn: Turn, run: Run, step: Action, frozen: Mapping[str, SlotValue]
) -> tuple[dict[str, Value], dict[str, CardNumber]]:
    """The operation's inputs, plain values and card numbers apart. ``frozen`` values go before the live slots."""
    return plain_inputs({name: value_of(turn, run, source, frozen) for name, source in step.inputs.items()})


def plain_inputs(values: Mapping[str, SlotValue]) -> tuple[dict[str, Value], dict[str, CardNumber]]:
    """Values as they cross to another room, card numbers apart; empty ones stay out."""
    cards = {name: value for name, value in values.items() if isinstance(value, CardNumber)}
    plain = {name: wire(value) for name, value in values.items() if name not in cards and value is not None}
    return plain, cards


def question_of(turn: Turn, run: Run, step: Action) -> Need | None:
    """What a step of ``effect: none`` asks the bank; None as long as an input is empty that must be there."""
    inputs, cards = inputs_of(turn, run, step, {})
    needed = turn.library.catalogue.operations[step.action].inputs
    if any(name not in inputs and name not in cards and not needed[name].optional for name in step.inputs):
        return None
    return _need(step, inputs, cards)


def _need(step: Action, inputs: Mapping[str, Value], cards: Mapping[str, CardNumber]) -> Need:
    numbers = {
        name: {
            "token": card.token, "last4": card.last4, "scheme": card.scheme, "luhn_ok": card.luhn_ok,
            "fingerprint": card.fingerprint,
        }
        for name, card in cards.items()
    }  # fmt: skip
    return Need.of("read", step.action, {**inputs, **numbers})


def _ask(turn: Turn, run: Run, step: Action, operation: BankOperation) -> str:
    fact = turn.fact(_need(step, *inputs_of(turn, run, step, {})))
    if "error" in fact:
        return failed(turn, run, step, str(fact["error"]))
    save(run, step, operation, fact.get("outputs", {}))
    return step.follows


def settled(turn: Turn, run: Run, step: Action, event: OperationSettled) -> str:
    """The outcome of an operation that the run waits for: where to go on."""
    operation = turn.library.catalogue.operations[step.action]
    run.waiting = None
    turn.cancel_timer(f"slow:{run.id}")
    if event.state == "failed":
        return failed(turn, run, step, event.error or "")
    if event.state == "unknown":
        return failed(turn, run, step, UNKNOWN)
    if operation.sets_access:
        grant(turn, run, event.outputs)
    if operation.ends_access:
        end(turn, run)
    save(run, step, operation, event.outputs)
    return step.follows


def failed(turn: Turn, run: Run, step: Action, code: str) -> str:
    """The step for an error code, or the engine's own words and the end."""
    if code in step.on_error:
        return step.on_error[code]
    if code == UNKNOWN:
        system(turn, "operation_unknown", run=run)
    elif code == "unavailable":
        system(turn, "bank_unavailable", run=run)
    else:
        system(turn, f"refused_{code}", "operation_refused", run=run)
    return END


def save(run: Run, step: Action, operation: BankOperation, outputs: Mapping[str, object]) -> None:
    """Put the operation's outputs into slots, as the catalogue types them."""
    for slot, output in step.save.items():
        run.slots[slot] = typed(operation.outputs.get(output, "text"), outputs.get(output))
