"""The greeting of somebody who has opened the chat and not written yet: the published welcome, without a turn.

Some messengers let a bot say one thing then, in the answer to their webhook, and nothing more until the customer
writes. So nothing is asked and no flow begins; a link that names a flow puts a button for it on top.
"""

from dataclasses import replace
from uuid import UUID

from flows import buttons
from flows.commands import flow_by_link
from flows.effects import Send
from flows.messages import Choice, InboundEvent, OutboundMessage
from flows.model import Library
from flows.ports import Capabilities
from flows.rendering import startable
from flows.session import Session
from flows.speaking import flow_title, system
from flows.turn import Missing, Turn


def welcome(
    library: Library, session: Session, event: InboundEvent, key: bytes, channel: Capabilities | None
) -> OutboundMessage | None:
    """The greeting; None where content has none, or where it would have to ask the bank first."""
    turn = Turn(library, session.copy(), event, {}, key, channel)
    try:
        system(turn, "welcome", optional=True)
        first = next((effect.message for effect in turn.effects if isinstance(effect, Send)), None)
        return None if first is None else replace(first, choices=(*_linked(turn, event), *first.choices))
    except Missing:
        return None


def _linked(turn: Turn, event: InboundEvent) -> tuple[Choice, ...]:
    """The button of the flow that the link names."""
    payload = event.referral.get("payload", "")
    flow = flow_by_link(turn.library, payload) if payload else None
    if flow is None or not startable(turn, flow.id):
        return ()
    conversation: UUID = turn.session.conversation
    return (Choice(buttons.for_flow(flow.id, conversation, turn.key), flow_title(turn, flow.id)),)
