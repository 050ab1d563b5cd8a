"""Chats that were given to people: kept until a colleague has taken them up."""

import structlog

from bot.metrics import alert
from bot.store import OutboxRow
from flows.effects import HandOff

log = structlog.get_logger("bot.people")


class Desk:
    """The first form of the operators' desk: a hand-off is an alert with its queue; the chat itself stays silent.

    The hand-off stands in the outbox row and in the conversation's own state, so nothing is kept twice here.
    """

    async def hand_off(self, row: OutboxRow, hand_off: HandOff) -> None:
        """Tell the queue's people. Names and amounts stay in the conversation."""
        alert("chat_handed_off", f"a customer waits in '{hand_off.queue}'", conversation=str(row.conversation))
