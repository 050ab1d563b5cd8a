"""What the terminal shows: bubbles as text, buttons with numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

HELP = (
    "Type a message; a number presses that button (=5 sends the number itself). "
    "/start begins the chat, /contact shares the own number, /sms shows the last codes, /code types in the newest, "
    "/photo PATH, /file PATH, /quit."
)
BOLD, FAINT, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Button:
    """`message` is None for a button of the reply keyboard."""

    title: str
    message: int | None
    row: int
    column: int
    kind: str


def buttons_of(bubble: dict[str, Any]) -> list[Button]:
    return _numbered(bubble["buttons"], bubble["id"])


def buttons_of_keyboard(keyboard: dict[str, Any] | None) -> list[Button]:
    return _numbered(keyboard["rows"], None) if keyboard else []


def _numbered(rows: list[list[dict[str, Any]]], message: int | None) -> list[Button]:
    """A list that opens on a phone stands open here: its rows are buttons like the others."""
    return [
        each
        for y, row in enumerate(rows)
        for x, button in enumerate(row)
        for each in _opened(button, message) or [Button(button["title"], message, y, x, button["kind"])]
    ]


def _opened(button: dict[str, Any], message: int | None) -> list[Button]:
    return [
        Button(" · ".join(part for part in (row["title"], row["description"]) if part), message, number, 0, "reply")
        for number, row in enumerate(button.get("rows", ()))
    ]


class Screen:
    """Writes. `write` takes text; `lively` allows bold and faint."""

    def __init__(self, write: Callable[[str], Any], lively: bool) -> None:
        self._write, self._lively = write, lively

    def bubble(self, bubble: dict[str, Any], bot_name: str) -> None:
        who = bot_name if bubble["from"] == "bot" else "you"
        edited = " (edited)" if bubble["edited"] else ""
        lines = _content(bubble)
        self._write(f"\n{self._styled(BOLD, who + edited + ':')} {lines[0]}\n")
        for line in lines[1:]:
            self._write(f"  {line}\n")

    def buttons(self, buttons: list[Button]) -> None:
        for number, button in enumerate(buttons, 1):
            self._write(f"  [{number}] {button.title}{_sign(button)}\n")

    def note(self, words: str) -> None:
        self._write(self._styled(FAINT, f"-- {words}") + "\n")

    def _styled(self, style: str, words: str) -> str:
        return f"{style}{words}{PLAIN}" if self._lively else words


def _sign(button: Button) -> str:
    return {"url": " (opens a page)", "contact": " (shares your number)", "location": " (shares your place)"}.get(
        button.kind, ""
    )


def _content(bubble: dict[str, Any]) -> list[str]:
    lines = []
    if "contact" in bubble:
        lines.append(f"contact: {bubble['contact']['name']}, {bubble['contact']['phone']}")
    if "location" in bubble:
        lines.append(f"place: {bubble['location']['lat']}, {bubble['location']['lon']}")
    lines += [bubble["sticker"]] if "sticker" in bubble else []
    lines += printable(bubble["text"]).split("\n") if bubble["text"] else []
    links = [entity["url"] for entity in bubble["entities"] if entity.get("url")]
    return [*lines, *(f"<{printable(link)}>" for link in links)] or [""]


def printable(text: str) -> str:
    """A message must not steer the terminal."""
    return "".join(c for c in text if c == "\n" or c.isprintable() or c == "\u00a0")
