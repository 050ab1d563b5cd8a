"""A bank's customers: each sends money to the next one, over and over, by chat, and notes what was said of it.

Every wish has an amount that nobody has sent before, so that what the bank posted can be told apart.
"""

import asyncio
import random
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

import httpx

ASKED_S = 25.0  # until a customer who is not answered says something else
TOLD_S = 60.0  # until one who has confirmed goes on; the bank may still do it
OPEN_S = 300.0  # each step of becoming a customer; a machine may be busy
LOOK_S = 0.3
RECENT = 12  # messages that are looked at
PAGE = 200  # of them, when all are read
NO_BREAK = "\N{NO-BREAK SPACE}"  # between an amount and its currency
SMALLEST_MINOR = 100
AMOUNT = re.compile(r"(\d+\.\d\d) ₴")
NO_ANSWER = ("a few seconds more", "I have removed the message")
ENDS = ("Done. {amount}", "{amount} ₴ was not sent", "{amount} ₴ has been sent", "Nothing was sent")


@dataclass
class Wish:
    """One transfer as its customer saw it. ``said`` is the last word on it, ``heard`` all that was said from then on.

    ``after`` is the newest message of the chat when it began.
    """

    minor: int
    began: float
    after: int
    confirmed: bool = False
    said: str = ""
    heard: tuple[str, ...] = ()

    @property
    def amount(self) -> str:
        """As it is written."""
        return f"{self.minor // 100}.{self.minor % 100:02d}"

    @property
    def answered(self) -> tuple[str, ...]:
        """What was said after the question that was confirmed, until the talk was of another amount."""
        asked = [number for number, text in enumerate(self.heard) if text.startswith(f"Send {self.amount}")]
        after = self.heard[asked[0] + 1 :] if asked else ()
        ours = takewhile(lambda text: set(AMOUNT.findall(text)) <= {self.amount}, after)
        return tuple(text for text in ours if not any(word in text for word in NO_ANSWER))


@dataclass
class Customer:
    """A phone with one chat, and a card."""

    http: httpx.AsyncClient
    number: int
    amounts: Iterator[int]
    channel: str = "telegram"
    person: int = 0
    chat: str = ""
    card: str = ""
    wishes: list[Wish] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)

    @property
    def phone(self) -> str:
        return f"+38050222{self.number:04d}"

    @property
    def name(self) -> str:
        return f"Customer{self.number}"

    async def open(self) -> None:
        """Become a customer of the bank with a card, before anything goes wrong."""
        await self.find_the_bot()
        await self._post(f"{self.chat}/messages", {"start": ""})
        await self.tap("Open a card", wait_s=OPEN_S)
        await self._press()
        await self.until(lambda: self.heard(0, "6-digit code"), OPEN_S)  # the SMS may be faster than the question
        await self.say(await self._code(""))
        await self.tap("Digital", wait_s=OPEN_S)
        await self.tap("Yes", wait_s=OPEN_S)
        opened = await self.until(lambda: self.heard(0, "You can use it at once"), OPEN_S)
        assert opened, f"{self.name} got no card"

    async def find_the_bot(self) -> None:
        """Take a phone in hand, with the chat in it and nothing said yet."""
        body = {"first_name": self.name, "last_name": "Koval", "phone": self.phone, "language": "en"}
        self.person = (await self._post("/phones/people", body))["id"]
        bot = await self.until(self._bot, OPEN_S)
        self.chat = f"/phones/{self.channel}/{self.person}/{bot}"

    async def pay(self, to: "Customer", dice: random.Random) -> None:
        """One wish, as far as it comes."""
        old, seen = await self.newest_code(), await self.newest()
        wish = Wish(next(self.amounts), time.monotonic(), seen)
        self.wishes.append(wish)
        amount = wish.amount
        await self.say(f"send {amount} to {to.card}")
        if not await self.until(lambda: self.heard(seen, f"Send {amount}"), ASKED_S):
            await self.say("/cancel")
            return
        await self.tap("Yes", seen)
        wish.confirmed = True
        if dice.random() < 0.2:  # an impatient thumb
            await self.tap("Yes", seen, wait_s=0)
        ends = [end.format(amount=amount) for end in ENDS]
        found = await self.until(lambda: self.heard(seen, "needs a code", *ends), ASKED_S)
        if found and "needs a code" in found:
            code = await self.until(lambda: self.newer_code(old), ASKED_S)
            if code:
                await self.say(code)
            found = await self.until(lambda: self.heard(seen, *ends), TOLD_S)
        if found:
            wish.said = found
            self.took_s.append(time.monotonic() - wish.began)

    async def last_words(self) -> None:
        """What has been said of each wish, when all is over."""
        messages = await self.all_messages()
        for wish in self.wishes:
            written = re.compile(rf"(?<![\d.]){re.escape(wish.amount)} ₴")
            about = [text for _, text in messages if written.search(text) and not text.startswith("Send ")]
            wish.said = about[-1] if about else wish.said
            wish.heard = tuple(text for id_, text in messages if id_ > wish.after)

    async def heard(self, after: int, *words: str) -> str | None:
        found = [text for id_, text in await self._messages() if id_ > after and any(word in text for word in words)]
        return found[-1] if found else None

    async def _messages(self) -> list[tuple[int, str]]:
        return _of_the_bot(await self._bubbles())

    async def all_messages(self) -> list[tuple[int, str]]:
        page = await self._page(PAGE)
        bubbles = page["messages"]
        while page["more"]:
            page = await self._page(PAGE, before=bubbles[0]["id"])
            bubbles = page["messages"] + bubbles
        return _of_the_bot(bubbles)

    async def _bubbles(self, limit: int = RECENT) -> list[dict[str, Any]]:
        return list((await self._page(limit))["messages"])

    async def _page(self, limit: int = RECENT, before: int = 0) -> dict[str, Any]:
        answer = await self.http.get(f"{self.chat}/messages", params={"limit": limit, "before": before})
        page: dict[str, Any] = answer.raise_for_status().json()
        return page

    async def newest(self) -> int:
        return max((one["id"] for one in await self._bubbles(1)), default=0)

    async def say(self, text: str) -> None:
        await self._post(f"{self.chat}/messages", {"text": text})

    async def tap(self, title: str, after: int = 0, wait_s: float = 60) -> None:
        place = await self.until(lambda: self._button(title, after), wait_s)
        if place:
            with suppress(httpx.HTTPStatusError):  # the button may be gone by now
                await self._post(f"{self.chat}/taps", place)

    async def _button(self, title: str, after: int) -> dict[str, Any] | None:
        for message in reversed(await self._bubbles()):
            for row, buttons in enumerate(message.get("buttons") or []):
                for column, button in enumerate(buttons):
                    if button.get("title") == title and message["id"] > after:
                        return {"message": message["id"], "row": row, "column": column}
        return None

    async def _press(self) -> None:
        async def contact() -> dict[str, Any] | None:
            for row, buttons in enumerate(((await self._page())["keyboard"] or {}).get("rows", [])):
                for column, button in enumerate(buttons):
                    if button.get("kind") == "contact":
                        return {"row": row, "column": column}
            return None

        place = await self.until(contact, OPEN_S)
        assert place, f"{self.name} was never asked for the number"
        await self._post(f"{self.chat}/presses", place)

    async def _bot(self) -> int | str | None:
        bots = (await self.http.get(f"/phones/{self.channel}/bots")).raise_for_status().json()["bots"]
        return next((bot["id"] for bot in bots if bot["connected"]), None)

    async def _code(self, old: str) -> str:
        code = await self.until(lambda: self.newer_code(old), OPEN_S)
        assert code, f"{self.name} got no code"
        return str(code)

    async def newer_code(self, old: str) -> str | None:
        code = await self.newest_code()
        return code if code and code != old else None

    async def newest_code(self) -> str:
        found = (await self.http.get("/api/sms", params={"phone": self.phone})).raise_for_status().json()
        words = found[0]["text"].split() if found else []
        return next((w.strip(".:,") for w in words if w.strip(".:,").isdigit() and len(w.strip(".:,")) == 6), "")

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.http.post(path, json=body)).raise_for_status().json()
        return answer

    async def until(self, look: Any, wait_s: float) -> Any:
        deadline = time.monotonic() + wait_s
        while True:
            if found := await look():
                return found
            if time.monotonic() >= deadline:
                return None
            await asyncio.sleep(LOOK_S)


def _of_the_bot(bubbles: Sequence[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(one["id"], one["text"].replace(NO_BREAK, " ")) for one in bubbles if one["from"] == "bot"]
