"""Viber callbacks to inbound events.

Our own tolerant reading: unknown fields are ignored, an unknown kind becomes ``unsupported``, and nothing here fails
on a field that comes in another shape than the one documented.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from channels import references
from channels.errors import Unreadable
from channels.ids import conversation_id, event_id
from channels.reading import Json, as_object, document, moment, text, text_or_whole, whole
from channels.viber import contents, tracking
from flows.messages import Contact, Content, EventType, InboundEvent, Sender, Text

CHANNEL = "viber"
# A key of our tables holds it; Viber's have nineteen digits.
TOKEN_MAX = 64
# The shape of what flows.buttons signs: a tap on a keyboard that has been there for longer than its message's mark.
SIGNED = re.compile(r"[qfc]\.[\x21-\x7e]{1,49}\.[A-Za-z0-9_-]{12}", re.ASCII)
LINK = re.compile(r"https?://\S+")


def parse(body: bytes, account: str, received_at: datetime) -> list[InboundEvent]:
    """The events of one callback: one, or none where it is about no customer.

    Raises:
        Unreadable: when the body is no JSON object that names its ``event``.
    """
    callback = document(body)
    if not isinstance(callback.get("event"), str):
        raise Unreadable("the body is no callback: it names no event")
    found = _READERS.get(callback["event"], _unknown)(callback)
    user_id = text(found.user.get("id")) if found is not None else ""
    if found is None or not user_id:
        return []
    return [_event(callback, body, found, user_id, account, received_at)]


@dataclass(frozen=True, slots=True)
class _Found:
    """What one kind of callback says, before it is dressed as an event."""

    type: EventType
    user: Json
    content: Content | None = None
    payload: str | None = None
    in_reply_to: str | None = None
    referral: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    private_chat: bool = True


def _event(
    callback: Json, body: bytes, found: _Found, user_id: str, account: str, received_at: datetime
) -> InboundEvent:
    token = _token(callback)
    # Viber numbers every callback; should one come without, its very bytes tell it from others.
    dedupe_key = f"{token or blake2b(body, digest_size=16).hexdigest()}:{text(callback['event'])}"
    return InboundEvent(
        id=event_id(CHANNEL, account, dedupe_key, received_at),
        channel=CHANNEL,
        account=account,
        dedupe_key=dedupe_key,
        type=found.type,
        conversation=conversation_id(CHANNEL, account, user_id),
        address=user_id,
        sender=Sender(user_id, text(found.user.get("name")), text(found.user.get("language")) or None),
        occurred_at=moment(whole(callback.get("timestamp")) / 1000, received_at),
        received_at=received_at,
        message_id=token or None,
        in_reply_to=found.in_reply_to,
        content=found.content,
        payload=found.payload,
        referral=found.referral,
        details=found.details,
        private_chat=found.private_chat,
    )


def _message(callback: Json) -> _Found | None:
    message, user = as_object(callback.get("message")), as_object(callback.get("sender"))
    marks = tracking.read(message.get("tracking_data"))
    silent = callback.get("silent") is True
    content = contents.read(message, _token(callback), marks, silent=silent)
    private = not callback.get("chat_id")
    if isinstance(content, Contact):
        return _Found(EventType.CONTACT_SHARED, user, content, private_chat=private)
    if content is None:
        return _Found(EventType.UNSUPPORTED, user, private_chat=private)
    if isinstance(content, Text) and message.get("type") == "text":
        return _tap_or_text(content, user, marks, silent=silent, private=private)
    return _Found(EventType.MESSAGE, user, content, private_chat=private)


def _tap_or_text(content: Text, user: Json, marks: tracking.Tracking, *, silent: bool, private: bool) -> _Found | None:
    """A button arrives as a text. What is silent nobody typed; the rest is told by our marks and tokens.

    A button that opens a page tells us its address, which is nobody's message.
    """
    said = content.text
    if marks.is_link(said) or (silent and LINK.fullmatch(said)):
        return None
    if marks.is_phone(said):  # from a client that cannot share a phone and says the button's words instead
        return _Found(EventType.MESSAGE, user, content, private_chat=private)
    if silent or marks.is_reply(said) or SIGNED.fullmatch(said) or references.read(said):
        return _Found(EventType.POSTBACK, user, payload=said, private_chat=private)
    return _Found(EventType.MESSAGE, user, content, private_chat=private)


def _started(callback: Json) -> _Found:
    context = text(callback.get("context"))
    return _Found(
        EventType.START,
        as_object(callback.get("user")),
        referral={"payload": context} if context else {},
        details={"subscribed": "yes" if callback.get("subscribed") is True else "no"},
    )


def _subscribed(callback: Json) -> _Found:
    return _Found(EventType.SUBSCRIPTION, as_object(callback.get("user")), details={"state": "subscribed"})


def _unsubscribed(callback: Json) -> _Found:
    return _Found(EventType.SUBSCRIPTION, _named(callback), details={"state": "unsubscribed"})


def _status(state: str) -> Callable[[Json], _Found]:
    def read(callback: Json) -> _Found:
        reason = text(callback.get("desc")) if state == "failed" else ""
        details = {"state": state} | ({"reason": reason} if reason else {})
        token = _token(callback) or None
        return _Found(EventType.DELIVERY_STATUS, _named(callback), in_reply_to=token, details=details)

    return read


def _webhook(_: Json) -> None:
    """Viber tries the address that it has just been given."""


def _unknown(callback: Json) -> _Found:
    user = as_object(callback.get("user")) or as_object(callback.get("sender")) or _named(callback)
    return _Found(EventType.UNSUPPORTED, user)


_READERS: dict[str, Callable[[Json], _Found | None]] = {
    "message": _message,
    "conversation_started": _started,
    "subscribed": _subscribed,
    "unsubscribed": _unsubscribed,
    "delivered": _status("delivered"),
    "seen": _status("read"),
    "failed": _status("failed"),
    "webhook": _webhook,
}


def _named(callback: Json) -> Json:
    """The customer where a callback only gives the id."""
    return {"id": callback.get("user_id")}


def _token(callback: Json) -> str:
    """The message's number, digit by digit: it is larger than what other languages keep exactly."""
    return text_or_whole(callback.get("message_token"))[:TOKEN_MAX]
