"""A laid out page: what stands where, in pixels. Drawn by ``painting`` as a picture and by ``documents`` as a PDF."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import segno

from image_api import fonts
from image_api.fitting import Style, line_height, width

QUIET_ZONE = 2  # modules of white around a QR code; what stands around it is white as well
Align = Literal["left", "right", "center"]


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands, in pixels; right and bottom are past the last one."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of text in one style; ``size`` is what they have shrunk to."""

    name: str
    box: Box
    lines: tuple[str, ...]
    size: int
    style: Style
    colour: str
    align: Align = "left"

    def placed(self) -> Iterator[tuple[str, float, int]]:
        """Each line with where it begins and its baseline."""
        face = fonts.face(self.size, self.style.weight)
        baseline, height = self.box.top + face.getmetrics()[0], line_height(self.size, self.style.weight)
        for number, line in enumerate(self.lines):
            free = 0 if self.align == "left" else self.box.right - self.box.left - width(line, self.size, self.style)
            before = free if self.align == "right" else free // 2
            yield line, float(self.box.left + before), baseline + number * height


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled rectangle with round corners."""

    box: Box
    colour: str
    radius: int = 0


@dataclass(frozen=True, slots=True)
class Sign:
    """A disc with a tick or a clock: a state is never told by colour alone."""

    name: str
    box: Box
    sign: Literal["tick", "clock"]
    colour: str


def modules_of(data: str) -> tuple[bytes, ...]:
    """The rows of a QR code, 1 where it is dark; a seventh of it is to spare for a thumb or a crack in the screen."""
    return tuple(bytes(row) for row in segno.make(data, error="m", micro=False).matrix)


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code, ``scale`` pixels a module."""

    name: str
    box: Box
    data: str
    modules: tuple[bytes, ...]
    scale: int
    dark: str
    light: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies under everything: ``kind`` is a drawing of ``grounds``; ``colour`` its main one."""

    kind: Literal["card", "face", "plain", "sheet", "poster", "letter"]
    colour: str
    torn: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """A whole page on a page: a card on its announcement."""

    name: str
    box: Box
    page: "Page"


Item = Words | Shape | Sign | Code | Face


@dataclass(frozen=True, slots=True)
class Page:
    """One page, ready to be drawn."""

    width: int
    height: int
    ground: Ground
    items: tuple[Item, ...]

    @property
    def boxes(self) -> Mapping[str, Box]:
        """Everything that has a name, by name; a page on this page apart."""
        return {item.name: item.box for item in self.items if not isinstance(item, Shape)}
