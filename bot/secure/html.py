"""The page as HTML: one field, one button, every word from ``words``; no script, nothing from elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import ClassVar, Literal

from bot.painting import House, whole
from bot.secure.forms import Form
from bot.secure.words import FAULTS, Words, words_in

# The field by slot type or, for a text, by the slot's name: keyboard, what a browser may fill in, longest text.
FIELDS: Mapping[str, tuple[str, str, int]] = {
    "card_number": ("numeric", "off", 30), "tax_id": ("numeric", "off", 14), "iban": ("text", "off", 42),
    "code": ("numeric", "one-time-code", 10), "integer": ("numeric", "off", 20), "percent": ("decimal", "off", 10),
    "money": ("decimal", "off", 30), "phone": ("tel", "tel", 24),
}  # fmt: skip
PLAIN = ("text", "off", 200)
GOOD = frozenset({"done", "pin_done", "password_done", "password_check_done"})  # what is good news, and gets a tick

_STYLE = """
:root { color-scheme: light; font: 17px/1.5 Manrope, Roboto, system-ui, -apple-system, sans-serif; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: GROUND; color: INK; }
header { background: INK; color: #fff; padding: 14px 20px; font-weight: 750; letter-spacing: -.01em; }
header i { display: inline-block; width: 12px; height: 12px; border-radius: 50%; background: ACCENT; margin-right: 10px; }
main { max-width: 430px; margin: 0 auto; padding: 24px 20px 40px; }
h1 { font-size: 23px; line-height: 1.3; letter-spacing: -.02em; margin: 0 0 8px; overflow-wrap: anywhere; }
p { margin: 0 0 10px; color: QUIET; }
form { background: PAPER; border-radius: 16px; padding: 20px 16px; margin: 20px 0; box-shadow: 0 1px 2px #00000014, 0 8px 28px #00000012; }
label { display: block; font-weight: 700; margin-bottom: 6px; }
input { width: 100%; min-height: 56px; padding: 12px 14px; font: inherit; font-size: 20px; color: INK; background: PAPER;
  border: 2px solid QUIET; border-radius: 12px; font-variant-numeric: tabular-nums; }
input[aria-invalid] { border-color: BAD; }
input[type=file] { font-size: 16px; }
::file-selector-button { min-height: 40px; margin-right: 10px; padding: 0 12px; font: inherit; font-weight: 650; color: INK; background: GROUND;
  border: 1px solid QUIET; border-radius: 8px; }
input:focus-visible, button:focus-visible { outline: 3px solid #2563EB; outline-offset: 2px; }
.fault { color: BAD; font-weight: 650; margin: 8px 0 0; }
input + label, .fault + label { margin-top: 16px; }
button { width: 100%; min-height: 56px; margin-top: 16px; font: inherit; font-weight: 750; color: #fff; background: BUTTON;
  border: 0; border-radius: 12px; cursor: pointer; }
.what { font-size: 15px; margin: 14px 0 0; }
.mark { display: inline-grid; place-items: center; width: 56px; height: 56px; border-radius: 50%; margin-bottom: 14px;
  font-size: 28px; font-weight: 800; color: #fff; background: QUIET; }
.mark.good { background: GOOD; }
dl { background: PAPER; border-radius: 16px; padding: 4px 16px; margin: 20px 0; box-shadow: 0 1px 2px #00000014, 0 8px 28px #00000012; }
dl div { padding: 12px 0; border-bottom: 1px solid GROUND; }
dl div:last-child { border-bottom: 0; }
dt { color: QUIET; font-size: 15px; }
dd { margin: 2px 0 0; font-weight: 650; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
dd.digits { font-size: 25px; letter-spacing: .01em; white-space: nowrap; }
dd.digits span { margin-right: .34em; }
dd.copied { user-select: all; -webkit-user-select: all; font-size: 19px; }
.files { display: flex; flex-wrap: wrap; gap: 10px; margin: 0 0 20px; }
.files a { flex: 1 1 180px; display: grid; place-items: center; min-height: 52px; padding: 8px 12px; font-weight: 700; text-align: center;
  text-decoration: none; color: INK; background: PAPER; border: 2px solid INK; border-radius: 12px; }
.files a:focus-visible { outline: 3px solid #2563EB; outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; background: PAPER; border-radius: 16px; margin: 20px 0; font-size: 15px; }
th, td { text-align: left; vertical-align: top; padding: 10px 12px; border-bottom: 1px solid GROUND; overflow-wrap: anywhere; white-space: pre-line; }
th { color: QUIET; font-weight: 650; }
th:last-child, td:last-child { text-align: right; white-space: pre; font-variant-numeric: tabular-nums; }
tr { break-inside: avoid; }
main:has(table) { max-width: 640px; }
@media print { body { background: #fff; } header { background: #fff; color: INK; } dl, table { box-shadow: none; } .screen { display: none; } }
"""  # noqa: E501 - a rule a line


@dataclass(frozen=True, slots=True)
class Face(House):
    """The bank's name and colours in the style of these pages."""

    sheet: ClassVar[str] = _STYLE
    forms: ClassVar[Literal["self", "none"]] = "self"


def asking(face: Face, form: Form, fault: str = "", typed: str = "") -> str:
    """The page with its field; with a ``fault`` beside it. ``typed`` stands in the field again, never a card number."""
    language, words = words_in(form.locale)
    label = words.get(_kind(form), words["value"])
    title = form.title.strip() or label
    about = words["about"].format(bank=face.name)
    life = words["life"].format(until=clock(form.due, face))
    error = f'<p class="fault" id="fault" role="alert">{_say(words, fault)}</p>' if fault else ""
    kept = words[{"card_number": "card_kept", "attachment": "photo_kept"}.get(form.slot_type, "kept")]
    never = f"\n<p>{escape(words['never'])}</p>" if form.slot_type == "card_number" else ""
    way = ' enctype="multipart/form-data"' if form.slot_type == "attachment" else ""
    body = f"""<h1>{escape(title)}</h1>
<p>{escape(about)} {escape(life)}</p>
<form method="post" autocomplete="off"{way}>
<label for="value">{escape(label)}</label>
{_field(form, typed, is_wrong=bool(fault))}
{error}<button>{escape(words["send"])}</button>
<p class="what">{escape(kept)}</p>
</form>{never}"""
    return whole(face, language, title, body)


def telling(face: Face, what: str, locale: str) -> str:
    """A page that only says how it stands: ``done``, ``used``, ``expired``, ``unknown``, ``down`` or another word."""
    language, words = words_in(locale)
    sign, good = ("✓", " good") if what in GOOD else ("–", "")
    body = f"""<div class="mark{good}" aria-hidden="true">{sign}</div>
<h1>{escape(words[what])}</h1>
<p>{escape(words[what + "_more"])}</p>"""
    return whole(face, language, words[what], body)


def _kind(form: Form) -> str:
    """What the field is for: by the slot's type or, for a text, by its name."""
    return form.slot_type if form.slot_type in FIELDS or form.slot_type == "attachment" else form.slot


def _field(form: Form, typed: str, *, is_wrong: bool) -> str:
    wrong = ' aria-invalid="true" aria-describedby="fault"' if is_wrong else ""
    if form.slot_type == "attachment":
        return f'<input id="value" name="value" type="file" accept="image/*" required autofocus{wrong}>'
    keyboard, autofill, longest = FIELDS.get(_kind(form), PLAIN)
    return f"""<input id="value" name="value" inputmode="{keyboard}" autocomplete="{autofill}" maxlength="{longest}"
 required autocapitalize="off" spellcheck="false" autofocus value="{escape(typed)}"{wrong}>"""


def _say(words: Words, fault: str) -> str:
    return escape(words[FAULTS.get(fault, fault)])


def clock(due: datetime, face: Face) -> str:
    """A moment as the bank's clock shows it."""
    return face.clock(due, "%H:%M:%S")
