"""What the four platforms post to us: their bodies, and the proof that they sent them."""

import hmac
import itertools
import json
import time
from hashlib import sha256
from typing import Any

Json = dict[str, Any]
CHANNELS = ("telegram", "viber", "whatsapp", "messenger")
TELEGRAM_TOKEN = "7000000042:AAplatformsplatformsplatforms0000000"
TELEGRAM_SECRET = "S3cr3t_-1"
VIBER_TOKEN = "4a5b6c-platforms-viber-token"
APP_SECRETS = {"whatsapp": "platforms-wa-app-secret", "messenger": "platforms-fb-app-secret"}
VERIFY_TOKENS = {"whatsapp": "vt-whatsapp", "messenger": "vt-messenger"}
ACCESS_TOKENS = {"whatsapp": "platforms-wa-access", "messenger": "platforms-fb-access"}
NUMBER, PAGE = "106540352242922", "104850001234567"
SIGNATURES = {
    "viber": "x-viber-content-signature",
    "whatsapp": "x-hub-signature-256",
    "messenger": "x-hub-signature-256",
}
SECRET_HEADER = "x-telegram-bot-api-secret-token"
OWN_SECRETS = (TELEGRAM_TOKEN, TELEGRAM_SECRET, VIBER_TOKEN, *APP_SECRETS.values(), *ACCESS_TOKENS.values())
# A minute ago: what was written now and is not ahead of anybody's clock.
SAID_AT_S = int(time.time()) - 60
_numbers = itertools.count(int(time.time() * 10) % 10_000_000)


def number() -> int:
    """One that nothing else of this run has."""
    return next(_numbers)


def customer(channel: str) -> str:
    """Somebody who never wrote before."""
    shapes = {
        "telegram": "55{:08d}",
        "viber": "{:08d}AbCd+/e==",
        "whatsapp": "3805{:08d}",
        "messenger": "70123456{:08d}",
    }
    return shapes[channel].format(number())


def proof(channel: str, body: bytes) -> dict[str, str]:
    """The headers with which the platform proves a body."""
    if channel == "telegram":
        return {SECRET_HEADER: TELEGRAM_SECRET}
    if channel == "viber":
        return {SIGNATURES[channel]: hmac.new(VIBER_TOKEN.encode(), body, sha256).hexdigest()}
    return {SIGNATURES[channel]: "sha256=" + hmac.new(APP_SECRETS[channel].encode(), body, sha256).hexdigest()}


def telegram(user: str, kind: str = "message", **more: Any) -> Json:
    """An update. ``kind`` is its key; ``update_id`` and ``message_id`` may be given."""
    own_id = _telegram_id(user)
    who = {"id": own_id, "is_bot": False, "first_name": "Anna", "last_name": "Koval", "language_code": "uk"}
    chat = {"id": own_id, "type": "private", "first_name": "Anna"}
    update_id = more.pop("update_id", None) or number()
    said: Json = {"from": who, "chat": chat, "date": SAID_AT_S}
    if kind in ("message", "edited_message"):
        said["message_id"] = more.pop("message_id", None) or number()
    if kind == "callback_query":
        del said["chat"], said["date"]
    return {"update_id": update_id, kind: said | more}


def _telegram_id(user: str) -> int:
    """Of somebody else's customer, none."""
    return int(user) if user.isdecimal() else 0


def viber(user: str, event: str = "message", **more: Any) -> Json:
    """A callback. A message is given as ``message``; its number may be given as ``message_token``."""
    who = {"id": user, "name": "Anna Koval", "language": "uk", "country": "UA", "api_version": 10}
    token = more.pop("message_token", None) or 5_000_000_000_000_000_000 + number()
    named: Json = {"user_id": user}
    if event in ("message", "conversation_started", "subscribed"):
        named = {"sender" if event == "message" else "user": who}
    return {"event": event, "timestamp": SAID_AT_S * 1000 + 123, "message_token": token} | named | more


def whatsapp(*messages: Json, statuses: tuple[Json, ...] = (), contacts: list[Json] | None = None) -> Json:
    """One change with these messages and statuses."""
    value: Json = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "380441234567", "phone_own_idid": NUMBER},
    }
    if messages:
        block = {"profile": {"name": "Anna Koval"}, "wa_id": messages[0].get("from", "")}
        value |= {"messages": list(messages), "contacts": [block] if contacts is None else contacts}
    if statuses:
        value["statuses"] = list(statuses)
    entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def wa_message(user: str, kind: str, **more: Any) -> Json:
    """One message of a customer, for example ``wa_message(user, "text", text={"body": "hi"})``."""
    id_ = more.pop("id", None) or f"wamid.IN{number()}"
    return {"from": user, "id": id_, "timestamp": str(SAID_AT_S), "type": kind} | more


def wa_text(user: str, text: str, **more: Any) -> Json:
    return wa_message(user, "text", text={"body": text}, **more)


def wa_status(user: str, id_: str, status: str, *errors: Json) -> Json:
    """How a message of ours fares."""
    told = {"id": id_, "status": status, "timestamp": str(int(time.time())), "recipient_id": user}
    return told | ({"errors": list(errors)} if errors else {})


def messenger(*items: Json) -> Json:
    """One entry with these items."""
    entry = {"id": PAGE, "time": SAID_AT_S * 1000, "messaging": list(items)}
    return {"object": "page", "entry": [entry]}


def fb_item(user: str, **more: Any) -> Json:
    """One item, for example ``fb_item(user, postback={...})``."""
    return {"sender": {"id": user}, "recipient": {"id": PAGE}, "timestamp": SAID_AT_S * 1000 + 123} | more


def fb_message(user: str, **more: Any) -> Json:
    return fb_item(user, message={"mid": f"m_in{number()}"} | more)


def text(channel: str, user: str, words: str) -> Json:
    """The webhook of a text."""
    if channel == "telegram":
        return telegram(user, text=words)
    if channel == "viber":
        return viber(user, message={"type": "text", "text": words})
    return whatsapp(wa_text(user, words)) if channel == "whatsapp" else messenger(fb_message(user, text=words))


def as_bytes(body: Json) -> bytes:
    """The body as a platform writes it: its spacing and escapes are part of what is signed."""
    return json.dumps(body).encode()
