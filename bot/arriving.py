"""Who comes to a chat, and by what: the first word of a chat, and every link of ours, is kept by CustomerAPI.

A friend's code is the same typed as tapped, so a message that is nothing but one begins like its link.
"""

import re
from dataclasses import replace
from uuid import uuid5

from flows.effects import StartOperation
from flows.events import Event
from flows.messages import EventType, InboundEvent, Text
from flows.session import Session

ACTION = "referrals.reach"
COMES = frozenset({EventType.START, EventType.MESSAGE, EventType.POSTBACK, EventType.CONTACT_SHARED})
CODE = re.compile(r"\s*(ref_[2-9A-HJKMNP-Z]{8})\s*", re.ASCII | re.IGNORECASE)
CAME_BY = re.compile(r"(?=.{1,64}$)(ref|partner)_[A-Za-z0-9_-]+", re.ASCII)


def as_link(event: Event) -> Event:
    """The event as it counts: a typed code is its link."""
    if isinstance(event, InboundEvent) and event.type is EventType.MESSAGE and isinstance(event.content, Text):
        typed = CODE.fullmatch(event.content.text)
        if typed is not None:
            return replace(event, type=EventType.START, content=None, referral={**event.referral, "payload": typed[1]})
    return event


def by(event: InboundEvent) -> str:
    """What the link that led here carried; empty for none of ours."""
    found = CAME_BY.fullmatch(event.referral.get("payload", ""))
    return found[0] if found else ""


def only_opened(event: InboundEvent) -> bool:
    """Whether somebody has opened a chat where they may not be written to before they write."""
    return event.type is EventType.START and event.details.get("subscribed") == "no"


def arrival(session: Session, event: Event) -> StartOperation | None:
    """What is to be kept of an event, with the session as it was before it; None for all but the first and links."""
    if not isinstance(event, InboundEvent) or not event.private_chat or event.type not in COMES:
        return None
    came_by = by(event)
    if not came_by and session.heard != 0:
        return None
    return StartOperation(
        uuid5(event.id, ACTION), ACTION, "customer_api", {"came_by": came_by}, {}, session.customer_id,
        event.channel, "", "", None, session.locale,
    )  # fmt: skip
