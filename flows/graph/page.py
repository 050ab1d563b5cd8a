"""One HTML page with a flow's picture beside its text: a click on a step shows its line, and the other way round."""

from html import escape

from flows.graph.palette import Palette
from flows.graph.picture import Node, Picture
from flows.graph.svg import FONT, as_svg

_STYLE = """
* { box-sizing: border-box; margin: 0 }
body { display: grid; grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); height: 100vh; background: GROUND;
  color: INK; font-family: FONT }
.picture { overflow: auto; height: 100vh }
.picture svg { display: block; margin: 0 auto; max-width: 100%; height: auto; min-width: 560px }
.text { overflow: auto; height: 100vh; background: PAPER; border-left: 1px solid #0001; padding: 20px 0; tab-size: 2;
  font: 13px/1.6 ui-monospace, 'SF Mono', 'DejaVu Sans Mono', Menlo, monospace }
.text h2 { font: 600 13px FONT; color: QUIET; padding: 0 20px 12px }
.row { display: grid; grid-template-columns: 52px 1fr; white-space: pre-wrap; padding-right: 20px }
.row i { font-style: normal; color: #9aa3b2; text-align: right; padding-right: 14px; user-select: none }
.row.of { cursor: pointer }
.row.of:hover { background: GROUND }
.row.on { background: #E4572E22; box-shadow: inset 3px 0 ACCENT }
.step { cursor: pointer }
.step.on rect:first-of-type, .step.on polygon { stroke: ACCENT; stroke-width: 3 }
@media (max-width: 800px) { body { grid-template-columns: 1fr; grid-template-rows: 55vh 45vh }
  .picture, .text { height: auto } }
"""
_SCRIPT = """
const steps = [...document.querySelectorAll('.step[data-line]')]
const rows = [...document.querySelectorAll('.row')]
const owner = row => steps.filter(s => +s.dataset.line <= row).sort((a, b) => b.dataset.line - a.dataset.line)[0]
function show(step, from) {
  document.querySelectorAll('.on').forEach(one => one.classList.remove('on'))
  step.classList.add('on')
  const first = +step.dataset.line
  const next = Math.min(...steps.map(s => +s.dataset.line).filter(line => line > first), LAST + 1)
  rows.slice(first - 1, next - 1).forEach(row => row.classList.add('on'))
  if (from !== 'text') rows[first - 1].scrollIntoView({block: 'center', behavior: 'smooth'})
  if (from !== 'picture') step.scrollIntoView({block: 'center', inline: 'center', behavior: 'smooth'})
  history.replaceState(null, '', '#L' + first)
}
steps.forEach(step => step.addEventListener('click', event => { event.preventDefault(); show(step, 'picture') }))
rows.forEach((row, number) => {
  const step = number < LAST && owner(number + 1)
  if (!step) return
  row.classList.add('of')
  row.addEventListener('click', () => show(step, 'text'))
})
const wanted = steps.find(step => location.hash === '#L' + step.dataset.line)
if (wanted) show(wanted)
"""


def as_page(picture: Picture, file: str, text: str, palette: Palette | None = None) -> str:
    """The page. ``text`` is what ``file`` holds."""
    colours = palette or Palette()
    style = _STYLE
    for name in ("ground", "ink", "paper", "quiet", "accent"):
        style = style.replace(name.upper(), getattr(colours, name))
    lines = text.rstrip("\n").split("\n")
    rows = "\n".join(
        f'<div class="row" id="L{n}"><i>{n}</i><span>{escape(line)}</span></div>' for n, line in enumerate(lines, 1)
    )
    last = _last_line_of_steps(lines)
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{escape(picture.title)}</title>\n'
        f'<meta name="viewport" content="width=device-width"><style>{style.replace("FONT", FONT)}</style>\n'
        f'<div class="picture">{as_svg(picture, colours, _to_line)}</div>\n'
        f'<div class="text"><h2>{escape(file)}</h2>\n{rows}\n</div>\n'
        f"<script>{_SCRIPT.replace('LAST', str(last))}</script></html>\n"
    )


def _to_line(node: Node) -> str:
    return f"#L{node.at.line}" if node.at is not None else ""


def _last_line_of_steps(lines: list[str]) -> int:
    """The steps end where the next top key begins."""
    begin = next((n for n, line in enumerate(lines) if line.startswith("steps:")), 0)
    after = (n for n, line in enumerate(lines) if n > begin and line[:1].isalpha())
    return next(after, len(lines))
