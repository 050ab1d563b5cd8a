"""Messenger webhooks to inbound events.

    {"object": "page", "entry": [{"id": "<page>", "time": <ms>, "messaging": [{"sender": {"id": "<PSID>"},
     "recipient": {"id": "<page>"}, "timestamp": <ms>, "message" | "postback" | "read" | …: {…}}]}]}

Our own tolerant reading: an unknown item becomes ``unsupported`` when it says whose it is, else it is passed over, and
no item can cost its neighbours. What the platform tells under ``standby``, while another app leads the conversation,
and about who leads it, is marked as no private chat: the engine hears it and does not answer.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import orjson
import structlog

from channels.errors import Unreadable
from channels.ids import conversation_id, event_id
from channels.messenger import items
from channels.messenger.items import Found
from channels.reading import LATEST_S, Json, as_list, as_object, document, moment, text_or_whole
from flows.messages import EventType, InboundEvent, Sender

CHANNEL = "messenger"
DIGEST_BYTES = 8
USER_REF = "user_ref:"  # before the name of a customer who has ticked a box on a page and not written yet
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Item:
    """One item of a webhook. ``overheard``: it was said to another app that leads the conversation now."""

    said: Json
    time: object
    overheard: bool


def parse(body: bytes, account: str, received_at: datetime) -> list[InboundEvent]:
    """The events of one webhook body, in order, each once. Those of other pages are dropped and counted in the log.

    Raises:
        Unreadable: when the body is no JSON object with a list of entries.
    """
    told = document(body)
    if not isinstance(told.get("entry"), list):
        raise Unreadable("the body is no webhook of a page: it has no list of entries")
    foreign = 0
    events: dict[str, InboundEvent] = {}
    for entry in told["entry"]:
        if not isinstance(entry, dict):
            continue
        if told.get("object") != "page" or text_or_whole(entry.get("id")) != account:
            foreign += 1
            continue
        for item in _items(entry):
            for event in _events(item, account, received_at):
                events.setdefault(event.dedupe_key, event)
    if foreign:
        log.info("entries_of_others", channel=CHANNEL, count=foreign)
    return list(events.values())


def _items(entry: Json) -> Iterator[_Item]:
    """The items of an entry: in lists, and one by one as changes of a field, as Meta's own console sends them."""
    for key in ("messaging", "standby"):
        for one in as_list(entry.get(key)):
            if isinstance(one, dict):
                yield _Item(one, entry.get("time"), overheard=key == "standby")
    for change in as_list(entry.get("changes")):
        value = as_object(as_object(change).get("value"))
        if value:
            yield _Item(value, entry.get("time"), overheard=as_object(change).get("field") == "standby")


def _events(item: _Item, account: str, received_at: datetime) -> Iterator[InboundEvent]:
    said = item.said
    found = _find(said)
    echo = any(one.type is EventType.ECHO for one in found)
    customer = as_object(said.get("recipient" if echo else "sender"))
    user_ref = text_or_whole(customer.get("user_ref")) or text_or_whole(as_object(said.get("optin")).get("user_ref"))
    address = text_or_whole(customer.get("id")) or (f"{USER_REF}{user_ref}" if user_ref else "")
    if not address or address == account:
        _tell_of_the_page(said)
        return
    sender = Sender(account if echo else address, alt_ids={"user_ref": user_ref} if user_ref else {})
    for one in found:
        if item.overheard and one.type is not EventType.DELIVERY_STATUS:
            one = Found.quiet("standby", of=one)
        key = one.key or _key_of(said, one, address)
        yield InboundEvent(
            id=event_id(CHANNEL, account, key, received_at),
            channel=CHANNEL,
            account=account,
            dedupe_key=key,
            type=one.type,
            conversation=conversation_id(CHANNEL, account, address),
            address=address,
            sender=sender,
            occurred_at=moment(_seconds(said.get("timestamp")), moment(_seconds(item.time), received_at)),
            received_at=received_at,
            message_id=one.message_id or None,
            in_reply_to=one.in_reply_to or None,
            content=one.content,
            payload=one.payload,
            referral=one.referral,
            details=one.details,
            private_chat=not one.is_quiet,
        )


def _find(said: Json) -> list[Found]:
    """What one item says: mostly one thing, more for a message with several files or a receipt for several messages."""
    for key, read in _READERS.items():
        value = said.get(key)
        if isinstance(value, dict):
            return read(value)
    for key in items.ABOUT_THE_THREAD:
        if isinstance(said.get(key), dict):
            return [Found.quiet(key, details=items.thread_details(key, as_object(said[key])))]
    unknown = next((key for key in said if key not in ("sender", "recipient", "timestamp")), "nothing")
    return [Found(EventType.UNSUPPORTED, unknown[:32], details={"kind": unknown[:32].replace("\x00", "")})]


_READERS: Mapping[str, Callable[[Json], list[Found]]] = {
    "message": items.message,
    "postback": items.postback,
    "referral": items.referral,
    "optin": items.optin,
    "reaction": items.reaction,
    "message_edit": items.edit,
    "delivery": items.delivery,
    "read": items.read,
}


def _tell_of_the_page(said: Json) -> None:
    """Meta also tells when it has shut a page out; that is nobody's message, and people have to look."""
    verdict = said.get("policy_enforcement")
    if isinstance(verdict, dict):
        log.error("page_judged", channel=CHANNEL, state=text_or_whole(verdict.get("action"))[:32])


def _key_of(said: Json, found: Found, address: str) -> str:
    """What has no id of the platform is known by what it says: told again, it says the very same."""
    mark = found.details.get("watermark_ms")
    if mark is None:
        mark = blake2b(_canonical(said), digest_size=DIGEST_BYTES).hexdigest()
    return f"{found.kind}:{address}:{mark}".replace("\x00", "")


def _canonical(said: Json) -> bytes:
    """The same bytes for the same item; of one that is nested deeper than anything of Meta's, only its time."""
    try:
        return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return text_or_whole(said.get("timestamp")).encode()


def _seconds(told: object) -> float:
    """Meta writes milliseconds, in some places seconds or a text; what is none of these is 0.

    No time in milliseconds of our days is below the last one in seconds that a clock holds.
    """
    digits = text_or_whole(told)
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else 0
    return number / 1000 if number > LATEST_S else number
