"""The dialogue that is measured: hi, send money, a card, an amount, yes, and (from the bank) the receipt.

A ``Chat`` plays one customer over Telegram's JSON and waits for each answer before going on. Whoever answers calls
``Phones.show`` with what the customer would see.
"""

import asyncio
from collections.abc import Awaitable, Callable

import orjson
from starlette.types import ASGIApp, Message, Scope

TURNS = 6
SECRET = b"bench-secret"
# Messages seen after each of the customer's five: after the card a notice and the question, after yes the receipt.
ANSWERS = (1, 1, 2, 1, 1)
WORDS = ("hi", "send money", "4111 1111 1111 1111", "50")

Post = Callable[[bytes], Awaitable[None]]


class Phones:
    """What every customer sees. A message is its text and its buttons' payloads."""

    def __init__(self) -> None:
        self._seen: dict[str, asyncio.Queue[tuple[str, tuple[str, ...]]]] = {}

    def show(self, chat: str, text: str, payloads: tuple[str, ...]) -> None:
        """A message arrives."""
        self.of(chat).put_nowait((text, payloads))

    def of(self, chat: str) -> "asyncio.Queue[tuple[str, tuple[str, ...]]]":
        """One customer's messages."""
        return self._seen.setdefault(chat, asyncio.Queue())


class Chat:
    """One customer, having the dialogue again and again."""

    def __init__(self, number: int, phones: Phones, post: Post) -> None:
        self._number = number
        self._seen = phones.of(str(number))
        self._post = post
        self._update = number * 1_000_000

    async def talk(self, times: int) -> None:
        """Raises AssertionError when an answer is not the one that was expected."""
        for _ in range(times):
            for word, answers in zip(WORDS, ANSWERS, strict=False):
                text, payloads = await self._said(self._message(word), answers)
            assert "50.00" in text, text
            text, _ = await self._said(self._tap(payloads[0]), ANSWERS[-1])
            assert text.startswith("Done."), text

    async def _said(self, update: dict[str, object], answers: int) -> tuple[str, tuple[str, ...]]:
        self._update += 1
        await self._post(orjson.dumps({"update_id": self._update} | update))
        for _ in range(answers):
            seen = await self._seen.get()
        return seen

    def _message(self, text: str) -> dict[str, object]:
        return {"message": self._place() | {"from": self._from(), "text": text}}

    def _tap(self, payload: str) -> dict[str, object]:
        query = {"id": str(self._update), "from": self._from(), "message": self._place(), "data": payload}
        return {"callback_query": query}

    def _from(self) -> dict[str, object]:
        return {"id": self._number, "is_bot": False, "first_name": "Anna", "language_code": "en"}

    def _place(self) -> dict[str, object]:
        return {
            "message_id": self._update,
            "date": 1_790_000_000,
            "chat": {"id": self._number, "type": "private", "first_name": "Anna"},
        }


def posting(app: ASGIApp) -> Post:
    """Posts webhooks straight into an ASGI app: a client's own work would hide what is measured."""

    async def post(body: bytes) -> None:
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "path": "/webhooks/telegram",
            "raw_path": b"/webhooks/telegram",
            "root_path": "",
            "scheme": "http",
            "query_string": b"",
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                (b"x-telegram-bot-api-secret-token", SECRET),
            ],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
        }
        status: list[int] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                status.append(message["status"])

        await app(scope, receive, send)
        assert status == [200], status

    return post
