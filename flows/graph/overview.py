"""All flows as SVG: who calls or leads to whom, from left to right, and below those that stand alone."""

from itertools import pairwise

from flows.graph.cards import HIGH, WIDE, Cards, Href, Point, in_the_file
from flows.graph.layout import lay_out
from flows.graph.palette import Palette
from flows.graph.picture import Arrow, Picture
from flows.graph.svg import EDGE, TOP, sheet

BESIDE = 150  # between two columns
ROW = HIGH + 16
COLUMNS = 3


def as_overview(picture: Picture, palette: Palette | None = None, href: Href = in_the_file) -> str:
    """The whole SVG; a link that does not come back is dashed."""
    colours = palette or Palette()
    joined = {id_ for arrow in picture.arrows for id_ in (arrow.source, arrow.target)}
    ids = [node.id for node in picture.nodes if node.id in joined]
    pairs = [(arrow.source, arrow.target) for arrow in picture.arrows]
    plan = lay_out(ids, pairs, dict.fromkeys(ids, float(HIGH)))
    at = {i: Point(EDGE + WIDE / 2 + plan.rank[i] * (WIDE + BESIDE), TOP + plan.x[i]) for i in plan.x}
    below = max((point.y for point in at.values()), default=TOP) + (ROW if at else HIGH / 2)
    alone = [node.id for node in picture.nodes if node.id not in joined]
    for number, id_ in enumerate(alone):
        column, row = number % COLUMNS, number // COLUMNS
        at[id_] = Point(EDGE + WIDE / 2 + column * (WIDE + 24), below + row * ROW)
    wide = max((point.x for point in at.values()), default=WIDE) + WIDE / 2 + EDGE
    high = max((point.y for point in at.values()), default=TOP) + HIGH / 2 + EDGE
    cards = Cards(colours, href)
    curves = [
        _curve(
            arrow,
            [at[arrow.source], *(at[bend] for bend in plan.bends[arrow.source, arrow.target]), at[arrow.target]],
            colours,
        )
        for arrow in picture.arrows
        if (arrow.source, arrow.target) in plan.bends
    ]
    drawn = [cards.draw(node, at[node.id]) for node in picture.nodes]
    return "\n".join([*sheet(picture, colours, max(wide, 640), high), *curves, *drawn, "</svg>"]) + "\n"


def _curve(arrow: Arrow, points: list[Point], palette: Palette) -> str:
    first, last = points[0], points[-1]
    points = [Point(first.x + WIDE / 2, first.y), *points[1:-1], Point(last.x - WIDE / 2 - 1, last.y)]
    pieces = [f"M{points[0].x:.1f} {points[0].y:.1f}"]
    for one, other in pairwise(points):
        half = (other.x - one.x) / 2
        pieces.append(f"C{one.x + half:.1f} {one.y:.1f} {other.x - half:.1f} {other.y:.1f} {other.x:.1f} {other.y:.1f}")
    dashes = ' stroke-dasharray="5 4"' if arrow.label == "link" else ""
    title = f"<title>{arrow.source} {arrow.label}s {arrow.target}</title>"
    look = f'fill="none" stroke="{palette.quiet}" stroke-width="1.4"{dashes} marker-end="url(#tip)"'
    return f'<path d="{" ".join(pieces)}" {look}>{title}</path>'
