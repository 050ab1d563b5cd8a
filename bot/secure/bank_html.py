"""The bank's own pages as HTML: what they ask for, what they show. Words from ``words``, data escaped here."""

from html import escape

from bot.secure.html import Face, clock, whole
from bot.secure.words import Words, words_in
from core_adapters.api.pages import Seen
from core_adapters.pages.document import Document, Line


def offering(face: Face, seen: Seen) -> str:
    """A page that shows nothing yet: one button, so that a look by a robot shows and spends nothing."""
    language, words = words_in(seen.locale)
    body = f"""<h1>{escape(seen.about)}</h1>
<p>{escape(words["about"].format(bank=face.name))}</p>
<form method="post">
<button autofocus>{escape(words["show"])}</button>
<p class="what">{escape(words["shown_once"].format(until=clock(seen.due_at, face)))}</p>
</form>"""
    return whole(face, language, seen.about, body)


def showing(face: Face, document: Document, locale: str) -> str:
    """A document: its lines, its table, its notes."""
    language, words = words_in(locale)
    lead = "".join(f"<p>{escape(text)}</p>\n" for text in document.lead)
    notes = "".join(f"<p>{escape(text)}</p>\n" for text in document.notes)
    body = f"""<h1>{escape(document.title)}</h1>
{lead}{_lines(document)}{_table(document)}{notes}{_hint(words)}"""
    return whole(face, language, document.title, body)


def _lines(document: Document) -> str:
    if not document.lines:
        return ""
    return "<dl>\n" + "".join(_line(line) for line in document.lines) + "</dl>\n"


def _line(line: Line) -> str:
    kind = ' class="copied"' if line.copied else ""
    return f"<div><dt>{escape(line.label)}</dt><dd{kind}>{escape(line.value)}</dd></div>\n"


def _table(document: Document) -> str:
    if not document.columns:
        return ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in document.columns)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in document.rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"


def _hint(words: Words) -> str:
    return f'<p class="screen">{escape(words["print_hint"])}</p>'
