"""A picture as Mermaid text, as code hosts and wikis draw it."""

from flows.graph.palette import Palette
from flows.graph.picture import ENDING, Node, Picture

_SHAPES = {"if": ("{{", "}}"), "confirm": ("[[", "]]"), "flow": ("([", "])"), "collect": ("[/", "/]")}


def as_mermaid(picture: Picture, palette: Palette | None = None) -> str:
    """``flowchart TD`` with one line a step and one an arrow."""
    colours = palette or Palette()
    ids = {node.id: f"n{number}" for number, node in enumerate(picture.nodes)}
    rows = [f"---\ntitle: {_plain(picture.title)}\n---", "flowchart TD"]
    rows += [f"  {ids[node.id]}{_shape(node)}" for node in picture.nodes]
    for arrow in picture.arrows:
        line = "-.->" if arrow.covered is False else "-->"
        label = f'|"{_plain(arrow.label)}"|' if arrow.label else ""
        rows.append(f"  {ids[arrow.source]} {line}{label} {ids[arrow.target]}")
    for kind in dict.fromkeys(node.kind for node in picture.nodes if node.kind != ENDING):
        rows.append(f"  classDef {kind} fill:{colours.paper},stroke:{colours.kind(kind)},color:{colours.ink}")
        members = ",".join(ids[node.id] for node in picture.nodes if node.kind == kind)
        rows.append(f"  class {members} {kind}")
    for node in picture.nodes:
        if node.at is not None:
            rows.append(f'  click {ids[node.id]} "{node.at.file}#L{node.at.line}" "{node.at.file}:{node.at.line}"')
    return "\n".join(rows) + "\n"


def _shape(node: Node) -> str:
    if node.kind == ENDING:
        return "((( )))"
    before, after = _SHAPES.get(node.kind, ("[", "]"))
    words = [node.title, f"{node.kind} {node.subject}" if node.kind != "flow" else node.subject]
    return f'{before}"{"<br>".join(_plain(word) for word in words if word)}"{after}'


def _plain(text: str) -> str:
    """Mermaid knows HTML's entities and gives quotes and brackets a meaning of its own."""
    for sign, entity in (("&", "#amp;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("|", "#124;")):
        text = text.replace(sign, entity)
    return text
