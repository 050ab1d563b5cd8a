"""The payers' pages as HTML, in the bank's colours; no script, nothing from elsewhere, nothing to type."""

import io
from dataclasses import dataclass
from html import escape
from typing import ClassVar, Literal

import segno

from bot.painting import House, whole
from bot.paying.words import ALL
from core_adapters.external.acquirer.views import Standing, View
from flows.formats import money

LOOK_AGAIN_S = 4
UNSETTLED: frozenset[Standing] = frozenset({"open", "arriving"})
GOOD: frozenset[Standing] = frozenset({"arriving", "paid"})

_STYLE = """
:root { color-scheme: light; font: 17px/1.5 Manrope, Roboto, system-ui, -apple-system, sans-serif; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: GROUND; color: INK; }
header { display: flex; justify-content: space-between; align-items: center; gap: 12px; background: INK; color: #fff;
  padding: 12px 20px; font-weight: 750; letter-spacing: -.01em; }
header i { display: inline-block; width: 12px; height: 12px; border-radius: 50%; background: ACCENT; margin-right: 10px; }
header a { color: #fff; font-size: 15px; font-weight: 400; min-height: 32px; display: inline-flex; align-items: center; }
main { max-width: 430px; margin: 0 auto; padding: 24px 20px 40px; }
h1 { font-size: 20px; line-height: 1.3; margin: 0 0 4px; overflow-wrap: anywhere; }
p.amount { color: INK; font-size: clamp(30px, 10vw, 42px); font-weight: 800; line-height: 1.2; letter-spacing: -.02em; margin: 0 0 8px;
  font-variant-numeric: tabular-nums; }
p { margin: 0 0 12px; color: QUIET; overflow-wrap: anywhere; }
blockquote { margin: 0 0 16px; padding: 10px 14px; background: PAPER; border-left: 4px solid ACCENT; border-radius: 8px;
  overflow-wrap: anywhere; white-space: pre-line; }
a.button { display: grid; place-items: center; min-height: 56px; padding: 8px 12px; margin: 0 0 16px; font-weight: 750;
  text-align: center; color: #fff; background: BUTTON; border-radius: 12px; text-decoration: none; }
a:focus-visible, summary:focus-visible { outline: 3px solid #2563EB; outline-offset: 2px; }
.sheet { background: PAPER; border-radius: 16px; padding: 18px 16px; margin: 0 0 16px; }
.sheet svg { display: block; width: 100%; max-width: 240px; height: auto; margin: 8px auto; background: #fff; }
.small { font-size: 15px; }
.mark { display: inline-grid; place-items: center; width: 56px; height: 56px; border-radius: 50%; margin-bottom: 14px;
  font-size: 28px; font-weight: 800; color: #fff; background: QUIET; }
.mark.good { background: GOOD; }
"""  # noqa: E501 - a rule a line


@dataclass(frozen=True, slots=True)
class Sheet(House):
    """The bank's name and colours in the style of these pages."""

    sheet: ClassVar[str] = _STYLE
    forms: ClassVar[Literal["self", "none"]] = "none"


def asking(sheet: Sheet, view: View, language: str) -> str:
    """A request for money: who asks, how much, what for, and the way to the acquirer."""
    words, amount = ALL[language], money(view.amount, language)
    asker = words["asks" if view.asker else "somebody_asks"].format(asker=view.asker, bank=sheet.name)
    at = f"<p>{escape(words['asks_at'].format(asker=view.asker, bank=sheet.name))}</p>\n" if view.asker else ""
    note = f"<blockquote>{escape(view.note)}</blockquote>\n" if view.note else ""
    until = words["until"].format(until=sheet.clock(view.until)) if view.until else ""
    body = f"""<h1>{escape(asker)}</h1>
<p class="amount">{escape(amount)}</p>
{note}{at}<a class="button" rel="noreferrer" href="{escape(view.page)}">{escape(words["pay"].format(amount=amount))}</a>
<p class="small">{escape(words["how"])}</p>
<p class="small">{escape(until)} {escape(words["know"])}</p>
<div class="sheet"><p>{escape(words["scan"])}</p>
{code(view.link, words["scan"])}
<p class="small">{escape(words["code_leads"].format(link=view.link))}</p></div>"""
    return whole(sheet, language, asker, body, words["other"])


def standing(sheet: Sheet, view: View, language: str) -> str:
    """How a payment stands, as far as is known, and no better than it is."""
    words = ALL[language]
    amount, sign = money(view.amount, language), "✓" if view.standing in GOOD else "–"
    more = words[_more(view)].format(amount=amount, last4=view.last4, asker=view.asker)
    again = ""
    if view.standing == "open" and view.page:
        again = f'\n<a class="button" rel="noreferrer" href="{escape(view.page)}">{escape(words["again"])}</a>'
    good = " good" if view.standing in GOOD else ""
    body = f"""<div class="mark{good}" aria-hidden="true">{sign}</div>
<div role="status"><h1>{escape(words[view.standing])}</h1>
<p>{escape(more)}</p></div>{again}"""
    look_again_s = LOOK_AGAIN_S if view.standing in UNSETTLED else 0
    return whole(sheet, language, words[view.standing], body, words["other"], look_again_s)


def telling(sheet: Sheet, what: str, language: str) -> str:
    """A page about no payment: ``unknown`` or ``down``."""
    words = ALL[language]
    body = f"""<div class="mark" aria-hidden="true">–</div>
<h1>{escape(words[what])}</h1>
<p>{escape(words[what + "_more"])}</p>"""
    return whole(sheet, language, words[what], body, words["other"])


def _more(view: View) -> str:
    if view.standing == "paid":
        return "paid_own" if not view.is_request else "paid_request" if view.asker else "paid_somebody"
    if view.standing == "closed":
        return "closed_request" if view.is_request else "closed_own"
    return f"{view.standing}_more"


def code(link: str, label: str) -> str:
    """The link as a picture of lines, which needs no other file."""
    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=3)
    return out.getvalue().decode().replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)
