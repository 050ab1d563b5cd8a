"""The snapshot that a confirm freezes, and the hash that ties a yes to one operation, payer, payee and amount.

Both sides of a payment compute the hash: the engine when it asks and again when it sends, the wrappers from what
they were sent. Where two of them differ, nothing moves.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from uuid import UUID

from flows.cards import CardNumber
from flows.events import Value
from flows.model import Action, Confirm, Flow, If, Library, Step
from flows.money import Money

# Inputs that the engine adds itself; they are not what the customer confirmed.
NOT_CONFIRMED = frozenset({"for_op", "snapshot_hash"})
# What is said beside a code or a password: all that a payment, a limit or an order of plastic is confirmed by.
SAID = (
    "from", "amount", "phone", "payee", "biller", "account", "payment", "every", "first", "card", "kind", "fee",
    "address", "branch",
)  # fmt: skip


def snapshot_hash(op_id: UUID, inputs: Mapping[str, Value], cards: Mapping[str, CardNumber]) -> str:
    """The hex SHA-256 over ``op_id|payer|payee|amount_minor|currency`` of an operation.

    Payer is the input ``from``, payee the fingerprint of the card ``to``, the amount is the input ``amount`` as a
    literal (``50.00 UAH``). Where one of the three is missing its place is empty and ``|`` with the canonical JSON of
    all inputs (empty ones left out, cards as fingerprints, the engine's own ``for_op`` and ``snapshot_hash`` left out)
    follows. ``inputs`` and ``cards`` are those of ``StartOperation``.

    Raises:
        MoneyError: when ``amount`` is no money literal.
    """
    payer, card, literal = inputs.get("from"), cards.get("to"), inputs.get("amount")
    amount = Money.parse(literal) if isinstance(literal, str) else None
    parts = [
        str(op_id),
        str(payer or ""),
        card.fingerprint if card is not None else "",
        str(amount.minor) if amount is not None else "",
        amount.currency if amount is not None else "",
    ]
    if not all(parts):
        parts.append(_canonical(inputs, cards))
    return sha256("|".join(parts).encode()).hexdigest()


def _canonical(inputs: Mapping[str, Value], cards: Mapping[str, CardNumber]) -> str:
    plain: dict[str, Value] = {
        name: value for name, value in inputs.items() if value not in (None, "") and name not in NOT_CONFIRMED
    }
    plain.update({name: card.fingerprint for name, card in cards.items()})
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def guarded(library: Library, flow: Flow, confirm: Confirm) -> Action | None:
    """The operation that a confirm stands for: the nearest one with an effect on the way from its yes."""
    seen: set[str] = set()
    ahead = [confirm.follows]
    while ahead:
        step = flow.steps.get(ahead.pop(0))
        if step is None or step.id in seen:
            continue
        seen.add(step.id)
        if isinstance(step, Action) and library.catalogue.operations[step.action].effect != "none":
            return step
        ahead += _onward(step)
    return None


def _onward(step: Step) -> list[str]:
    return [step.then, step.otherwise] if isinstance(step, If) else [step.follows]
