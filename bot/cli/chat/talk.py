"""One conversation in a terminal: hears the phone's events and does what is typed, a line at a time."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TextIO

from bot.cli.chat.line import NoLine, NotDone, PhoneLine
from bot.cli.chat.screen import HELP, Button, Screen, buttons_of, buttons_of_keyboard, printable

SHOWN_FIRST = 6
REPLY_WITHIN_S = 20.0
QUIET_S = 0.8
CODE = re.compile(r"(?<![\d•*.,])\d{4,8}(?![.,]?\d)")


async def typed_lines(source: TextIO) -> AsyncIterator[str]:
    """Lines until the end of the input; reading does not hold up what comes in meanwhile."""
    while line := await asyncio.to_thread(source.readline):
        if line.strip():
            yield line.strip()


class Talk:
    """`patient` waits for the bot's answer before the next line is done: for scripts."""

    def __init__(self, line: PhoneLine, screen: Screen, folder: Path, patient: bool) -> None:
        self._line, self._screen, self._folder, self._patient = line, screen, folder, patient
        self._buttons: list[Button] = []
        self._keyboard: list[Button] = []
        self._keyboard_is_new = False
        self._heard = asyncio.Event()
        self._commands: dict[str, Callable[[str], Awaitable[bool]]] = {
            "/start": self._start,
            "/contact": self._contact,
            "/sms": self._sms,
            "/code": self._code,
            "/photo": lambda path: self._file("photo", path),
            "/file": lambda path: self._file("document", path),
            "/help": self._help,
        }

    async def run(self, lines: AsyncIterator[str]) -> None:
        """Ends at /quit, at the end of the input, or with NoLine."""
        events = self._line.events()
        await anext(events)
        await self._show_last()
        listening = asyncio.create_task(self._listen(events))
        typing = asyncio.create_task(self._type(lines))
        done, pending = await asyncio.wait({listening, typing}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for task in done:
            task.result()

    async def _show_last(self) -> None:
        page = await self._line.history(SHOWN_FIRST)
        self._keyboard = buttons_of_keyboard(page["keyboard"])
        for bubble in page["messages"]:
            self._keyboard_is_new = bubble is page["messages"][-1]
            await self._show(bubble)
        if not page["messages"]:
            self._screen.note("The chat is empty: type /start to begin.")

    async def _listen(self, events: AsyncIterator[dict[str, Any]]) -> None:
        async for event in events:
            await self._hear(event)
        raise NoLine("Teller has stopped.")

    async def _hear(self, event: dict[str, Any]) -> None:
        bubble = event.get("bubble")
        if event["kind"] == "keyboard":
            self._turn_keyboard(buttons_of_keyboard(event["keyboard"]))
        elif bubble and (bubble["from"] == "bot" or self._patient):
            await self._show(bubble)
        elif event["kind"] == "answered" and event["text"]:
            self._screen.note(printable(event["text"]))
        if event["kind"] == "answered" or (bubble and bubble["from"] == "bot"):
            self._heard.set()

    def _turn_keyboard(self, keyboard: list[Button]) -> None:
        """Viber tells the keyboard after its message, the others before it."""
        self._keyboard, self._keyboard_is_new = keyboard, self._line.keyboard_first
        if keyboard and not self._line.keyboard_first:
            self._screen.buttons(self._buttons + keyboard)

    async def _show(self, bubble: dict[str, Any]) -> None:
        self._screen.bubble(bubble, self._line.bot_name)
        for kind in ("picture", "document"):
            if kind in bubble and bubble["from"] == "bot":
                self._screen.note(f"{kind} saved to {await self._save(bubble, kind)}")
        if bubble["from"] == "bot":
            self._buttons = buttons_of(bubble)
            with_keyboard = self._keyboard_is_new or (self._buttons and self._line.keyboard_first)
            self._screen.buttons(self._buttons + (self._keyboard if with_keyboard else []))
            self._keyboard_is_new = False

    async def _save(self, bubble: dict[str, Any], kind: str) -> Path:
        data = await self._line.fetch(bubble[kind]["url"])
        suffix = {b"\x89PNG": ".png", b"RIFF": ".webp"}.get(data[:4], ".jpg")
        name = bubble[kind].get("name", f"picture{suffix}")
        path = self._folder / f"{bubble['id']}-{re.sub(r'[^A-Za-z0-9._-]', '_', name)}"
        self._folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    async def _type(self, lines: AsyncIterator[str]) -> None:
        async for text in lines:
            if text == "/quit":
                return
            self._heard.clear()
            try:
                answerable = await self._do(text)
            except NotDone as refusal:
                self._screen.note(str(refusal))
            else:
                if answerable and self._patient:
                    await self._answer()

    async def _answer(self) -> None:
        """Until the bot has answered and then said nothing for a moment."""
        try:
            async with asyncio.timeout(REPLY_WITHIN_S):
                await self._heard.wait()
            while self._heard.is_set():
                self._heard.clear()
                async with asyncio.timeout(QUIET_S):
                    await self._heard.wait()
        except TimeoutError:
            return

    async def _do(self, text: str) -> bool:
        """True when the bot will have something to answer."""
        name, _, rest = text.partition(" ")
        if name in self._commands:
            return await self._commands[name](rest.strip())
        shown = self._buttons + self._keyboard
        if text.isascii() and text.isdigit() and 1 <= int(text) <= len(shown) and len(text) <= 2:
            return await self._push(shown[int(text) - 1])
        await self._line.say({"text": text[1:] if re.fullmatch(r"=\d+", text) else text})
        return True

    async def _push(self, button: Button) -> bool:
        if button.message is None:
            await self._line.press(button.row, button.column)
            return True
        url = (await self._line.tap(button.message, button.row, button.column)).get("url")
        if url:
            self._screen.note(f"the button opens {printable(url)}")
        return url is None

    async def _start(self, payload: str) -> bool:
        """As the messenger begins a chat: by a press, or by a word."""
        await self._line.say({"start": payload})
        return True

    async def _contact(self, _: str) -> bool:
        """By the button that asks for it, where one is shown: that is what proves the number."""
        asked = next((one for one in (*self._keyboard, *self._buttons) if one.kind == "contact"), None)
        if asked is not None:
            return await self._push(asked)
        await self._line.say({"contact": "own"})
        return True

    async def _sms(self, _: str) -> bool:
        texts = (await self._line.texts())[:3]
        for text in texts:
            self._screen.note(f"SMS: {printable(text['text'])}")
        if not texts:
            self._screen.note("no SMS has come yet")
        return False

    async def _code(self, _: str) -> bool:
        """The newest code, for which a script may come a moment too early."""
        deadline = time.monotonic() + REPLY_WITHIN_S / 4
        while not (codes := [c for text in await self._line.texts() for c in CODE.findall(text["text"])]):
            if time.monotonic() > deadline:
                raise NotDone("no SMS with a code has come yet")
            await asyncio.sleep(0.2)
        await self._line.say({"text": codes[0]})
        return True

    async def _file(self, kind: str, path: str) -> bool:
        try:
            data = await asyncio.to_thread(Path(path).read_bytes)
        except OSError as error:
            raise NotDone(f"{path} cannot be read: {error.strerror}") from None
        await self._line.send_file(kind, Path(path).name, data)
        return True

    async def _help(self, _: str) -> bool:
        self._screen.note(HELP)
        return False
