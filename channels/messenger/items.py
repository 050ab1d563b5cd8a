"""What each kind of item of a Messenger webhook says, before it is dressed as an event."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from channels.messenger import contents
from channels.reading import Json, as_list, as_object, text, text_or_whole
from flows.messages import Contact, Content, EventType, Text

GET_STARTED = "GET_STARTED"
# The commands of the page's menu come back as they are typed anywhere else.
_COMMAND = re.compile(r"/[a-z0-9_]{1,32}", re.ASCII)
_MILLISECONDS = re.compile(r"\d{1,16}", re.ASCII)
_FROM_THE_AD = ("ad_title", "post_id", "product_id", "flow_id")
STOPPED = ("STOP_NOTIFICATIONS", "STOP NOTIFICATIONS")

# Who leads the conversation, and what became of an account that was linked: nothing a customer waits to be answered.
ABOUT_THE_THREAD = (
    "pass_thread_control",
    "take_thread_control",
    "request_thread_control",
    "app_roles",
    "account_linking",
    "policy_enforcement",
)
_TOLD_OF_THE_THREAD = ("new_owner_app_id", "previous_owner_app_id", "requested_owner_app_id", "status", "action")


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that an item says. ``key`` is what makes it unique, empty where the platform gives no id."""

    type: EventType
    kind: str
    key: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    content: Content | None = None
    payload: str | None = None
    referral: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    is_quiet: bool = False

    @staticmethod
    def quiet(kind: str, details: Mapping[str, str] | None = None, of: "Found | None" = None) -> "Found":
        """Something to know of and not to answer. Of another thing only its ids are kept: it was not said to us."""
        told = {"kind": kind} | dict(details or {})
        if of is None:
            return Found(EventType.UNSUPPORTED, kind, details=told, is_quiet=True)
        key = f"{kind}:{of.key}" if of.key else ""
        return Found(EventType.UNSUPPORTED, kind, key, of.message_id, details=told, is_quiet=True)


def message(said: Json) -> list[Found]:
    """Words, files, a tap on a quick reply, an echo of what the page has said, or a message taken back."""
    mid = text(said.get("mid"))
    answers = text(as_object(said.get("reply_to")).get("mid"))
    if said.get("is_echo") is True:
        return [_echo(said, mid, answers)]
    if said.get("is_deleted") is True:
        return [Found(EventType.MESSAGE_DELETED, "deleted", mid and f"{mid}:deleted", mid)]
    came_by = _referral(as_object(said.get("referral")))
    tapped = as_object(said.get("quick_reply")).get("payload")
    if isinstance(tapped, str):
        return [_tap(text(tapped), text(said.get("text")), mid, answers)]
    found = contents.read(said, mid) if said.get("is_unsupported") is not True else []
    if not found:
        details = {"kind": contents.kinds(said) or "message"}
        return [Found(EventType.UNSUPPORTED, "message", mid, mid, answers, referral=came_by, details=details)]
    return [
        Found(
            EventType.MESSAGE,
            _numbered("message", number),
            _numbered(mid, number),
            mid,
            answers,
            content,
            referral=came_by,
        )
        for number, content in enumerate(found)
    ]


def postback(said: Json) -> list[Found]:
    """A button under a message, the button that starts the conversation, or a line of the page's menu."""
    mid, title = text(said.get("mid")), text(said.get("title"))
    came_by = _referral(as_object(said.get("referral")))
    payload = text(said.get("payload"))
    if payload == GET_STARTED:
        return [Found(EventType.START, "start", mid, mid, referral=came_by)]
    if not payload:  # while another app leads the conversation payloads are left out
        return [Found(EventType.UNSUPPORTED, "postback", mid, mid, referral=came_by, details={"kind": "postback"})]
    if _COMMAND.fullmatch(payload):
        return [Found(EventType.MESSAGE, "command", mid, mid, content=Text(payload), referral=came_by)]
    details = {"title": title} if title else {}
    return [Found(EventType.POSTBACK, "postback", mid, mid, payload=payload, referral=came_by, details=details)]


def referral(said: Json) -> list[Found]:
    """The customer came by a link or an advertisement, into a conversation that was there before."""
    return [Found(EventType.START, "referral", referral=_referral(said))]


def optin(said: Json) -> list[Found]:
    """The customer agreed to be written to. The token that comes with it opens a door: it is not kept."""
    status = text(said.get("notification_messages_status"))
    state = "unsubscribed" if status.upper() in STOPPED else "subscribed"
    details = {"state": state} | ({"kind": kind} if (kind := text(said.get("type"))) else {})
    payload = text(said.get("ref")) or text(said.get("payload"))
    return [Found(EventType.SUBSCRIPTION, "optin", referral={"payload": payload} if payload else {}, details=details)]


def reaction(said: Json) -> list[Found]:
    """A reaction to a message, or that it was taken away."""
    removed = said.get("action") == "unreact"
    emoji = "" if removed else text(said.get("emoji")) or text(said.get("reaction"))
    details = {"emoji": emoji, "removed": "yes" if removed else ""}
    return [Found(EventType.REACTION, "reaction", in_reply_to=text(said.get("mid")), details=details)]


def edit(said: Json) -> list[Found]:
    """A message has other words now. An edit has no id of its own, but a number."""
    mid, number = text(said.get("mid")), text_or_whole(said.get("num_edit"))
    key = f"{mid}:edit:{number}" if mid and number else ""
    words = text(said.get("text"))
    details = {"edits": number} if number else {}
    content = Text(words) if words else None
    return [Found(EventType.MESSAGE_EDITED, "edit", key, mid, content=content, details=details)]


def delivery(said: Json) -> list[Found]:
    """Messages of ours have arrived: those named, and all that are not younger than the watermark."""
    told = {"state": "delivered"} | _watermark(said)
    named = [mid for one in as_list(said.get("mids")) if (mid := text(one))]
    found = [Found(EventType.DELIVERY_STATUS, "delivered", f"{mid}:delivered", "", mid, details=told) for mid in named]
    return found or [Found(EventType.DELIVERY_STATUS, "delivered", details=told)]


def read(said: Json) -> list[Found]:
    """The customer has read all that is not younger than the watermark."""
    return [Found(EventType.DELIVERY_STATUS, "read", details={"state": "read"} | _watermark(said))]


def thread_details(kind: str, said: Json) -> dict[str, str]:
    """What is told of who leads the conversation; a code that would link an account is not among it."""
    return {name: told for name in _TOLD_OF_THE_THREAD if (told := text_or_whole(said.get(name)))} | {"kind": kind}


def _echo(said: Json, mid: str, answers: str) -> Found:
    """What the page has said, by us or by people in its inbox."""
    found = contents.read(said, mid)
    details = {name: told for name in ("app_id", "metadata") if (told := text_or_whole(said.get(name)))}
    content = found[0] if found else None
    return Found(EventType.ECHO, "echo", mid and f"{mid}:echo", mid, answers, content, details=details)


def _tap(payload: str, title: str, mid: str, answers: str) -> Found:
    phone: Contact | None = contents.own_phone(payload, title)
    if phone is not None:
        return Found(EventType.CONTACT_SHARED, "contact", mid, mid, answers, phone)
    details = {"title": title} if title else {}
    return Found(EventType.POSTBACK, "quick_reply", mid, mid, answers, payload=payload, details=details)


def _numbered(name: str, number: int) -> str:
    """The first of several things of one message goes by the message's own name."""
    return f"{name}:{number}" if name and number else name


def _referral(said: Json) -> dict[str, str]:
    """How the customer came: ``payload`` is what the link carried, the rest as the platform names it."""
    told = {name: text_or_whole(said.get(name)) for name in ("source", "type", "ad_id", "referer_uri")}
    advertisement = as_object(said.get("ads_context_data"))
    told |= {name: text_or_whole(advertisement.get(name)) for name in _FROM_THE_AD}
    told["payload"] = text_or_whole(said.get("ref"))
    return {name: value for name, value in told.items() if value}


def _watermark(said: Json) -> dict[str, str]:
    mark = text_or_whole(said.get("watermark"))
    return {"watermark_ms": mark} if _MILLISECONDS.fullmatch(mark) else {}
