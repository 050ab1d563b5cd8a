"""The fonts: Manrope, and for glyphs that it lacks Roboto, FiraGO (Hebrew, Arabic, Thai, Georgian...) and symbols.

A name is shown as it is or not at all: a letter that no font draws is told (:func:`unreadable`), never replaced.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pymupdf_fonts
from fontTools.ttLib import TTFont
from PIL import ImageFont, features

Family = Literal["manrope", "roboto", "firago", "symbols"]
Weight = Literal["regular", "medium", "bold", "extrabold"]
FAMILIES: tuple[Family, ...] = ("manrope", "roboto", "firago", "symbols")
_MANROPE = {"regular": "Regular", "medium": "Medium", "bold": "Bold", "extrabold": "ExtraBold"}
_ROBOTO = {"regular": "Regular", "medium": "Medium", "bold": "Bold", "extrabold": "Black"}
_FIRAGO = {"regular": "figo", "medium": "figo", "bold": "figbo", "extrabold": "figbo"}
# For a sign that no font has, such as a rare emoji. Letters are never replaced.
MISSING = "·"
# Scripts that need shaping or run from the right need RAQM, which Pillow has where FriBiDi is installed.
SHAPES = bool(features.check("raqm"))
NO_BREAK = "\u00a0"
FIGURES = ["tnum"]  # digits of one width, for amounts that stand under each other


@lru_cache(maxsize=64)
def file_of(family: Family, weight: Weight) -> Path:
    """A font's file. Those that their package keeps in its code are laid into a folder that ends with the process."""
    if family == "manrope":
        return Path(str(files("font_manrope") / "files" / f"Manrope-{_MANROPE[weight]}.ttf"))
    if family == "roboto":
        return Path(str(files("font_roboto") / "files" / f"Roboto-{_ROBOTO[weight]}.ttf"))
    name = _FIRAGO[weight] if family == "firago" else "symbol2"
    laid = Path(_folder().name) / f"{name}.ttf"
    laid.write_bytes(pymupdf_fonts.myfont(name))
    return laid


@cache
def _folder() -> "TemporaryDirectory[str]":
    return TemporaryDirectory(prefix="teller-fonts-")


@lru_cache(maxsize=256)
def face(size: int, weight: Weight, family: Family = "manrope") -> ImageFont.FreeTypeFont:
    """A font at a size in pixels."""
    return ImageFont.truetype(str(file_of(family, weight)), size)


@cache
def _covered(family: Family) -> frozenset[int]:
    with TTFont(file_of(family, "regular"), lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=4096)
def _family_of(char: str) -> Family | None:
    """The first that has the character."""
    if not SHAPES and unicodedata.bidirectional(char) in ("R", "AL"):
        return None
    return next((family for family in FAMILIES if ord(char) in _covered(family)), None)


@lru_cache(maxsize=4096)
def _is_neutral(char: str) -> bool:
    """Spaces, marks and points take the font of what stands before them, so that a name stays in one piece."""
    return unicodedata.category(char)[0] in "ZMP"


def unreadable(text: str) -> str:
    """The letters and digits of a text that no font can draw; empty when it can be shown."""
    return "".join(
        char for char in sorted(set(clean(text))) if unicodedata.category(char)[0] in "LNM" and _family_of(char) is None
    )


def clean(text: str) -> str:
    """One line of printable text: control and direction marks go, white space is folded."""
    kept = "".join(" " if char.isspace() and char != NO_BREAK else char for char in text if _is_printable(char))
    return " ".join(filter(None, unicodedata.normalize("NFC", kept).split(" ")))


@lru_cache(maxsize=4096)
def _is_printable(char: str) -> bool:
    variation = "\ufe00" <= char <= "\ufe0f" or "\U0001f3fb" <= char <= "\U0001f3ff"
    return char.isspace() or (unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn") and not variation)


def runs(text: str) -> Iterator[tuple[str, Family]]:
    """The text in pieces that one family can draw, in its order."""
    piece, family = "", FAMILIES[0]
    for char in text:
        wanted = _family_of(char)
        if wanted is None:
            char, wanted = MISSING, FAMILIES[0]
        if piece and _is_neutral(char) and ord(char) in _covered(family):
            wanted = family
        if wanted != family and piece:
            yield piece, family
            piece = ""
        piece, family = piece + char, wanted
    if piece:
        yield piece, family
