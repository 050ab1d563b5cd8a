"""The platforms' window: for how long after the customer's last word free words may be sent, and what goes after it."""

from dataclasses import replace
from datetime import datetime, timedelta

from flows.messages import OutboundMessage
from flows.ports import Capabilities


def is_open(heard_at: datetime | None, now: datetime, window_h: int | None) -> bool:
    """Whether free words may be sent. Somebody who was never heard has opened no window."""
    if window_h is None:
        return True
    return heard_at is not None and now - heard_at <= timedelta(hours=window_h)


def needs_window(message: OutboundMessage) -> bool:
    """A template may go at any time; everything else is free words."""
    return message.template is None


def templated(message: OutboundMessage, capabilities: Capabilities) -> OutboundMessage | None:
    """The approved template in the place of the words; None where the message or the channel has none.

    ``fallback`` stays, and so tells that the template stands in for something else.
    """
    if message.fallback is None or message.template is not None or not capabilities.templates:
        return None
    return replace(
        message, template=message.fallback, text="", choices=(), picture=None, file=None, place=None, reply_to=None,
        edit_of=None, delete_of=None, remove_choices=False,
    )  # fmt: skip


def stands_in(message: OutboundMessage) -> bool:
    """Whether this template goes in the place of the words that were meant."""
    return message.template is not None and message.template == message.fallback
