"""How WhatsApp speaks, for the contract of all adapters."""

import json
from collections.abc import Sequence
from typing import Any

from adapter_contract import Call
from graph_platform import ACCESS_TOKEN, APP_SECRET, headers, refusal

from channels.whatsapp.channel import WhatsApp
from flows.ports import Channel

NUMBER = "106540352242922"


class _WhatsApp:
    secrets = (APP_SECRET, ACCESS_TOKEN, "contract-verify")
    throttled = refusal(400, 131056)
    blocked = refusal(400, 131026)
    revoked = refusal(401, 190)
    headers = staticmethod(headers)

    def channel(self, url: str) -> Channel:
        return WhatsApp(ACCESS_TOKEN, [APP_SECRET], "contract-verify", NUMBER, url)

    def text(self, id_: str, user: str, text: str) -> bytes:
        return self._message(id_, user, {"type": "text", "text": {"body": text}})

    def press(self, id_: str, user: str, button: Any, sent: Sequence[Call]) -> bytes:
        kind = "list_reply" if "description" in button or button.get("row") else "button_reply"
        reply = {"id": button["id"], "title": button["title"]}
        return self._message(id_, user, {"type": "interactive", "interactive": {"type": kind, kind: reply}})

    def unknown(self, user: str) -> bytes:
        return self._message("9", user, {"type": "brand_new", "brand_new": {}})

    def taken(self, call: Call, number: int) -> object:
        if call.path.endswith("/media"):
            return {"id": f"7000{number}"}
        return {"messaging_product": "whatsapp", "messages": [{"id": f"wamid.{number}"}]}

    def texts(self, call: Call) -> list[str]:
        part = call.body.get(call.body.get("type", ""))
        if not isinstance(part, dict):
            return []
        body = part["body"] if isinstance(part.get("body"), str) else (part.get("body") or {}).get("text")
        return [text for text in (body, part.get("caption")) if text]

    def buttons(self, call: Call) -> list[Any]:
        action = (call.body.get("interactive") or {}).get("action", {})
        rows = [row | {"row": True} for section in action.get("sections", []) for row in section["rows"]]
        return rows + [one["reply"] for one in action.get("buttons", [])]

    def media(self, call: Call) -> str:
        return call.body["type"] if call.body.get("type") in ("image", "document") else ""

    def _message(self, id_: str, user: str, message: dict[str, Any]) -> bytes:
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "380440000000", "phone_number_id": NUMBER},
            "contacts": [{"profile": {"name": "Anna"}, "wa_id": user}],
            "messages": [{"from": user, "id": f"wamid.in{id_}", "timestamp": "1795255200"} | message],
        }
        entry = {"id": "1029384756", "changes": [{"field": "messages", "value": value}]}
        return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


PLATFORM = _WhatsApp()
