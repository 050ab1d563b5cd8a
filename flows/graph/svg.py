"""A picture as SVG: a card a step, coloured by kind or by what tests reach, each a link to its line."""

from collections.abc import Iterator
from html import escape
from itertools import pairwise

from flows.graph.cards import DOT, HIGH, WIDE, Cards, Href, Point, in_the_file
from flows.graph.layout import Layout, lay_out
from flows.graph.palette import AMBER, Palette
from flows.graph.picture import ENDING, Arrow, Picture

LABEL = 15  # the height of a label's row
SPACE = 34  # between two rows, beside the labels
EDGE, TOP = 30, 78
LANE = 22  # between two ways back
FONT = "Manrope, Roboto, 'Segoe UI', system-ui, sans-serif"


def as_svg(picture: Picture, palette: Palette | None = None, href: Href = in_the_file) -> str:
    """The whole SVG. ``href`` says where a click on a step leads."""
    return _Drawing(picture, palette or Palette(), href).svg()


class _Drawing:
    def __init__(self, picture: Picture, palette: Palette, href: Href) -> None:
        self._picture, self._palette, self._cards = picture, palette, Cards(palette, href)
        widths = {node.id: DOT if node.kind == ENDING else WIDE for node in picture.nodes}
        self._nodes = {node.id: node for node in picture.nodes}
        self._out: dict[str, list[Arrow]] = {}
        for arrow in picture.arrows:
            self._out.setdefault(arrow.source, []).append(arrow)
        pairs = [(arrow.source, arrow.target) for arrow in picture.arrows]
        self._plan: Layout = lay_out([node.id for node in picture.nodes], pairs, widths, self._main())
        self._y = self._rows()
        right = max((x + widths.get(id_, 0) / 2 for id_, x in self._plan.x.items()), default=WIDE)
        self._right = right + EDGE + 16
        self._wide = max(self._right + LANE * len(self._plan.back) + EDGE - 16, 640)
        self._high = (self._y[-1] if self._y else TOP) + HIGH + EDGE

    def _main(self) -> list[tuple[str, str]]:
        """From each step the way that is taken when all goes well, and the way to its end."""
        good = [next((a for a in out if a.label in ("", "yes")), None) for out in self._out.values()]
        ends = [arrow for arrow in self._picture.arrows if self._nodes[arrow.target].kind == ENDING]
        return [(arrow.source, arrow.target) for arrow in [*good, *ends] if arrow is not None]

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
        arrows, labels = list[str](), list[str]()
        for arrow in self._picture.arrows:
            line, label = self._arrow(arrow)
            arrows.append(line)
            labels += [label] if label else []
        parts = [
            *sheet(self._picture, self._palette, self._wide, self._high), *arrows,
            *(self._cards.draw(node, self._middle(node.id)) for node in self._picture.nodes), *labels, "</svg>",
        ]  # fmt: skip
        return "\n".join(parts) + "\n"

    def _middle(self, id_: str) -> Point:
        return Point(self._plan.x[id_] + EDGE, self._y[self._plan.rank[id_]])

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
        """Out below, up a lane of its own at the right, and in from above: between the rows no card is in the way."""
        lane = self._right + LANE * self._plan.back.index((arrow.source, arrow.target))
        start, end, r = self._middle(arrow.source), self._middle(arrow.target), 10
        x1, x2, low, high = start.x + 70, end.x + 70, start.y + HIGH / 2 + 12, end.y - HIGH / 2 - 12
        d = (
            f"M{x1:.1f} {low - 12:.1f} V{low - 4:.1f} Q{x1:.1f} {low:.1f} {x1 + 4:.1f} {low:.1f} H{lane - r:.1f} "
            f"Q{lane:.1f} {low:.1f} {lane:.1f} {low - r:.1f} V{high + r:.1f} "
            f"Q{lane:.1f} {high:.1f} {lane - r:.1f} {high:.1f} H{x2 + 4:.1f} "
            f"Q{x2:.1f} {high:.1f} {x2:.1f} {high + 4:.1f} V{high + 12:.1f}"
        )
        label = self._text(x1 + 8, low - 4, arrow, "start") if arrow.label else ""
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


def sheet(picture: Picture, palette: Palette, wide: float, high: float) -> list[str]:
    """The empty sheet with its title and what the colours mean."""
    size = f'viewBox="0 0 {wide:.0f} {high:.0f}" width="{wide:.0f}" height="{high:.0f}"'
    look = f'font-family="{escape(FONT)}" role="img" aria-label="{escape(picture.title)}"'
    title = (
        f'<text x="{EDGE}" y="34" font-size="17" font-weight="700" fill="{palette.ink}">{escape(picture.title)}</text>'
    )
    tips = [("tip", palette.quiet), ("tip-bad", palette.bad)]
    markers = "".join(
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        f'orient="auto-start-reverse"><path d="M0 0.6 L8 4 L0 7.4 Z" fill="{colour}"/></marker>'
        for name, colour in tips
    )
    ground = f'<rect width="100%" height="100%" fill="{palette.ground}"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {look}>'
    return [head, f"<defs>{markers}</defs>", ground, title, _legend(picture, palette)]


def _legend(picture: Picture, palette: Palette) -> str:
    shown = list(dict.fromkeys(node.kind for node in picture.nodes if node.kind != ENDING))
    signs = [(kind, palette.kind(kind)) for kind in shown]
    if picture.with_coverage:
        signs = [("tested", palette.good), ("partly", AMBER), ("not tested", palette.bad)]
    parts, x = list[str](), float(EDGE)
    for word, colour in signs:
        parts.append(f'<rect x="{x:.0f}" y="47" width="11" height="11" rx="3" fill="{colour}"/>')
        parts.append(f'<text x="{x + 16:.0f}" y="57" font-size="12" fill="{palette.quiet}">{word}</text>')
        x += 34 + 6.6 * len(word)
    return "".join(parts)
