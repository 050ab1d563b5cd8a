"""A picture as SVG: a card a step, coloured by kind or by what tests reach, each a link to its line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from flows.graph.layout import Layout, lay_out
from flows.graph.palette import AMBER, Palette
from flows.graph.picture import ENDING, Arrow, Node, Picture

WIDE, HIGH, DOT = 206, 46, 14
LABEL = 15  # the height of a label's row
SPACE = 34  # between two rows, beside the labels
EDGE, TOP = 30, 78
LANE = 22  # between two ways back
LETTERS = 27  # that fit into a card
FONT = "Manrope, Roboto, 'Segoe UI', system-ui, sans-serif"
Href = Callable[[Node], str]


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the picture."""

    x: float
    y: float


def in_the_file(node: Node) -> str:
    """A link to the line, as code hosts understand it."""
    return f"{node.at.file}#L{node.at.line}" if node.at is not None else ""


def as_svg(picture: Picture, palette: Palette | None = None, href: Href = in_the_file) -> str:
    """The whole SVG. ``href`` says where a click on a step leads."""
    return _Drawing(picture, palette or Palette(), href).svg()


class _Drawing:
    def __init__(self, picture: Picture, palette: Palette, href: Href) -> None:
        self._picture, self._palette, self._href = picture, palette, href
        widths = {node.id: DOT if node.kind == ENDING else WIDE for node in picture.nodes}
        self._nodes = {node.id: node for node in picture.nodes}
        self._out: dict[str, list[Arrow]] = {}
        for arrow in picture.arrows:
            self._out.setdefault(arrow.source, []).append(arrow)
        pairs = [(arrow.source, arrow.target) for arrow in picture.arrows]
        self._plan: Layout = lay_out([node.id for node in picture.nodes], pairs, widths)
        self._y = self._rows()
        right = max((x + widths.get(id_, 0) / 2 for id_, x in self._plan.x.items()), default=WIDE)
        self._right = right + EDGE
        self._wide = max(self._right + LANE * (len(self._plan.back) + 1), 640)
        self._high = (self._y[-1] if self._y else TOP) + HIGH + EDGE

    def _rows(self) -> list[float]:
        """The middle of each row. Below a row there is a line for every label that begins there."""
        middles, at = list[float](), float(TOP + HIGH / 2)
        for row in self._plan.rows:
            middles.append(at)
            labels = max((len(self._labelled(id_)) for id_ in row), default=0)
            at += HIGH + SPACE + LABEL * labels
        return middles

    def _labelled(self, id_: str) -> list[Arrow]:
        return [arrow for arrow in self._ports(id_) if arrow.label]

    def _ports(self, id_: str) -> list[Arrow]:
        """The arrows that leave a node downwards, from left to right."""
        down = [arrow for arrow in self._out.get(id_, ()) if (arrow.source, arrow.target) not in self._plan.back]
        return sorted(down, key=lambda arrow: self._plan.x[self._first(arrow)])

    def _first(self, arrow: Arrow) -> str:
        bends = self._plan.bends.get((arrow.source, arrow.target), [])
        return bends[0] if bends else arrow.target

    def svg(self) -> str:
        """Arrows below, cards above, labels on top."""
        ink, ground = self._palette.ink, self._palette.ground
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self._wide:.0f} {self._high:.0f}" '
            f'width="{self._wide:.0f}" height="{self._high:.0f}" font-family="{escape(FONT)}" role="img" '
            f'aria-label="{escape(self._picture.title)}">'
        )
        arrows, labels = list[str](), list[str]()
        for arrow in self._picture.arrows:
            line, label = self._arrow(arrow)
            arrows.append(line)
            labels += [label] if label else []
        title = f'<text x="{EDGE}" y="34" font-size="17" font-weight="700" fill="{ink}">'
        parts = [
            head, self._markers(), f'<rect width="100%" height="100%" fill="{ground}"/>',
            f"{title}{escape(self._picture.title)}</text>", self._legend(), *arrows,
            *(self._node(node) for node in self._picture.nodes), *labels, "</svg>",
        ]  # fmt: skip
        return "\n".join(parts) + "\n"

    def _markers(self) -> str:
        tips = [("tip", self._palette.quiet), ("tip-bad", self._palette.bad)]
        return "<defs>" + "".join(
            f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
            f'orient="auto-start-reverse"><path d="M0 0.6 L8 4 L0 7.4 Z" fill="{colour}"/></marker>'
            for name, colour in tips
        ) + "</defs>"  # fmt: skip

    def _legend(self) -> str:
        shown = list(dict.fromkeys(node.kind for node in self._picture.nodes if node.kind != ENDING))
        signs = [(kind, self._palette.kind(kind)) for kind in shown]
        if self._picture.with_coverage:
            signs = [("tested", self._palette.good), ("partly", AMBER), ("not tested", self._palette.bad)]
        parts, x = list[str](), float(EDGE)
        for word, colour in signs:
            parts.append(f'<rect x="{x:.0f}" y="47" width="11" height="11" rx="3" fill="{colour}"/>')
            parts.append(f'<text x="{x + 16:.0f}" y="57" font-size="12" fill="{self._palette.quiet}">{word}</text>')
            x += 34 + 6.6 * len(word)
        return "".join(parts)

    # one step

    def _middle(self, id_: str) -> Point:
        return Point(self._plan.x[id_] + EDGE, self._y[self._plan.rank[id_]])

    def _node(self, node: Node) -> str:
        at = self._middle(node.id)
        if node.kind == ENDING:
            ink = self._palette.ink
            ring = f'<circle cx="{at.x:.1f}" cy="{at.y:.1f}" r="6.5" fill="none" stroke="{ink}" stroke-width="1.5"/>'
            return (
                f'<g><title>the flow ends</title>{ring}<circle cx="{at.x:.1f}" cy="{at.y:.1f}" r="3" fill="{ink}"/></g>'
            )
        body = f"<title>{escape(node.note)}</title>{self._card(node, at)}{self._words(node, at)}"
        link = self._href(node)
        line = f' data-line="{node.at.line}"' if node.at is not None else ""
        inside = f'<a href="{escape(link)}">{body}</a>' if link else body
        return f'<g class="step" data-step="{escape(node.id)}"{line}>{inside}</g>'

    def _card(self, node: Node, at: Point) -> str:
        left, top = at.x - WIDE / 2, at.y - HIGH / 2
        colour, paper = self._colour(node), self._palette.paper
        money = node.moves_money
        stroke, thick = (self._palette.accent, 2) if money else (colour, 1.2)
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
        by_cover = {"full": self._palette.good, "part": AMBER, "none": self._palette.bad}
        return by_cover.get(node.cover) or self._palette.kind(node.kind)

    def _words(self, node: Node, at: Point) -> str:
        left = at.x - WIDE / 2 + (22 if node.kind not in ("if", "flow") else 20)
        what = node.subject if node.kind in ("flow", "if") else f"{node.kind} {node.subject}"
        quiet, ink = self._palette.quiet, self._palette.ink
        rows = [(node.title, 13, 650, ink), (what, 11.5, 450, quiet)] if node.title else [(what, 12, 600, ink)]
        y = at.y - 4 if len(rows) == 2 else at.y + 4
        parts = []
        for number, (text, size, weight, colour) in enumerate(rows):
            place = f'x="{left:.1f}" y="{y + 16 * number:.1f}" font-size="{size}" font-weight="{weight}"'
            parts.append(f'<text {place} fill="{colour}">{escape(_short(text))}</text>')
        if node.moves_money:
            place = f'x="{at.x + WIDE / 2 - 10:.1f}" y="{at.y - 4:.1f}" font-size="9.5" text-anchor="end"'
            parts.append(f'<text {place} font-weight="700" fill="{self._palette.accent}">NO WAY BACK</text>')
        return "".join(parts)

    # one arrow

    def _arrow(self, arrow: Arrow) -> tuple[str, str]:
        if (arrow.source, arrow.target) in self._plan.back:
            return self._way_back(arrow)
        points = list(self._points(arrow))
        pieces = [f"M{points[0].x:.1f} {points[0].y:.1f}"]
        for one, other in pairwise(points):
            half = (other.y - one.y) / 2
            pieces.append(
                f"C{one.x:.1f} {one.y + half:.1f} {other.x:.1f} {other.y - half:.1f} {other.x:.1f} {other.y:.1f}"
            )
        return self._path(" ".join(pieces), arrow), self._label(arrow, points)

    def _points(self, arrow: Arrow) -> Iterator[Point]:
        ports = self._ports(arrow.source)
        start, number = self._middle(arrow.source), ports.index(arrow)
        step = min(34.0, (WIDE - 40) / max(len(ports), 1))
        yield Point(start.x + (number - (len(ports) - 1) / 2) * step, start.y + HIGH / 2)
        yield from (self._middle(bend) for bend in self._plan.bends[arrow.source, arrow.target])
        end = self._middle(arrow.target)
        high = 7.5 if self._nodes[arrow.target].kind == ENDING else HIGH / 2
        yield Point(end.x, end.y - high)

    def _label(self, arrow: Arrow, points: list[Point]) -> str:
        """Below its step, in a row of its own, where the arrow passes."""
        labelled = self._labelled(arrow.source)
        if not arrow.label:
            return ""
        one, other = points[0], points[1]
        y = one.y + 13 + LABEL * labelled.index(arrow)
        t = _bezier_at((y - one.y) / max(other.y - one.y, 1))
        return self._text(one.x + (other.x - one.x) * t, y, arrow)

    def _text(self, x: float, y: float, arrow: Arrow, anchor: str = "middle") -> str:
        colour = self._palette.bad if arrow.covered is False else self._palette.ink
        look = f'font-size="11" font-weight="600" fill="{colour}" text-anchor="{anchor}"'
        halo = f'paint-order="stroke" stroke="{self._palette.ground}" stroke-width="5" stroke-linejoin="round"'
        return f'<text x="{x:.1f}" y="{y + 3:.1f}" {look} {halo}>{escape(arrow.label)}</text>'

    def _way_back(self, arrow: Arrow) -> tuple[str, str]:
        """Out at the right, up a lane of its own, and in at the right."""
        lane = self._right + LANE * self._plan.back.index((arrow.source, arrow.target))
        start, end = self._middle(arrow.source), self._middle(arrow.target)
        x1, x2, r = start.x + WIDE / 2, end.x + WIDE / 2, 10
        if arrow.source == arrow.target:
            end = Point(end.x, end.y - HIGH / 4)
        d = (
            f"M{x1:.1f} {start.y:.1f} H{lane - r:.1f} Q{lane:.1f} {start.y:.1f} {lane:.1f} {start.y - r:.1f} "
            f"V{end.y + r:.1f} Q{lane:.1f} {end.y:.1f} {lane - r:.1f} {end.y:.1f} H{x2 + 2:.1f}"
        )
        label = self._text(lane - 6, start.y - 9, arrow, "end") if arrow.label else ""
        return self._path(d, arrow, 'stroke-dasharray="5 4"'), label

    def _path(self, d: str, arrow: Arrow, more: str = "") -> str:
        missed = arrow.covered is False
        colour, tip = (self._palette.bad, "tip-bad") if missed else (self._palette.quiet, "tip")
        return f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="1.5" {more} marker-end="url(#{tip})"/>'


def _bezier_at(height: float) -> float:
    """How far across a curve with upright ends is at this share of its height."""
    low, high = 0.0, 1.0
    for _ in range(20):
        t = (low + high) / 2
        reached = 1.5 * t * (1 - t) ** 2 + 1.5 * t * t * (1 - t) + t**3
        low, high = (t, high) if reached < height else (low, t)
    return 3 * low * low - 2 * low**3


def _short(text: str) -> str:
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"
