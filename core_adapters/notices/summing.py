"""Many operations on the cards in one message: how many, and a line a card with what came, what went, what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core_adapters.notices.notes import Note
from core_adapters.operations.ids import event_id
from flows import formats
from flows.events import Value
from flows.money import Money

EVENT = "cards.operations"
CAME = frozenset({"in", "refund"})


@dataclass(slots=True)
class _Card:
    """One card's sums; ``left`` is the balance after the last operation."""

    left: Money
    came: int = 0
    went: int = 0


def together(waiting: Sequence[Note], locale: str) -> Note:
    """One note for all of these, which are in the order of what happened."""
    cards: dict[str, _Card] = {}
    for note in waiting:
        amount, left = Money.parse(str(note.outputs["amount"])), Money.parse(str(note.outputs["balance"]))
        card = cards.setdefault(str(note.outputs["card_last4"]), _Card(left))
        card.left = left
        if note.outcome in CAME:
            card.came += amount.minor
        else:
            card.went += amount.minor
    first = waiting[0]
    note_id: UUID = event_id(first.id, f"and {len(waiting) - 1} more")
    lines = "\n".join(_line(last4, card, locale) for last4, card in cards.items())
    outputs: dict[str, Value] = {"count": len(waiting), "lines": lines}
    return Note(note_id, first.customer_id, first.kind, EVENT, "ok", {}, outputs)


def _line(last4: str, card: _Card, locale: str) -> str:
    """``•4242: +200.00 ₴, −1,250.00 ₴ = 350.00 ₴``."""
    moved = [
        f"{sign}{formats.money(Money(minor, card.left.currency), locale)}"
        for sign, minor in (("+", card.came), ("\u2212", card.went))
        if minor
    ]
    return f"•{last4}: {', '.join(moved)} = {formats.money(card.left, locale)}"
