"""What an inbound event says about whether the customer can be written to: when they were heard, and unsubscribing."""

from datetime import datetime

from flows.events import Event
from flows.messages import EventType, InboundEvent

# What customers do themselves. Platforms count their window from it; an edit, a deletion, a status or news of a
# subscription opens none. A message of a kind that we do not know is a message all the same.
OWN_ACTS = frozenset(
    {
        EventType.MESSAGE,
        EventType.POSTBACK,
        EventType.START,
        EventType.CONTACT_SHARED,
        EventType.FORM_RESPONSE,
        EventType.REACTION,
        EventType.UNSUPPORTED,
    }
)
SUBSCRIPTION_STATES = {
    "subscribed": "",
    "unsubscribed": "the customer has unsubscribed",
    "blocked": "the customer has blocked us",
}


def heard_at(event: Event) -> datetime | None:
    """When the customer did this; None when they did nothing. A platform's clock may not run ahead of ours."""
    if isinstance(event, InboundEvent) and event.type in OWN_ACTS:
        return min(event.occurred_at, event.received_at)
    return None


def unreachable(event: Event) -> str | None:
    """Why the customer cannot be written to from now on, "" when they can again, None when the event says neither."""
    if not isinstance(event, InboundEvent):
        return None
    if event.type in OWN_ACTS:
        return ""
    if event.type is EventType.SUBSCRIPTION:
        return SUBSCRIPTION_STATES.get(event.details.get("state", ""))
    return None
