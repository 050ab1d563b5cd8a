"""How Telegram speaks, for the contract of all adapters."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from adapter_contract import Call

from channels.telegram.channel import Telegram
from flows.ports import Channel

TOKEN = "7000000001:AAcontractcontractcontractcontract0"


class _Telegram:
    secrets = (TOKEN, "S3cr3t_-1")
    throttled = (429, b'{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":7}}')
    blocked = (403, b'{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}')
    revoked = (401, b'{"ok":false,"error_code":401,"description":"Unauthorized"}')

    def channel(self, url: str) -> Channel:
        return Telegram(TOKEN, ["S3cr3t_-1"], url)

    def headers(self, body: bytes) -> Mapping[str, str]:
        return {"x-telegram-bot-api-secret-token": "S3cr3t_-1"}

    def text(self, id_: str, user: str, text: str) -> bytes:
        return self._update(id_, "message", _from(user) | {"message_id": int(id_), "date": 1795255200, "text": text})

    def press(self, id_: str, user: str, button: Any, sent: Sequence[Call]) -> bytes:
        message = _from(user) | {"message_id": 501, "date": 1795255200}
        query = {"id": id_, "from": _from(user)["from"], "message": message, "data": button["callback_data"]}
        return self._update(id_, "callback_query", query)

    def unknown(self, user: str) -> bytes:
        return self._update("9", "brand_new_kind", _from(user))

    def taken(self, call: Call, number: int) -> object:
        sends = "/send" in call.path and "Action" not in call.path
        message = {"message_id": 500 + number, "date": 1795255200, "chat": {"id": 5500001, "type": "private"}}
        return {"ok": True, "result": message if sends else True}

    def texts(self, call: Call) -> list[str]:
        return [call.body[key] for key in ("text", "caption") if call.body.get(key)]

    def buttons(self, call: Call) -> list[Any]:
        markup = call.body.get("reply_markup") or {}
        markup = json.loads(markup) if isinstance(markup, str) else markup
        return [one for row in markup.get("inline_keyboard", []) for one in row if "callback_data" in one]

    def media(self, call: Call) -> str:
        return {"sendPhoto": "image", "sendDocument": "document"}.get(call.path.rpartition("/")[2], "")

    def _update(self, id_: str, kind: str, body: dict[str, Any]) -> bytes:
        return json.dumps({"update_id": int(id_), kind: body}).encode()


def _from(user: str) -> dict[str, Any]:
    return {
        "from": {"id": int(user), "is_bot": False, "first_name": "Anna"},
        "chat": {"id": int(user), "type": "private"},
    }


PLATFORM = _Telegram()
