"""Webhooks of the Cloud API to inbound events.

    {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": {
        "metadata": {"phone_number_id": …}, "contacts": […], "messages": […], "statuses": […]}}]}]}

Our own tolerant reading: unknown fields are ignored, an unknown kind becomes ``unsupported``, an item that cannot be
addressed is left out, and nothing fails on a field that comes in another shape.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

import orjson
import structlog

from channels.errors import Unreadable
from channels.ids import conversation_id, event_id
from channels.reading import Json, as_list, as_object, document, moment, text, whole
from channels.whatsapp import contents
from channels.whatsapp.identities import Who, author, recipient
from flows.messages import Attachment, Contact, Content, EventType, InboundEvent, Text

CHANNEL = "whatsapp"
# An id is a key of our tables; WhatsApp's have some sixty characters.
ID_MAX = 256
STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
NUMBER_CHANGES = ("user_changed_number", "customer_changed_number", "user_changed_user_id")
# How a link wa.me/…?text=START+payload arrives: the customer sends what the link has written for them.
_START = re.compile(r"\s*(?:START|СТАРТ)\s+([A-Za-z0-9_-]{1,64})\s*", re.IGNORECASE)
log = structlog.get_logger()


def parse(body: bytes, account: str, received_at: datetime) -> list[InboundEvent]:
    """The events of one webhook body, in its order, each once.

    Raises:
        Unreadable: when the body is no JSON object of a WhatsApp account with a list of entries.
    """
    told = document(body)
    if told.get("object") != "whatsapp_business_account":
        raise Unreadable("the body is no webhook of a WhatsApp account: its object is another")
    if not isinstance(told.get("entry"), list):
        raise Unreadable("the body is no webhook of a WhatsApp account: it has no list of entries")
    events: dict[str, InboundEvent] = {}
    foreign = 0
    for value in _values(told["entry"]):
        if text(as_object(value.get("metadata")).get("phone_number_id")) not in ("", account):
            foreign += 1
            continue
        for found in _found(value):
            event = _event(found, account, received_at)
            events.setdefault(event.dedupe_key, event)
    if foreign:
        log.info("webhooks_of_other_numbers_left_out", channel=CHANNEL, count=foreign)
    return list(events.values())


@dataclass(frozen=True, slots=True)
class _Found:
    """What one item says, before it is dressed as an event."""

    type: EventType
    who: Who = field(default_factory=lambda: author({}, ()))
    key: str = ""
    date: object = None
    message_id: str | None = None
    content: Content | None = None
    payload: str | None = None
    in_reply_to: str | None = None
    referral: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)


def _values(entries: Sequence[object]) -> Iterator[Json]:
    for entry in entries:
        for change in as_list(as_object(entry).get("changes")):
            yield as_object(as_object(change).get("value"))


def _found(value: Json) -> Iterator[_Found]:
    """All items that can be addressed."""
    contacts = as_list(value.get("contacts"))
    for item in map(as_object, as_list(value.get("messages"))):
        who = author(item, contacts)
        if who.address and (text(item.get("id")) or text(item.get("type"))):
            yield _message(item, who)
    for item in map(as_object, as_list(value.get("statuses"))):
        who = recipient(item, contacts)
        if who.address and (found := _status(item)) is not None:
            yield replace(found, who=who, date=item.get("timestamp"))
    for item in map(as_object, as_list(value.get("message_echoes"))):
        to = author({"from": item.get("to"), "from_user_id": item.get("to_user_id")}, ())
        if to.address:
            content = contents.read(item, "")
            yield _Found(EventType.ECHO, to, _id_of(item), item.get("timestamp"), _id_of(item), content)


def _event(found: _Found, account: str, received_at: datetime) -> InboundEvent:
    who = found.who
    return InboundEvent(
        id=event_id(CHANNEL, account, found.key, received_at),
        channel=CHANNEL,
        account=account,
        dedupe_key=found.key,
        type=found.type,
        conversation=conversation_id(CHANNEL, account, who.address),
        address=who.address,
        sender=who.sender,
        occurred_at=_time(found.date, received_at),
        received_at=received_at,
        message_id=found.message_id,
        in_reply_to=found.in_reply_to,
        content=found.content,
        payload=found.payload,
        referral=found.referral,
        details=found.details,
        private_chat=who.private,
    )


def _message(item: Json, who: Who) -> _Found:
    kind = text(item.get("type"))
    found = _READERS.get(kind, _plain)(item, who) or _unsupported(item, kind)
    own_id = _id_of(item)
    context = text(as_object(item.get("context")).get("id"))
    return replace(
        found,
        who=who,
        key=own_id,
        date=item.get("timestamp"),
        message_id=found.message_id or own_id,
        in_reply_to=found.in_reply_to or context or None,
        referral=found.referral | _advertisement(item),
    )


def _plain(item: Json, who: Who) -> _Found | None:
    content = contents.read(item, who.sender.alt_ids.get("phone", ""))
    if content is None:
        return None
    if isinstance(content, Contact):
        return _Found(EventType.CONTACT_SHARED, content=content)
    if isinstance(content, Text) and (start := _START.fullmatch(content.text)):
        return _Found(EventType.START, referral={"payload": start[1]})
    heard = isinstance(content, Attachment) and as_object(item.get("audio")).get("voice") is True
    return _Found(EventType.MESSAGE, content=content, details={"voice": "yes"} if heard else {})


def _unsupported(item: Json, kind: str) -> _Found:
    errors = as_list(item.get("errors"))
    code = as_object(errors[0]).get("code") if errors else None
    told = {"kind": kind[:64], "code": str(code) if isinstance(code, int) else ""}
    return _Found(EventType.UNSUPPORTED, details={name: value for name, value in told.items() if value})


def _button(item: Json, who: Who) -> _Found | None:  # noqa: ARG001 - the readers' shape
    """A quick reply of a template."""
    return _postback(as_object(item.get("button")), "payload", "text")


def _interactive(item: Json, who: Who) -> _Found | None:  # noqa: ARG001 - the readers' shape
    """A tapped button, a chosen row, or a form that was sent back."""
    block = as_object(item.get("interactive"))
    kind = text(block.get("type"))
    if kind == "nfm_reply":
        return _form(as_object(block.get("nfm_reply")))
    return _postback(as_object(block.get(kind)), "id", "title")


def _postback(block: Json, id_key: str, title_key: str) -> _Found | None:
    payload, title = text(block.get(id_key)), text(block.get(title_key))
    if not payload:
        return None
    return _Found(EventType.POSTBACK, payload=payload, details={"title": title} if title else {})


def _form(reply: Json) -> _Found | None:
    """``data`` is the form as a JSON object. Its token is for whoever issued it to check."""
    try:
        data = orjson.loads(text(reply.get("response_json")))
    except orjson.JSONDecodeError:
        return None
    if not isinstance(data, dict):
        return None
    told = {"flow_token": text(data.pop("flow_token", "")), "name": text(reply.get("name"))}
    details = {"data": text(orjson.dumps(data).decode())} | {name: value for name, value in told.items() if value}
    return _Found(EventType.FORM_RESPONSE, details=details)


def _reaction(item: Json, who: Who) -> _Found | None:  # noqa: ARG001 - the readers' shape
    block = as_object(item.get("reaction"))
    emoji, target = text(block.get("emoji")), text(block.get("message_id"))
    details = {"emoji": emoji, "removed": "" if emoji else "yes"}
    return _Found(EventType.REACTION, in_reply_to=target or None, details=details)


def _system(item: Json, who: Who) -> _Found | None:  # noqa: ARG001 - the readers' shape
    """A changed number is only told of: whoever has it now has not yet proved to be our customer."""
    block = as_object(item.get("system"))
    changed = text(block.get("type")) in NUMBER_CHANGES
    new_id = text(block.get("wa_id")) or text(block.get("new_wa_id")) or text(block.get("user_id"))
    details = {"state": "number_changed" if changed else "unknown"}
    return _Found(EventType.SUBSCRIPTION, details=details | ({"new_id": new_id} if changed and new_id else {}))


def _edited(item: Json, who: Who) -> _Found | None:
    """The new content; both ids name the message that was changed."""
    block = as_object(item.get("edit")) or as_object(item.get(text(item.get("type"))))
    target = text(block.get("original_message_id"))
    content = contents.read(as_object(block.get("message")), who.sender.alt_ids.get("phone", ""))
    if not target:
        return None
    return _Found(EventType.MESSAGE_EDITED, message_id=target, in_reply_to=target, content=content)


def _revoked(item: Json, who: Who) -> _Found | None:  # noqa: ARG001 - the readers' shape
    block = as_object(item.get("revoke")) or as_object(item.get(text(item.get("type"))))
    target = text(block.get("original_message_id"))
    return _Found(EventType.MESSAGE_DELETED, message_id=target, in_reply_to=target) if target else None


_READERS: dict[str, Callable[[Json, Who], _Found | None]] = {
    "button": _button,
    "interactive": _interactive,
    "reaction": _reaction,
    "system": _system,
    "edit": _edited,
    "edited_message": _edited,
    "revoke": _revoked,
    "deleted_message": _revoked,
}


def _status(item: Json) -> _Found | None:
    """How a message of ours fares. What it cost (``pricing``, ``conversation``) is not ours to know."""
    state, sent = STATES.get(text(item.get("status"))), text(item.get("id"))
    if state is None or not sent:
        return None
    errors = as_list(item.get("errors"))
    error = as_object(errors[0]) if errors else {}
    code = error.get("code")
    told = {
        "state": state,
        "code": str(code) if isinstance(code, int | str) else "",
        "title": text(error.get("title")) or text(error.get("message")),
        "reason": text(as_object(error.get("error_data")).get("details")) or text(error.get("message")),
    }
    details = {name: text(value) for name, value in told.items() if value}
    return _Found(EventType.DELIVERY_STATUS, key=f"{_key(sent)}:{state}", in_reply_to=sent, details=details)


def _advertisement(item: Json) -> dict[str, str]:
    """What led the customer here: the advertisement or post that they tapped, as WhatsApp names its parts."""
    block = as_object(item.get("referral"))
    told = {name: text(value) for name, value in block.items() if isinstance(value, str) and value}
    if told.get("source_type") == "ad" and "source_id" in told:
        told["ad_id"] = told["source_id"]
    return {text(name): value for name, value in told.items() if name != "payload"}


def _id_of(item: Json) -> str:
    """The item's id, or one made of all that it says, so that it is known again."""
    return _key(text(item.get("id"))) or f"x:{_digest(orjson.dumps(item, option=orjson.OPT_SORT_KEYS))}"


def _key(name: str) -> str:
    return name if len(name) <= ID_MAX else f"x:{_digest(name.encode())}"


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _time(date: object, received_at: datetime) -> datetime:
    """When it happened. Times outside what a clock can hold give the time of receipt."""
    seconds = int(date) if isinstance(date, str) and re.fullmatch(r"\d{1,11}", date, re.ASCII) else whole(date)
    return moment(seconds, received_at)
