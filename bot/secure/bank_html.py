"""The bank's own pages as HTML: what they ask for, what they show. Words from ``words``, data escaped here."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from bot.painting import whole
from bot.secure.html import Face, clock
from bot.secure.papers import File
from bot.secure.words import Words, words_in
from core_adapters.api.pages import Seen
from core_adapters.digits import CardDigits
from core_adapters.pages.document import Document, Line


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name, the word that labels it, its keyboard, what a password manager does, the longest text."""

    name: str
    label: str
    keyboard: str
    autofill: str
    longest: int


FIELDS: Mapping[str, tuple[Field, ...]] = {
    "pin": (Field("pin", "pin", "numeric", "off", 4), Field("again", "pin_again", "numeric", "off", 4)),
    "password": (
        Field("password", "password", "text", "new-password", 128),
        Field("again", "password_again", "text", "new-password", 128),
    ),
    "password_check": (Field("password", "password_check", "text", "current-password", 128),),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why nothing was taken, in words, and beside which field it stands."""

    text: str
    where: str


def asking(face: Face, seen: Seen, fault: Fault | None = None) -> str:
    """A page that takes a PIN or a password. What was typed never stands in a field again."""
    language, words = words_in(seen.locale)
    title = words[f"{seen.kind}_title"].format(about=seen.about)
    fields = FIELDS[seen.kind]
    first = fault.where if fault else fields[0].name
    inputs = "".join(_input(field, words, fault, is_first=field.name == first) for field in fields)
    life = words["life"].format(until=clock(seen.due_at, face))
    # What a password confirms is read right above the field; the other titles name their card themselves.
    confirms = _confirms(words, seen.about) if seen.kind == "password_check" and seen.about else ""
    body = f"""<h1>{escape(title)}</h1>
<p>{escape(words["about"].format(bank=face.name))} {escape(life)}</p>
{confirms}<form method="post">
{inputs}<button>{escape(words[f"{seen.kind}_send"])}</button>
<p class="what">{escape(words["sealed"])}</p>
</form>
<p>{escape(words["tell_nobody"])}</p>"""
    return whole(face, language, title, body)


def offering(face: Face, seen: Seen) -> str:
    """A page that shows nothing yet: one button, so that a look by a robot shows and spends nothing."""
    language, words = words_in(seen.locale)
    once = words["number_once" if seen.kind == "card_number" else "shown_once"]
    body = f"""<h1>{escape(seen.about)}</h1>
<p>{escape(words["about"].format(bank=face.name))}</p>
<form method="post">
<button autofocus>{escape(words["show"])}</button>
<p class="what">{escape(once.format(until=clock(seen.due_at, face)))}</p>
</form>"""
    return whole(face, language, seen.about, body)


def revealing(face: Face, seen: Seen, number: CardDigits, expires: str) -> str:
    """A card's number and its expiry; nothing else of a card is on any page."""
    language, words = words_in(seen.locale)
    digits = number.clear()
    groups = "".join(f"<span>{digits[start : start + 4]}</span>" for start in range(0, len(digits), 4))
    body = f"""<h1>{escape(seen.about)}</h1>
<dl>
<div><dt>{escape(words["number"])}</dt><dd class="copied digits">{groups}</dd></div>
<div><dt>{escape(words["expires"])}</dt><dd>{escape(expires)}</dd></div>
</dl>
<p>{escape(words["number_gone"])}</p>
<p>{escape(words["number_never"])}</p>"""
    return whole(face, language, seen.about, body)


def showing(face: Face, document: Document, locale: str, files: Sequence[File] = ()) -> str:
    """A document: its lines, files to keep, its table, its notes."""
    language, words = words_in(locale)
    lead = "".join(f"<p>{escape(text)}</p>\n" for text in document.lead)
    notes = "".join(f"<p>{escape(text)}</p>\n" for text in document.notes)
    hint = words["save_hint" if files else "print_hint"]
    body = f"""<h1>{escape(document.title)}</h1>
{lead}{_lines(document)}{_links(files, words)}{_table(document)}{notes}<p class="screen">{escape(hint)}</p>"""
    return whole(face, language, document.title, body)


def _input(field: Field, words: Words, fault: Fault | None, *, is_first: bool) -> str:
    at_fault = fault is not None and fault.where == field.name
    wrong = ' aria-invalid="true" aria-describedby="fault"' if at_fault else ""
    error = f'<p class="fault" id="fault" role="alert">{escape(fault.text)}</p>\n' if fault and at_fault else ""
    focus = " autofocus" if is_first else ""
    return f"""<label for="{field.name}">{escape(words[field.label])}</label>
<input id="{field.name}" name="{field.name}" type="password" inputmode="{field.keyboard}" required
 autocomplete="{field.autofill}" maxlength="{field.longest}" autocapitalize="off" spellcheck="false"{focus}{wrong}>
{error}"""


def _confirms(words: Words, what: str) -> str:
    return f"<dl>\n<div><dt>{escape(words['confirms'])}</dt><dd>{escape(what)}</dd></div>\n</dl>\n"


def _lines(document: Document) -> str:
    if not document.lines:
        return ""
    return "<dl>\n" + "".join(_line(line) for line in document.lines) + "</dl>\n"


def _line(line: Line) -> str:
    kind = ' class="copied"' if line.copied else ""
    return f"<div><dt>{escape(line.label)}</dt><dd{kind}>{escape(line.value)}</dd></div>\n"


def _links(files: Sequence[File], words: Words) -> str:
    if not files:
        return ""
    links = "".join(
        f'<a download="{escape(file.name)}" href="data:{file.mime};base64,{base64.b64encode(file.data).decode()}">'
        f"{escape(words[file.word])}</a>\n"
        for file in files
    )
    return f'<p class="files screen">\n{links}</p>\n'


def _table(document: Document) -> str:
    if not document.columns:
        return ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in document.columns)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in document.rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
