"""Telegram updates to inbound events.

Our own tolerant reading: unknown fields are ignored, an unknown kind becomes ``unsupported``, and nothing here
fails on a field that a future Bot API sends in another shape.
"""

from dataclasses import dataclass, field
from datetime import datetime

from channels.errors import Unreadable
from channels.ids import conversation_id, event_id
from channels.reading import Json, as_list, as_object, document, is_whole, moment, text, whole
from channels.telegram import contents
from flows.messages import Contact, Content, EventType, InboundEvent, Sender, Text

CHANNEL = "telegram"


def parse(body: bytes, account: str, received_at: datetime) -> list[InboundEvent]:
    """The events of one webhook body: one update, so one event.

    Raises:
        Unreadable: when the body is no JSON object with a whole ``update_id``.
    """
    update = document(body)
    if not is_whole(update.get("update_id")):
        raise Unreadable("the body is no update: it has no update_id")
    return [_event(update, account, received_at)]


@dataclass(frozen=True, slots=True)
class _Found:
    """What one kind of update says, before it is dressed as an event."""

    type: EventType
    message: Json = field(default_factory=dict)
    user: Json = field(default_factory=dict)
    chat: Json = field(default_factory=dict)
    content: Content | None = None
    payload: str | None = None
    in_reply_to: str | None = None
    referral: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)


def _event(update: Json, account: str, received_at: datetime) -> InboundEvent:
    found = _find(update)
    user, chat = found.user, found.chat
    address = str(chat.get("id", "")) or str(user.get("id", ""))
    dedupe_key = str(update["update_id"])
    message_id = found.message.get("message_id")
    return InboundEvent(
        id=event_id(CHANNEL, account, dedupe_key, received_at),
        channel=CHANNEL,
        account=account,
        dedupe_key=dedupe_key,
        type=found.type,
        conversation=conversation_id(CHANNEL, account, address),
        address=address,
        sender=Sender(str(user.get("id", "")), _name(user), text(user.get("language_code")) or None),
        occurred_at=_time(found, received_at),
        received_at=received_at,
        message_id=str(message_id) if is_whole(message_id) else None,
        in_reply_to=found.in_reply_to,
        content=found.content,
        payload=found.payload,
        referral=found.referral,
        details=found.details,
        private_chat=chat.get("type") == "private",  # what is asked inline comes from no chat at all
    )


def _find(update: Json) -> _Found:
    for key, read in _READERS.items():
        value = update.get(key)
        if isinstance(value, dict):
            return read(value)
    for value in update.values():
        if isinstance(value, dict) and isinstance(value.get("from"), dict):
            return _Found(EventType.UNSUPPORTED, user=value["from"], chat=as_object(value.get("chat")))
    return _Found(EventType.UNSUPPORTED)


def _message(message: Json) -> _Found:
    content = contents.read(message)
    kind = EventType.MESSAGE
    referral: dict[str, str] = {}
    details: dict[str, str] = {}
    if isinstance(content, Contact):
        kind = EventType.CONTACT_SHARED
    elif isinstance(content, Text) and (payload := _start_payload(content.text)) is not None:
        kind, content = EventType.START, None
        referral = {"payload": payload} if payload else {}
    elif content is None and isinstance(message.get("web_app_data"), dict):
        kind = EventType.FORM_RESPONSE
        details = {"data": text(message["web_app_data"].get("data"))}
    elif content is None:
        kind = EventType.UNSUPPORTED
    reply_to = as_object(message.get("reply_to_message")).get("message_id")
    return _Found(
        kind,
        message=message,
        user=as_object(message.get("from")),
        chat=as_object(message.get("chat")),
        content=content,
        in_reply_to=str(reply_to) if is_whole(reply_to) else None,
        referral=referral,
        details=details,
    )


def _edited(message: Json) -> _Found:
    return _Found(
        EventType.MESSAGE_EDITED,
        message=message,
        user=as_object(message.get("from")),
        chat=as_object(message.get("chat")),
        content=contents.read(message),
    )


def _callback(query: Json) -> _Found:
    message = as_object(query.get("message"))
    pressed = message.get("message_id")
    return _Found(
        EventType.POSTBACK,
        user=as_object(query.get("from")),
        chat=as_object(message.get("chat")),
        payload=text(query.get("data")),
        in_reply_to=str(pressed) if is_whole(pressed) else None,
        details={"callback_query_id": text(query.get("id"))},
    )


def _reaction(reaction: Json) -> _Found:
    target = reaction.get("message_id")
    shown = [text(as_object(one).get("emoji")) for one in as_list(reaction.get("new_reaction"))]
    return _Found(
        EventType.REACTION,
        user=as_object(reaction.get("user")),
        chat=as_object(reaction.get("chat")),
        in_reply_to=str(target) if is_whole(target) else None,
        details={"emoji": "".join(shown), "removed": "" if shown else "yes"},
    )


def _membership(change: Json) -> _Found:
    status = text(as_object(change.get("new_chat_member")).get("status"))
    state = {"kicked": "blocked", "left": "unsubscribed", "member": "subscribed"}.get(status, status or "unknown")
    return _Found(
        EventType.SUBSCRIPTION,
        message={"date": change.get("date")},
        user=as_object(change.get("from")),
        chat=as_object(change.get("chat")),
        details={"state": state},
    )


_READERS = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _callback,
    "message_reaction": _reaction,
    "my_chat_member": _membership,
}


def _start_payload(said: str) -> str | None:
    """``/start X`` and ``/start@bot X`` give X, a bare one an empty text, anything else None."""
    command, _, rest = said.partition(" ")
    return rest.strip() if command.partition("@")[0] == "/start" else None


def _time(found: _Found, received_at: datetime) -> datetime:
    """When it happened. Times outside what a clock can hold give the time of receipt."""
    date = found.message.get("edit_date") or found.message.get("date")
    return moment(whole(date), received_at)


def _name(user: Json) -> str:
    return f"{text(user.get('first_name'))} {text(user.get('last_name'))}".strip()
