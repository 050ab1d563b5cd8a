"""How Viber speaks, for the contract of all adapters."""

import hmac
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import unescape
from typing import Any

from adapter_contract import Call, Host

from channels.viber.channel import Viber
from flows.ports import Channel

TOKEN = "4a5b-contract-token-of-the-bot"


class _Viber:
    secrets = (TOKEN,)
    throttled = (200, b'{"status":12,"status_message":"tooManyRequests"}')
    blocked = (200, b'{"status":6,"status_message":"notSubscribed"}')
    revoked = (200, b'{"status":2,"status_message":"invalidAuthToken"}')

    def channel(self, url: str) -> Channel:
        return Viber([TOKEN], "Teller Bank", url, Host())

    def headers(self, body: bytes) -> Mapping[str, str]:
        return {"x-viber-content-signature": hmac.new(TOKEN.encode(), body, sha256).hexdigest()}

    def text(self, id_: str, user: str, text: str) -> bytes:
        return self._message(id_, user, {"type": "text", "text": text})

    def press(self, id_: str, user: str, button: Any, sent: Sequence[Call]) -> bytes:
        data = next((call.body["tracking_data"] for call in reversed(sent) if "tracking_data" in call.body), "")
        return self._message(id_, user, {"type": "text", "text": button["ActionBody"], "tracking_data": data})

    def unknown(self, user: str) -> bytes:
        body = {"event": "brand_new", "timestamp": 1795255200123, "message_token": 9, "user_id": _id(user)}
        return json.dumps(body).encode()

    def taken(self, call: Call, number: int) -> object:
        return {"status": 0, "status_message": "ok", "message_token": 4912661846655238145 + number}

    def texts(self, call: Call) -> list[str]:
        return [call.body["text"]] if call.body.get("text") else []

    def buttons(self, call: Call) -> list[Any]:
        found = (call.body.get("keyboard") or {}).get("Buttons", [])
        return [one | {"Text": unescape(one.get("Text", ""))} for one in found if one["ActionType"] == "reply"]

    def media(self, call: Call) -> str:
        return {"picture": "image", "file": "document"}.get(call.body.get("type", ""), "")

    def _message(self, id_: str, user: str, message: dict[str, Any]) -> bytes:
        return json.dumps({
            "event": "message", "timestamp": 1795255200123, "message_token": 4912661846655230000 + int(id_),
            "sender": {"id": _id(user), "name": "Anna", "language": "uk", "country": "UA", "api_version": 10},
            "message": message,
        }).encode()  # fmt: skip


def _id(user: str) -> str:
    return f"{user}+/bc=="


PLATFORM = _Viber()
