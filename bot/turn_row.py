"""A turn as it is saved: the conversation's new state, what leaves it, and its timers."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bot.sending import heard
from bot.store import OutboxRow, To, TurnRow, uuid7
from bot.turn_ports import Decision
from flows.effects import CancelTimer, DeleteInbound, HandOff, OpenForm, Send, SetTimer, StartOperation
from flows.events import Event
from flows.messages import InboundEvent

EFFECTS_MAX = 1000  # the engine stops at 50 steps; this only keeps one turn's rows apart from the next one's


def row_of(
    event: Event, earlier: Sequence[InboundEvent], rows: tuple[UUID, ...], version: int, decision: Decision
) -> TurnRow:
    """What is saved of a turn that began from ``version`` and ends the inbox ``rows``.

    ``earlier`` are the other pieces of a joined message.
    """
    session, conversation = decision.session, event.conversation
    to = To(session.channel, session.account, session.address, session.customer_id, session.locale)
    # The engine has the last piece of a joined message deleted; the others carry digits, too.
    pieces = [DeleteInbound(piece.message_id, "card_number") for piece in earlier if piece.message_id]
    outbox: list[OutboxRow] = []
    timers: dict[str, datetime | None] = {}
    when = heard.heard_at(event)
    for effect in (*pieces, *decision.effects):
        match effect:
            case Send() | StartOperation() | DeleteInbound() | HandOff() | OpenForm():
                seq = (version + 1) * EFFECTS_MAX + len(outbox)
                outbox.append(OutboxRow(uuid7(), conversation, seq, to, effect, heard_at=when))
            case SetTimer():
                timers[effect.timer] = effect.due
            case CancelTimer():
                timers[effect.timer] = None
    return TurnRow(
        conversation, rows, session.to_json(), version, tuple(outbox), timers,
        when, heard.unreachable(event),
    )  # fmt: skip
