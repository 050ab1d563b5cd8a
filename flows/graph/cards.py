"""One step as a card: its kind by colour and shape, its name, what it is about, and a link to its line."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from flows.graph.palette import AMBER, Palette
from flows.graph.picture import ENDING, Node

WIDE, HIGH, DOT = 206, 46, 14
LETTERS = 27  # that fit into a card
Href = Callable[[Node], str]


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the picture."""

    x: float
    y: float


def in_the_file(node: Node) -> str:
    """A link to the line, as code hosts understand it."""
    return f"{node.at.file}#L{node.at.line}" if node.at is not None else ""


@dataclass(frozen=True, slots=True)
class Cards:
    """Draws cards. ``href`` says where a click on a step leads."""

    palette: Palette
    href: Href

    def draw(self, node: Node, at: Point) -> str:
        """A card with its middle at a place."""
        if node.kind == ENDING:
            ink = self.palette.ink
            ring = f'<circle cx="{at.x:.1f}" cy="{at.y:.1f}" r="6.5" fill="none" stroke="{ink}" stroke-width="1.5"/>'
            return (
                f'<g><title>the flow ends</title>{ring}<circle cx="{at.x:.1f}" cy="{at.y:.1f}" r="3" fill="{ink}"/></g>'
            )
        body = f"<title>{escape(node.note)}</title>{self._card(node, at)}{self._words(node, at)}"
        link = self.href(node)
        line = f' data-line="{node.at.line}"' if node.at is not None else ""
        inside = f'<a href="{escape(link)}">{body}</a>' if link else body
        return f'<g class="step" data-step="{escape(node.id)}"{line}>{inside}</g>'

    def _card(self, node: Node, at: Point) -> str:
        left, top = at.x - WIDE / 2, at.y - HIGH / 2
        colour, paper = self._colour(node), self.palette.paper
        money = node.moves_money
        stroke, thick = (self.palette.accent, 2) if money else (colour, 1.2)
        round_ = 23 if node.kind == "flow" else 8
        box = f'x="{left:.1f}" y="{top:.1f}" width="{WIDE}" height="{HIGH}" rx="{round_}"'
        card = f'<rect {box} fill="{paper}" stroke="{stroke}" stroke-width="{thick}"/>'
        if node.kind == "if":
            card = self._hexagon(left, top, paper, stroke)
        elif node.kind != "flow":
            card += (
                f'<rect x="{left + 7:.1f}" y="{top + 8:.1f}" width="5" height="{HIGH - 16}" rx="2.5" fill="{colour}"/>'
            )
        return card

    def _hexagon(self, left: float, top: float, paper: str, stroke: str) -> str:
        right, middle, low, cut = left + WIDE, top + HIGH / 2, top + HIGH, 14
        points = [
            (left, middle),
            (left + cut, top),
            (right - cut, top),
            (right, middle),
            (right - cut, low),
            (left + cut, low),
        ]
        drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        return (
            f'<polygon points="{drawn}" fill="{paper}" stroke="{stroke}" stroke-width="1.4" stroke-linejoin="round"/>'
        )

    def _colour(self, node: Node) -> str:
        by_cover = {"full": self.palette.good, "part": AMBER, "none": self.palette.bad}
        return by_cover.get(node.cover) or self.palette.kind(node.kind)

    def _words(self, node: Node, at: Point) -> str:
        left = at.x - WIDE / 2 + (22 if node.kind not in ("if", "flow") else 20)
        what = node.subject if node.kind in ("flow", "if") else f"{node.kind} {node.subject}"
        quiet, ink = self.palette.quiet, self.palette.ink
        title, what = (node.title, what) if node.title else (node.kind, node.subject)
        rows = [(title, 13, 650, ink if node.title else quiet), (what, 11.5, 450, quiet if node.title else ink)]
        y = at.y - 4
        parts = []
        for number, (text, size, weight, colour) in enumerate(rows):
            place = f'x="{left:.1f}" y="{y + 16 * number:.1f}" font-size="{size}" font-weight="{weight}"'
            parts.append(f'<text {place} fill="{colour}">{escape(_short(text))}</text>')
        if node.moves_money:
            place = f'x="{at.x + WIDE / 2 - 10:.1f}" y="{at.y - 4:.1f}" font-size="9.5" text-anchor="end"'
            parts.append(f'<text {place} font-weight="700" fill="{self.palette.accent}">NO WAY BACK</text>')
        return "".join(parts)


def _short(text: str) -> str:
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"
