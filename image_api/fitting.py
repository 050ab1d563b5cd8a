"""Text that always fits its place: it wraps, then shrinks to a limit, then ends in an ellipsis."""

from collections.abc import Callable
from dataclasses import dataclass

from image_api import fonts
from image_api.fonts import FIGURES, Weight, clean, runs

STEP = 2  # pixels by which a text shrinks
# More cannot be seen in any place of a picture; measuring it would only burn time.
CHARS_MAX = 600


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks. ``size`` in pixels shrinks to ``least``; ``figures``: digits of one width."""

    size: int
    least: int
    weight: Weight
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text in its place: its lines, and the size at which they fit."""

    lines: tuple[str, ...]
    size: int
    width: int


def width(text: str, size: int, style: Style) -> int:
    """How wide one line is, in pixels."""
    wide = sum(
        fonts.face(size, style.weight, family).getlength(piece, features=features_of(style))
        for piece, family in runs(text)
    )
    return -int(-wide // 1)


def features_of(style: Style) -> list[str] | None:
    """The font features of a style, where they can be had."""
    return FIGURES if style.figures and fonts.SHAPES else None


def line_height(size: int, weight: Weight) -> int:
    """From the top of a line to the top of the next, in pixels."""
    ascent, descent = fonts.face(size, weight).getmetrics()
    return int(ascent + descent)


def fit(text: str, room: int, style: Style, most: int = 1) -> Fitted:
    """The text within ``room`` pixels and ``most`` lines."""
    text = clean(text)[:CHARS_MAX]
    whole = width(text, style.size, style)
    if whole <= room:
        return Fitted((text,), style.size, whole)
    if most == 1:
        size = _size_for(text, room, style, style.least)
    else:
        size = _size_for(max(text.split(" "), key=len), room, style, style.size)
    while True:
        lines = _wrapped(text, room, size, style, most + 1) if most > 1 else [text]
        widest = max(width(line, size, style) for line in lines)
        if len(lines) <= most and widest <= room:
            return Fitted(tuple(lines), size, widest)
        if size - STEP < style.least:
            break
        size -= STEP
    lines = _wrapped(text, room, size, style, most)
    lines[-1] = _cut(text[_used(text, lines[:-1]) :].lstrip(), room, size, style)
    return Fitted(tuple(lines), size, max(width(line, size, style) for line in lines))


def _size_for(piece: str, room: int, style: Style, broken: int) -> int:
    """The largest size at which what should not be broken fits; ``broken`` where it has to be broken anyway."""
    wide, size = width(piece, style.size, style), style.size
    if wide > room:  # width grows with size, nearly
        size = max(style.least, min(size, size * room // wide // STEP * STEP + STEP))
    while size > style.least and width(piece, size, style) > room:
        size -= STEP
    return size if width(piece, size, style) <= room else broken


def _used(text: str, lines: list[str]) -> int:
    """How many characters of the text stand in the lines before."""
    at = 0
    for line in lines:
        at = text.index(line, at) + len(line)
    return at


def _wrapped(text: str, room: int, size: int, style: Style, most: int) -> list[str]:
    """The text broken between words, and within a word that is longer than a line; the first ``most`` lines."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most:
        count = _longest(rest, lambda part: width(part, size, style) <= room)
        if count < len(rest) and (space := rest.rfind(" ", 0, count + 1)) > 0:
            count = space
        count = max(count, 1)
        lines.append(rest[:count].rstrip())
        rest = rest[count:].lstrip()
    return lines or [""]


def _cut(text: str, room: int, size: int, style: Style) -> str:
    """As much of the text as fits, with an ellipsis where something is left out."""
    if width(text, size, style) <= room:
        return text
    count = _longest(text, lambda part: width(part.rstrip() + "…", size, style) <= room)
    return text[:count].rstrip() + "…"


def _longest(text: str, fits: Callable[[str], bool]) -> int:
    """How many characters fit, found by halving."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(text[:middle]):
            low = middle
        else:
            high = middle - 1
    return low
