"""The line to a person's phone in the sandbox: its HTTP API, whose shapes `/sandbox/phones` describes."""

import asyncio
import json
import mimetypes
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any

import httpx

TIMEOUT_S = 15.0
BOT_LOOKS, BOT_PAUSE_S = 60, 0.25


class NoLine(Exception):
    """Nobody is at the other end, or there is no bot to talk to; the text says what to do."""


class NotDone(Exception):
    """The phone refused; the text says why."""


class PhoneLine:
    """`pick_up` first. Every call raises NoLine or NotDone."""

    def __init__(self, url: str, channel: str) -> None:
        self._url, self._channel = url.rstrip("/"), channel
        self._client = httpx.AsyncClient(base_url=f"{self._url}/sandbox/", timeout=TIMEOUT_S, trust_env=False)
        self.keyboard_first = channel != "viber"
        self.bot_name = ""
        self._phone = ""
        self._chat = ""
        self._person = 0
        self._bot = 0

    async def __aenter__(self) -> "PhoneLine":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def pick_up(self, name: str, phone: str, language: str) -> None:
        """Become this person, in the chat with the first bot."""
        first_name, _, last_name = name.strip().partition(" ")
        card = {"first_name": first_name, "last_name": last_name, "phone": phone, "language": language}
        person = await self._ask("POST", "phones/people", card)
        bots = await self._bots()
        if not bots:
            raise NoLine(f"no bot has called the sandbox's {self._channel} yet; Teller registers it when it starts")
        self.bot_name, self._bot, self._person, self._phone = (
            bots[0]["name"],
            bots[0]["id"],
            person["id"],
            person["phone"],
        )
        self._chat = f"phones/{self._channel}/{self._person}/{self._bot}"

    async def _bots(self) -> list[dict[str, Any]]:
        """A Teller that has just started registers its bot a moment after it answers."""
        for _ in range(BOT_LOOKS):
            bots: list[dict[str, Any]] = (await self._ask("GET", f"phones/{self._channel}/bots"))["bots"]
            if bots:
                return bots
            await asyncio.sleep(BOT_PAUSE_S)
        return []

    async def history(self, most: int) -> dict[str, Any]:
        found: dict[str, Any] = await self._ask("GET", f"{self._chat}/messages?limit={most}")
        return found

    async def say(self, content: dict[str, Any]) -> None:
        await self._ask("POST", f"{self._chat}/messages", content)

    async def send_file(self, kind: str, name: str, data: bytes) -> None:
        """`kind` is photo or document."""
        mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
        await self._reach("POST", f"{self._chat}/messages", files={kind: (name, data, mime)})

    async def tap(self, message: int, row: int, column: int) -> dict[str, str]:
        tapped: dict[str, str] = await self._ask(
            "POST", f"{self._chat}/taps", {"message": message, "row": row, "column": column}
        )
        return tapped

    async def press(self, row: int, column: int) -> None:
        await self._ask("POST", f"{self._chat}/presses", {"row": row, "column": column})

    async def texts(self) -> list[dict[str, str]]:
        """The person's SMS inbox, newest first."""
        found: list[dict[str, str]] = (await self._reach("GET", "api/sms", params={"phone": self._phone})).json()
        return found

    async def fetch(self, url: str) -> bytes:
        return (await self._reach("GET", url)).content

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """What happens in this chat, until Teller stops. The first is `hello`."""
        try:
            async with self._client.stream("GET", f"phones/people/{self._person}/events", timeout=None) as stream:
                async for text in stream.aiter_lines():
                    event = json.loads(text.removeprefix("data: ")) if text.startswith("data: ") else {}
                    if event and event.get("bot", self._bot) == self._bot:
                        yield event
        except httpx.HTTPError:
            raise self._gone() from None

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return (await self._reach(method, path, json=body)).json()

    async def _reach(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            answer = await self._client.request(method, path, **request)
        except httpx.HTTPError:
            raise self._gone() from None
        if answer.is_success:
            return answer
        words = _words(answer)
        if words is None:
            raise NoLine(f"{self._url} answers, but has no sandbox: `teller chat` needs a Teller in sandbox mode")
        raise NotDone(words)

    def _gone(self) -> NoLine:
        return NoLine(
            f"Teller does not answer at {self._url}. Start it with `make run`, or name its address with --url."
        )


def _words(answer: httpx.Response) -> str | None:
    """Why the phone refused; None when it was no phone that answered."""
    try:
        body = answer.json()
    except ValueError:
        return None
    return str(body["error"]) if isinstance(body, dict) and "error" in body else None
