"""Reads what is typed while playing: a text for the bot, a tap, or one of our own commands."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from flows.loading.fields import read_duration
from flows.messages import Choice
from flows.model import Place
from flows.session import Session
from flows.testing.script import Do, Line

TYPED = Place("(played)", 1, 1, 2)
# Where a typed number is a value, as in the engine: it taps nothing there.
VALUES = frozenset({
    "money", "integer", "percent", "phone", "card_number", "code", "iban", "date", "period", "text",
})  # fmt: skip
HELP: Mapping[str, str] = {
    "any text": "say it to the bot; //text begins with one /",
    "2": "tap the second button; #2 where a number is a value",
    "/contact [foreign]": "share your own contact, or somebody else's",
    "/photo": "send a picture; also /sticker /document /audio /video",
    "/wait 20m": "let time go by",
    "/event [NAME] [OUTCOME] [field=value]": "news of the bank; alone, the one that is waited for",
    "/fail OPERATION ERROR": "the bank's answer to the next call of an operation",
    "/secure SLOT VALUE": "fill the secure page",
    "/slots": "what the flow holds", "/where": "the line of the pending step", "/calls": "what the bank was asked",
    "/save NAME": "keep this conversation as a test", "/new": "begin again", "/?": "this list",
    "/quit": "stop (also Ctrl-D)",
}  # fmt: skip


class NotUnderstood(ValueError):
    """A command of ours was typed wrongly; the text says how it goes."""


def line(do: Do, value: str | Mapping[str, str], **more: object) -> Line:
    """A turn that was typed."""
    return Line(do, value, TYPED, **more)  # type: ignore[arg-type]  # the fields of Line, as its caller names them


def tapped(typed: str, choices: Sequence[Choice], session: Session) -> Choice | None:
    """The button that a number means here, if it means one.

    Raises:
        NotUnderstood: for ``#9`` where there is no ninth.
    """
    sure = typed.startswith("#")
    number = typed.removeprefix("#")
    if not (number.isascii() and number.isdigit()):
        return None
    if 0 < int(number[:4]) <= len(choices) and (sure or not number_is_value(session)):
        return choices[int(number) - 1]
    if sure:
        raise NotUnderstood(f"there is no button {number}; the last message has {len(choices)}")
    return None


def number_is_value(session: Session) -> bool:
    """Whether the pending question takes a number as its answer."""
    top = session.top
    question = session.offer or (top.question if top is not None else None)
    return question is not None and question.kind == "slot" and question.expects in VALUES


def duration(word: str) -> timedelta:
    """``20m``.

    Raises:
        NotUnderstood.
    """
    pause = read_duration(word)
    if pause is None:
        raise NotUnderstood("write /wait and a time, such as /wait 20m, 30s, 2h or 1d")
    return pause


def fields(words: Sequence[str]) -> dict[str, str]:
    """``card_id=K-1`` as a table.

    Raises:
        NotUnderstood.
    """
    wrong = next((word for word in words if "=" not in word), None)
    if wrong is not None:
        raise NotUnderstood(f"'{wrong}' is no field; write name=value")
    return dict(word.split("=", 1) for word in words)
