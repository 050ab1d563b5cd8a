"""Measuring and cutting texts the way platforms count them."""

import re
from typing import Literal

Unit = Literal["utf16", "char", "byte"]
ELLIPSIS = "…"
# Unicode's categories Cc and Cs but for line feed and tab; all texts pass here, and asking each letter costs.
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BREAKS = ("\n\n", "\n", ". ", "! ", "? ", "; ", ", ", " ")


def printable(text: str) -> str:
    """The text without control characters and half letters, which some platforms refuse and none shows.

    Line breaks and tabs stay, and so do the marks that tell left from right: names in Arabic need them.
    """
    return _UNSHOWN.sub("", text)


def length(text: str, unit: Unit) -> int:
    """How long a platform says the text is."""
    if unit == "utf16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text.encode()) if unit == "byte" else len(text)


def split(text: str, most: int, unit: Unit) -> list[str]:
    """Cut a text into parts of at most ``most`` units, at a paragraph, line, sentence or space where there is one."""
    parts: list[str] = []
    rest = text
    while length(rest, unit) > most:
        end = _end_within(rest, most, unit)
        cut = _last_break(rest[:end]) or end
        if part := rest[:cut].rstrip():
            parts.append(part)
        rest = rest[cut:].lstrip()
    if rest or not parts:
        parts.append(rest)
    return parts


def shorten(text: str, most: int, unit: Unit) -> str:
    """The text if it fits, else cut on the edge of a character with an ellipsis; never more than ``most`` units."""
    if length(text, unit) <= most:
        return text
    room = most - length(ELLIPSIS, unit)
    if room < 1:
        return text[: _end_within(text, most, unit)]
    kept = text[: _end_within(text, room, unit)].rstrip()
    return kept + ELLIPSIS if length(kept, unit) <= room else ELLIPSIS


def _end_within(text: str, most: int, unit: Unit) -> int:
    """The longest prefix, in characters, that fits; never in the middle of a joined emoji."""
    used = 0
    end = 0
    for end, char in enumerate(text):  # noqa: B007 - the index is the result
        used += length(char, unit)
        if used > most:
            break
    while 0 < end < len(text) and _joins(text[end - 1], text[end]):
        end -= 1
    return max(end, 1)


def _joins(left: str, right: str) -> bool:
    return (
        right in "\u200d\ufe0f"
        or left == "\u200d"
        or "\u0300" <= right <= "\u036f"
        or "\U0001f3fb" <= right <= "\U0001f3ff"
    )


def _last_break(text: str) -> int:
    """After the best place to cut in the second half of the text, or 0."""
    for mark in _BREAKS:
        at = text.rfind(mark)
        if at >= len(text) // 2:
            return at + len(mark)
    return 0
