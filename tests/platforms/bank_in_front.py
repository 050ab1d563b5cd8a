"""A running installation as the world sees it: what it answers to webhooks, what it has heard, what it sends."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import platform_posts as posts
from database_shutter import Shutter
from four_platforms import Loopback, Platforms, Seen, until
from installation import Running

Json = dict[str, Any]
ENDED = ("sent", "failed", "unknown", "window_closed")


@dataclass
class Bank:
    """The installation, the platforms that it calls, and the shutter before its database."""

    running: Running
    platforms: Platforms
    shutter: Shutter
    loopback: Loopback
    database: str
    http: httpx.Client

    @classmethod
    def opened(
        cls, running: Running, platforms: Platforms, shutter: Shutter, loopback: Loopback, database: str
    ) -> "Bank":
        """With a token of a colleague, which the terminal gives."""
        command = [sys.executable, "-m", "bot.cli", "token", "--role", "staff"]
        token = subprocess.run(command, env=running.environment, check=True, capture_output=True, text=True).stdout
        headers = {"authorization": f"Bearer {token.strip()}"}
        return cls(
            running,
            platforms,
            shutter,
            loopback,
            database,
            httpx.Client(base_url=running.url, headers=headers, timeout=30),
        )

    def hook(self, channel: str, body: Json | bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        """A webhook, proved unless other headers are given."""
        raw = body if isinstance(body, bytes) else posts.as_bytes(body)
        proof = posts.proof(channel, raw) if headers is None else headers
        return httpx.post(
            f"{self.running.url}/webhooks/{channel}", content=raw, headers={"content-type": "application/json"} | proof
        )

    def hear(self, channel: str, body: Json) -> None:
        """A webhook that is taken."""
        assert self.hook(channel, body).status_code == httpx.codes.OK

    def events(self, channel: str, user: str) -> list[Json]:
        """All that a chat has said, the oldest first. What had its 200 is there at once."""
        asked = {"channel": channel, "conversation": user}
        return list(self.http.get("/api/v1/events", params=asked).raise_for_status().json())

    def heard(self, channel: str, body: Json, user: str) -> Json:
        """The one event of a webhook of somebody new."""
        self.hear(channel, body)
        (event,) = self.events(channel, user)
        return dict(event)

    def greeted(self, channel: str) -> str:
        """Somebody who has tapped a reaction: the platform's window is open, and nothing was answered."""
        user = posts.customer(channel)
        body = {
            "telegram": lambda: posts.telegram(
                user, "message_reaction", message_id=1, old_reaction=[], new_reaction=[]
            ),
            "viber": lambda: posts.viber(user, "subscribed"),
            "whatsapp": lambda: posts.whatsapp(
                posts.wa_message(user, "reaction", reaction={"message_id": "wamid.x", "emoji": "+"})
            ),
            "messenger": lambda: posts.messenger(
                posts.fb_item(user, reaction={"action": "react", "emoji": "+", "mid": "m"})
            ),
        }[channel]()
        (key,) = {event["conversation_key"] for event in [self.heard(channel, body, user)]}
        until(lambda: self.sql("select 1 from bot.conversation where id = $1::text::uuid", key))
        return user

    def keep(self, data: bytes, name: str, mime: str) -> str:
        """A file for messages; its id."""
        answer = self.http.post("/api/v1/media", files={"file": (name, data, mime)})
        return str(answer.raise_for_status().json()["media_id"])

    def write(self, channel: str, user: str, content: Json | str, *choices: Json, **more: Any) -> str:
        """Ask for a message; its id."""
        said = {"type": "text", "text": content} if isinstance(content, str) else content
        body = {"idempotency_key": f"key-{posts.number()}", "to": {"channel": channel, "address": user}}
        answer = self.http.post("/api/v1/messages", json=body | {"content": said, "choices": list(choices)} | more)
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        return str(answer.json()["message_id"])

    def standing(self, message: str) -> Json:
        return dict(self.http.get(f"/api/v1/messages/{message}").raise_for_status().json())

    def ended(self, message: str) -> Json:
        """How the message stands once it has left or will not leave."""
        until(lambda: self.standing(message)["state"] in ENDED, lambda: str(self.standing(message)))
        return self.standing(message)

    def sent(self, channel: str, message: str) -> list[Seen]:
        """The calls that carried a message, once it has left."""
        standing = self.ended(message)
        assert standing["state"] == "sent", standing
        return [self.platforms.under(channel, id_) for id_ in standing["provider_ids"]]

    def delivers(self, channel: str, user: str, content: Json | str, *choices: Json, **more: Any) -> list[Seen]:
        """The calls that a message makes of itself."""
        return self.sent(channel, self.write(channel, user, content, *choices, **more))

    def changed(self, message: str, changes: int = 1) -> Json:
        """How a message stands once all of its changes have an end."""

        def done() -> bool:
            found = self.standing(message).get("changes", [])
            return len(found) >= changes and all(one["state"] in ENDED for one in found)

        until(done, lambda: str(self.standing(message)))
        return self.standing(message)

    def line(self, channel: str) -> Json:
        """How the channel's account stands, as colleagues see it."""
        lines = self.http.get("/api/v1/channels").raise_for_status().json()["channels"]
        return next(dict(line) for line in lines if line["channel"] == channel and line["account"])

    def turn(self, channel: str, sending: str) -> None:
        """Stop a channel (``off``) or let it go on (``on``), as a colleague does."""
        body = {"sending": sending, "reason": "a test"}
        self.http.put(f"/api/v1/channels/{channel}", json=body).raise_for_status()

    def sql(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        async def ask() -> list[asyncpg.Record]:
            connection = await asyncpg.connect(self.database)
            try:
                return list(await connection.fetch(statement, *arguments))
            finally:
                await connection.close()

        return asyncio.run(ask())

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """While this lasts no turn can end: nobody may write into the table of conversations."""

        async def lock() -> asyncpg.Connection:
            connection = await asyncpg.connect(self.database)
            await connection.execute("begin; lock table bot.conversation in share row exclusive mode")
            return connection

        held = self.loopback.do(lock())
        try:
            yield
        finally:
            self.loopback.do(held.close())

    def log(self) -> str:
        return self.running.log.read_text()


def button(number: int, title: str = "", **more: Any) -> Json:
    """A choice."""
    return {"id": f"id-{number}", "title": title or f"Choice {number}"} | more
