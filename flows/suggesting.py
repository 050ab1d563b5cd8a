"""Values offered beside a question that may be answered with any other as well: payees of earlier payments.

.. code-block:: yaml

    to_card: {type: card_number, from_entity: card_number, source: payees.cards, label: "•{payee.last4}", id: payee.id}

A slot that is no choice may have a source all the same. Its options are drawn as buttons where the question says
``buttons: from_slot``; one that is tapped, or whose label is typed, gives its value. A source that cannot be asked, or
has nothing, offers nothing: the question is asked as ever.
"""

from flows.cards import CardNumber
from flows.model import Slot
from flows.session import Run
from flows.turn import QuestionFailed, Turn
from flows.values import Chosen, SlotValue

MOST = 5  # the newest; more would hide the question


def options(turn: Turn, run: Run, slot: Slot) -> tuple[Chosen, ...]:
    """What a slot's question may offer: all of a choice, and the newest suggestions for any other slot.

    Raises:
        Missing, and for a choice QuestionFailed.
    """
    if slot.type == "choice":
        return turn.choices(slot)
    if slot.source is None or turn.session.level == "guest":
        return ()
    try:
        found = turn.choices(slot)
    except QuestionFailed:
        return ()
    return tuple(one for one in found if _belongs(run, one) and value_of(slot, one) is not None)[:MOST]


def value_of(slot: Slot, option: Chosen) -> SlotValue:
    """What the slot is set to by an option; None when the option is none for it."""
    if slot.type == "choice":
        return option
    if slot.type == "card_number":
        token, last4, scheme, luhn_ok, mark = (
            option.fields.get(name) for name in ("token", "last4", "scheme", "luhn_ok", "fingerprint")
        )
        if isinstance(token, str) and isinstance(last4, str) and isinstance(mark, str):
            return CardNumber(token, last4, str(scheme or ""), luhn_ok is True, mark)
        return None
    return option.fields.get("value")


def _belongs(run: Run, option: Chosen) -> bool:
    """An option ``of`` another choice, such as an account of a biller, is offered where that was chosen."""
    of = option.fields.get("of")
    return of is None or of in {value.id for value in run.slots.values() if isinstance(value, Chosen)}
