"""How Messenger speaks, for the contract of all adapters."""

import json
from collections.abc import Sequence
from typing import Any

from adapter_contract import Call
from graph_platform import ACCESS_TOKEN, APP_SECRET, headers, refusal

from channels.messenger.channel import Messenger
from flows.ports import Channel

PAGE = "103900000000001"


class _Messenger:
    secrets = (APP_SECRET, ACCESS_TOKEN, "contract-verify")
    throttled = refusal(400, 613)
    blocked = refusal(400, 551, 1545041)
    revoked = refusal(401, 190)
    headers = staticmethod(headers)

    def channel(self, url: str) -> Channel:
        return Messenger(ACCESS_TOKEN, [APP_SECRET], "contract-verify", PAGE, url)

    def text(self, id_: str, user: str, text: str) -> bytes:
        return self._messaging(user, {"message": {"mid": f"m_in{id_}", "text": text}})

    def press(self, id_: str, user: str, button: Any, sent: Sequence[Call]) -> bytes:
        if "content_type" in button:
            reply = {"mid": f"m_in{id_}", "text": button["title"], "quick_reply": {"payload": button["payload"]}}
            return self._messaging(user, {"message": reply})
        return self._messaging(
            user, {"postback": {"mid": f"m_in{id_}", "title": button["title"], "payload": button["payload"]}}
        )

    def unknown(self, user: str) -> bytes:
        return self._messaging(user, {"brand_new": {}})

    def taken(self, call: Call, number: int) -> object:
        return {"recipient_id": "1", "message_id": f"m_{number}"}

    def texts(self, call: Call) -> list[str]:
        message = _message(call)
        payload = (message.get("attachment") or {}).get("payload") or {}
        return [text for text in (message.get("text"), payload.get("text")) if text]

    def buttons(self, call: Call) -> list[Any]:
        message = _message(call)
        payload = (message.get("attachment") or {}).get("payload") or {}
        postbacks = [one for one in payload.get("buttons", []) if one["type"] == "postback"]
        return postbacks + [one for one in message.get("quick_replies", []) if one["content_type"] == "text"]

    def media(self, call: Call) -> str:
        kind = (_message(call).get("attachment") or {}).get("type", "")
        return {"image": "image", "file": "document"}.get(kind, "")

    def _messaging(self, user: str, more: dict[str, Any]) -> bytes:
        item = {"sender": {"id": user}, "recipient": {"id": PAGE}, "timestamp": 1795255200123} | more
        entry = {"id": PAGE, "time": 1795255200123, "messaging": [item]}
        return json.dumps({"object": "page", "entry": [entry]}).encode()


def _message(call: Call) -> dict[str, Any]:
    message = call.body.get("message") or {}
    return json.loads(message) if isinstance(message, str) else message


PLATFORM = _Messenger()
