"""Type on pictures: the fonts, a fallback for glyphs they lack, and text that always fits its place.

A text that is too wide shrinks to a limit, then ends in an ellipsis; it never leaves its box.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from PIL import ImageDraw, ImageFont

Weight = Literal["regular", "medium", "bold", "extrabold"]
_MANROPE = {"regular": "Regular", "medium": "Medium", "bold": "Bold", "extrabold": "ExtraBold"}
_ROBOTO = {"regular": "Regular", "medium": "Medium", "bold": "Bold", "extrabold": "Black"}
# A run longer than this cannot be seen on any picture; measuring it would only burn time.
CHARS_MAX = 200


@lru_cache(maxsize=128)
def font(size: int, weight: Weight, family: Literal["manrope", "roboto"] = "manrope") -> ImageFont.FreeTypeFont:
    """A font at a size in pixels."""
    if family == "manrope":
        path = files("font_manrope") / "files" / f"Manrope-{_MANROPE[weight]}.ttf"
    else:
        path = files("font_roboto") / "files" / f"Roboto-{_ROBOTO[weight]}.ttf"
    return ImageFont.truetype(str(path), size)


@dataclass(frozen=True, slots=True)
class Box:
    """Where something was drawn, in pixels; right and bottom are past the last one."""

    left: int
    top: int
    right: int
    bottom: int


def clean(text: str) -> str:
    """One line of printable text: control and direction marks go, white space is folded."""
    kept = "".join(char for char in text[: CHARS_MAX * 4] if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co"))
    return " ".join(unicodedata.normalize("NFC", kept).split())[:CHARS_MAX]


@lru_cache(maxsize=4096)
def _has_glyph(char: str, family: Literal["manrope", "roboto"]) -> bool:
    """Whether the family draws the character itself rather than its box for a missing glyph."""
    face = font(20, "regular", family)
    if char.isspace():
        return True
    return face.getmask(char).getbbox() is not None and bytes(face.getmask(char)) != bytes(face.getmask("\U0010ffff"))


def _runs(text: str) -> Iterator[tuple[str, Literal["manrope", "roboto"]]]:
    """The text in pieces that one family can draw; what neither has is shown as a middle dot."""
    piece, family = "", "manrope"
    for char in text:
        wanted: Literal["manrope", "roboto"] = "manrope" if _has_glyph(char, "manrope") else "roboto"
        if wanted == "roboto" and not _has_glyph(char, "roboto"):
            char, wanted = "·", "manrope"
        if wanted != family and piece:
            yield piece, "manrope" if family == "manrope" else "roboto"
            piece = ""
        piece, family = piece + char, wanted
    if piece:
        yield piece, "manrope" if family == "manrope" else "roboto"


def width(text: str, size: int, weight: Weight) -> int:
    """How wide the text is, in pixels."""
    return round(sum(font(size, weight, family).getlength(piece) for piece, family in _runs(text)))


def fit(text: str, room: int, size: int, least: int, weight: Weight) -> tuple[str, int]:
    """The text and the size at which it fits ``room`` pixels: shrunk down to ``least``, then cut with an ellipsis."""
    text = clean(text)
    while size > least and width(text, size, weight) > room:
        size -= 2
    if width(text, size, weight) <= room:
        return text, size
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle].rstrip() + "…", size, weight) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…", size


def write(
    draw: ImageDraw.ImageDraw,
    at: tuple[int, int],
    text: str,
    size: int,
    weight: Weight,
    fill: str,
    *,
    right: bool = False,
) -> Box:
    """Draw one line with its baseline-box top at ``at`` (or its right edge there) and give the box it takes."""
    total = width(text, size, weight)
    left = at[0] - total if right else at[0]
    x = float(left)
    baseline = at[1] + font(size, weight).getmetrics()[0]
    for piece, family in _runs(text):
        face = font(size, weight, family)
        draw.text((x, baseline), piece, font=face, fill=fill, anchor="ls")
        x += face.getlength(piece)
    ascent, descent = font(size, weight).getmetrics()
    return Box(left, at[1], left + total, at[1] + ascent + descent)
