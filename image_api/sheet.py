"""A page in the making: blocks put things on it from the top down, and it grows or goes on on a next one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from image_api.fitting import Style, fit, line_height
from image_api.look import Look
from image_api.page import Align, Box, Ground, Item, Page, Words
from image_api.telling import Facts, Teller
from image_api.values import Values

GAP = 24  # the grid

# A colour's role, or a choice by a value: ``{state: {done: good, pending: accent_text}}``.
Choice = str | Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Paper:
    """What is laid out on. ``paged``: it has a foot, and what finds no room goes on on a next page."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    paged: bool = False


@dataclass(slots=True)
class Sheet:
    """Where the next thing goes, and what has been put so far. ``lay`` lays out another template of the same values."""

    paper: Paper
    ground: Ground
    look: Look
    teller: Teller
    values: Values
    facts: Facts
    styles: Mapping[str, Style]
    lay: Callable[[str], Page]
    y: int = 0
    pages: list[list[Item]] = field(default_factory=lambda: [[]])

    def __post_init__(self) -> None:
        self.y = self.paper.top

    @property
    def room(self) -> int:
        """The width of the column, in pixels."""
        return self.paper.right - self.paper.left

    @property
    def end(self) -> int:
        """Where the last line of a page of a paged paper ends."""
        return self.paper.height - self.paper.bottom

    def put(self, item: Item) -> None:
        """Put something on the page."""
        self.pages[-1].append(item)

    def need(self, height: int) -> None:
        """See that so much room is left; on paged paper a next page begins where it is not."""
        if self.paper.paged and self.y + height > self.end and self.pages[-1]:
            self.pages.append([])
            self.y = self.paper.top

    def colour(self, choice: Choice) -> str:
        """A colour by its role, chosen by a value where there is a choice."""
        return self.look.colour(self.pick(choice))

    def pick(self, choice: Choice) -> str:
        """The choice for these values."""
        if isinstance(choice, str):
            return choice
        ((name, by_value),) = choice.items()
        return by_value[str(self.facts[name])]

    def write(
        self,
        name: str,
        text: str,
        style: str,
        colour: str,
        at: tuple[int, int],
        room: int,
        *,
        most: int = 1,
        align: Align = "left",
    ) -> Box:
        """Put lines of text with their top left corner at ``at``, or the top right one; the box that they take.

        One line takes as much height as it would without having shrunk, so that a page does not depend on its names.
        """
        chosen = self.styles[style]
        fitted = fit(text, room, chosen, most)
        height = line_height(fitted.size, chosen.weight) * len(fitted.lines)
        top = at[1] + max(line_height(chosen.size, chosen.weight) - height, 0) // 2
        left = {"left": at[0], "right": at[0] - fitted.width, "center": at[0] - fitted.width // 2}[align]
        box = Box(left, top, left + fitted.width, top + height)
        self.put(Words(name, box, fitted.lines, fitted.size, chosen, colour, align))
        return Box(left, at[1], box.right, max(box.bottom, at[1] + line_height(chosen.size, chosen.weight)))
