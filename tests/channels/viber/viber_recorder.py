"""A recorder that stands where Viber's servers stand, and answers what a test tells it to."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from flows.ports import DrawnPicture

FIRST_TOKEN = 4912661846655238145  # larger than what a float keeps


@dataclass
class ViberRecorder:
    """Every call it saw, and the answers it will give: in order, each once, then its own again."""

    url: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    leads_to: dict[str, str] = field(default_factory=dict)
    asked_with: list[dict[str, str]] = field(default_factory=list)

    def will_answer(self, body: object, status: int = 200) -> None:
        self.answers.append((status, body if isinstance(body, bytes) else json.dumps(body).encode()))

    def will_say(self, status: int, words: str = "no") -> None:
        self.will_answer({"status": status, "status_message": words, "chat_hostname": "SN-CHAT-01_"})

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [body for _, body in self.calls]

    async def call(self, request: Request) -> Response:
        body = await request.body()
        self.calls.append((request.path_params["method"], json.loads(body)))
        self.tokens.append(request.headers.get("x-viber-auth-token", ""))
        self.sizes.append(len(body))
        if self.answers:
            status, answer = self.answers.pop(0)
            return Response(answer, status, media_type="application/json")
        token = FIRST_TOKEN + len(self.calls)
        said = {"status": 0, "status_message": "ok", "message_token": token, "chat_hostname": "SN-CHAT-01_"}
        return Response(json.dumps(said), media_type="application/json")

    async def file(self, request: Request) -> Response:
        name = request.path_params["name"]
        self.asked_with.append(dict(request.headers))
        if name in self.leads_to:
            return Response(status_code=302, headers={"location": self.leads_to[name]})
        return Response(self.files[name]) if name in self.files else Response(status_code=404)


@dataclass
class Shelf:
    """A host of media that keeps what it lends."""

    lent: list[DrawnPicture] = field(default_factory=list)

    async def publish(self, drawn: DrawnPicture) -> str:
        self.lent.append(drawn)
        return f"https://bank.example/media/{len(self.lent)}/{drawn.file_name}"
