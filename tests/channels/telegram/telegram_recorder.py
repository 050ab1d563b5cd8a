"""A recorder that stands where Telegram's servers stand, and answers what a test tells it to."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response


@dataclass
class Recorder:
    """Every call it saw, and the answers it will give, the last one for ever."""

    url: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    leads_to: dict[str, str] = field(default_factory=dict)

    def will_answer(self, status: int, body: object) -> None:
        self.answers.append((status, body if isinstance(body, bytes) else json.dumps(body).encode()))

    async def handle(self, request: Request) -> Response:
        method = request.path_params["method"]
        if request.headers.get("content-type", "").startswith("application/json"):
            said = await request.json()
        else:
            async with request.form() as form:
                said = {key: value if isinstance(value, str) else value.filename for key, value in form.items()}
        self.calls.append((method, said))
        if self.answers:
            status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            return Response(body, status, media_type="application/json")
        return Response(
            json.dumps({"ok": True, "result": _result(method, len(self.calls))}), media_type="application/json"
        )

    async def file(self, request: Request) -> Response:
        name = request.path_params["path"]
        if name in self.leads_to:
            return Response(status_code=302, headers={"location": self.leads_to[name]})
        return Response(self.files[name]) if name in self.files else Response(b"no such file", 404)


def _result(method: str, number: int) -> object:
    if method == "getFile":
        return {"file_id": "f1", "file_unique_id": "u1", "file_path": "photos/file 1.jpg", "file_size": 1000}
    if method.startswith("send") and method != "sendChatAction":
        return {"message_id": 500 + number, "date": 1795255200, "chat": {"id": 5500001, "type": "private"}}
    return True
