"""MessageAPI over a worker: the same database, channel and background as the bot, asked over HTTP as callers do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
from turn_rig import Post, Recorder, Worker

from bot.media import MediaStore
from bot.messages_api.room import Room
from bot.store import Link
from bot.store.broadcasts import BroadcastStore
from flows.messages import OutboundMessage
from flows.ports import ButtonLimits, Capabilities, DrawnPicture, Principal, Sealer, Sent, Unauthorized

PLAIN = Capabilities("post", 1000, "char", 100, ButtonLimits(8, 1, 20, 64))
EDITING = Capabilities(
    "post", 1000, "char", 100, ButtonLimits(8, 1, 20, 64), edits=True, deletes=True, delete_max_age_s=3600,
    replies_to=True, templates=True,
)  # fmt: skip


class Board(Post):
    """A messenger that tells the recorder all there is in a message."""

    async def send(self, message: OutboundMessage, address: str, drawn: DrawnPicture | None) -> Sent:
        said = {
            "chat": address,
            "text": message.text,
            "edit": message.edit_of,
            "delete": message.delete_of,
            "reply": message.reply_to,
            "choices": [choice.id for choice in message.choices],
            "file": message.file and message.file.media_id,
            "place": message.place and message.place.name,
            "template": message.template and message.template.name,
            "purpose": message.purpose,
        }
        answer = await self._call("/send", {name: value for name, value in said.items() if value})  # type: ignore[misc]
        return Sent(tuple(f"{answer['id']}{part}" for part in self.parts(message)))

    def parts(self, message: OutboundMessage) -> list[str]:
        """What the parts of a message are called after its id."""
        return [""]


class Splitting(Board):
    """One whose messages are short: each line leaves by itself."""

    def parts(self, message: OutboundMessage) -> list[str]:
        return [f".{line}" for line in range(len(message.text.splitlines()))]


class Verifier:
    """Knows two services, a colleague and a partner."""

    def verify(self, token: str) -> Principal:
        roles = {"crm": "service", "loans": "service", "colleague": "staff", "partner": "partner"}
        if token not in roles:
            raise Unauthorized("The token is not one of ours, or was changed.")
        return Principal(token, frozenset({roles[token]}))


class Customers:
    """CustomerAPI with a few customers and their chats."""

    def __init__(self) -> None:
        self.chats: dict[str, list[dict[str, object]]] = {}
        self.away = False

    def bind(self, customer: str, address: str, channel: str = "post", revoked: bool = False) -> None:
        chat = {"channel": channel, "account": "1", "address": address, "revoked_at": "2026-01-01" if revoked else None}
        self.chats.setdefault(customer, []).append(chat)

    def client(self) -> httpx.AsyncClient:
        def answer(request: httpx.Request) -> httpx.Response:
            if self.away:
                raise httpx.ConnectError("away")
            found = self.chats.get(request.url.path.split("/")[-2])
            return httpx.Response(404) if found is None else httpx.Response(200, json=found)

        return httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://customers")


class Api:
    """One process's MessageAPI."""

    def __init__(
        self, database: str, sealer: Sealer, worker: Worker, customers: Customers, inside: bool, ahead: timedelta
    ) -> None:
        connect = lambda: asyncpg.connect(database)  # noqa: E731
        self.link, self.customers, self.worker = Link(connect), customers.client(), worker
        self.media, self.rolls = MediaStore(self.link, sealer), BroadcastStore(self.link, sealer)
        self.room = Room(
            connect, sealer, {"post": worker.post}, self.media, self.customers, "uk", inside, worker.recovery.wake,
            lambda: datetime.now(UTC) + ahead, poll_s=0.2,
        )  # fmt: skip
        self.scheduler = self.room.scheduler
        (self.app,) = set(self.room.app(Verifier()).values())
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://bot")

    async def ask(self, method: str, path: str, body: object = None, token: str = "crm") -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return await self.http.request(method, f"/api/v1{path}", json=body, headers=headers)

    async def post(self, text: str = "hello", *, key: str = "", chat: str = "anna", **more: Any) -> httpx.Response:
        body = {"idempotency_key": key or text, "to": {"channel": "post", "address": chat},
                "content": {"type": "text", "text": text}} | more  # fmt: skip
        return await self.ask("POST", "/messages", body)

    async def sent(self, text: str = "hello", **more: Any) -> str:
        """Post it and wait until the platform has it; its id."""
        answer = await self.post(text, **more)
        assert answer.status_code == 202, answer.text
        await self.until(answer.json()["message_id"], "sent")
        return str(answer.json()["message_id"])

    async def status(self, message: str) -> dict[str, Any]:
        answer = await self.ask("GET", f"/messages/{message}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def until(self, message: str, state: str, changes: int = 0) -> dict[str, Any]:
        """Until the message is in the state, and so many of its changes have ended."""
        async with asyncio.timeout(15):
            while True:
                status = await self.status(message)
                ended = [
                    change for change in status.get("changes", []) if change["state"] not in ("queued", "deferred")
                ]
                if status["state"] == state and len(ended) == changes:
                    return status
                await asyncio.sleep(0.02)

    async def close(self) -> None:
        await self.http.aclose()
        await self.customers.aclose()
        await self.room.close()
        await self.link.close()


@asynccontextmanager
async def serving(
    database: str, sealer: Sealer, recorder: Recorder, *, post: type[Post] = Board,
    capabilities: Capabilities = EDITING, customers: Customers | None = None,
    inside: bool = True, scheduling: bool = True, working: bool = True, ahead: timedelta = timedelta(0), **more: Any,
) -> AsyncIterator[Api]:  # fmt: skip
    """A worker and its MessageAPI. ``working`` false: nothing is sent; ``scheduling`` false: nothing is released.

    ``ahead`` is how far its clock runs before the true one.
    """
    worker = Worker(database, sealer, recorder, post=post, capabilities=capabilities, ahead=ahead, **more)
    api = Api(database, sealer, worker, customers or Customers(), inside, ahead)
    if working:
        worker.start()
    task = asyncio.create_task(api.scheduler.run()) if scheduling else None
    try:
        yield api
    finally:
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await api.close()
        await worker.kill()
