"""The pages for staff as HTML: no script, nothing from elsewhere, forms to ourselves alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import ClassVar, Literal

from bot.painting import House, whole
from bot.staff.asking import Delivery, Partner
from bot.staff.words import ALL

HOME = "/staff/partners"
STATES = ("waiting", "delivered", "given_up", "stopped", "withdrawn")
REPLAYED = frozenset({"delivered", "given_up", "stopped"})
SIGNS = {"waiting": "…", "delivered": "✓", "given_up": "✕", "stopped": "■", "withdrawn": "–"}

_STYLE = """
:root { color-scheme: light; font: 16px/1.5 Manrope, Roboto, system-ui, -apple-system, sans-serif; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: GROUND; color: INK; }
header { display: flex; justify-content: space-between; align-items: center; gap: 12px; background: INK; color: #fff;
  padding: 8px 16px; font-weight: 750; }
header i { display: inline-block; width: 12px; height: 12px; border-radius: 50%; background: ACCENT; margin-right: 10px; }
header a { color: #fff; font-size: 15px; font-weight: 400; min-height: 44px; display: inline-flex; align-items: center; }
main { max-width: 760px; margin: 0 auto; padding: 20px 16px 40px; }
h1 { font-size: 22px; line-height: 1.3; margin: 0 0 12px; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 0; overflow-wrap: anywhere; }
p { margin: 0 0 10px; color: QUIET; overflow-wrap: anywhere; }
a { color: BUTTON; }
ul { list-style: none; margin: 0; padding: 0; }
li { background: PAPER; border-radius: 14px; padding: 14px 16px; margin: 0 0 10px; }
li p { margin: 4px 0 0; font-size: 15px; }
nav { display: flex; flex-wrap: wrap; gap: 8px; margin: 0 0 16px; }
nav a { display: inline-flex; align-items: center; min-height: 44px; padding: 0 14px; border-radius: 22px; background: PAPER;
  text-decoration: none; }
nav a[aria-current] { background: INK; color: #fff; }
.row { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px 12px; align-items: baseline; }
.state { font-weight: 700; white-space: nowrap; color: QUIET; }
.state.delivered { color: GOOD; }
.state.given_up, .state.stopped { color: BAD; }
.note { background: PAPER; border-left: 4px solid ACCENT; border-radius: 8px; padding: 10px 14px; color: INK; }
label { display: block; font-weight: 700; margin-bottom: 6px; }
input { width: 100%; min-height: 52px; padding: 10px 14px; font: inherit; color: INK; background: PAPER; border: 2px solid QUIET;
  border-radius: 12px; }
button { min-height: 48px; padding: 0 18px; margin-top: 12px; font: inherit; font-weight: 750; color: #fff; background: BUTTON;
  border: 0; border-radius: 12px; cursor: pointer; }
button.quiet { background: none; color: QUIET; padding: 0; font-weight: 650; text-decoration: underline; }
a:focus-visible, input:focus-visible, button:focus-visible { outline: 3px solid #2563EB; outline-offset: 2px; }
code { font-size: 13px; overflow-wrap: anywhere; }
"""  # noqa: E501 - a rule a line


@dataclass(frozen=True, slots=True)
class Paper(House):
    """The bank's name and colours in the style of these pages."""

    sheet: ClassVar[str] = _STYLE
    forms: ClassVar[Literal["self", "none"]] = "self"


def entering(paper: Paper, language: str, is_refused: bool) -> str:
    """Where a token is pasted. It stands in no address and is shown nowhere."""
    words = ALL[language]
    refused = f'<p class="note" role="alert">{escape(words["not_allowed"])}</p>\n' if is_refused else ""
    body = f"""<h1>{escape(words["enter"])}</h1>
{refused}<p>{escape(words["enter_how"])}</p>
<form method="post" action="/staff/enter?lang={language}">
<label for="token">{escape(words["token"])}</label>
<input id="token" name="token" type="password" autocomplete="off" required maxlength="8000">
<button>{escape(words["go"])}</button>
</form>"""
    return whole(paper, language, words["enter"], body, words["other"])


def listing(paper: Paper, language: str, partners: Sequence[Partner]) -> str:
    """All partners."""
    words = ALL[language]
    rows = "\n".join(_partner(one, language) for one in partners)
    shown = f"<ul>\n{rows}\n</ul>" if partners else f"<p>{escape(words['no_partners'])}</p>"
    body = f"<h1>{escape(words['partners'])}</h1>\n{shown}\n{_out(language)}"
    return whole(paper, language, words["partners"], body, words["other"])


def told(
    paper: Paper, language: str, partner: Partner, deliveries: Sequence[Delivery], state: str, note: str = ""
) -> str:
    """What a partner was told, with a button at each that may go again. ``note`` says what the last button did."""
    words = ALL[language]
    path = f"{HOME}/{partner.partner}?lang={language}"
    choices = "\n".join(_choice(path, one, one == state, words[one or "any"]) for one in ("", *STATES))
    said = f'<p class="note" role="status">{escape(words[note])}</p>\n' if note in ("sent_again", "cannot") else ""
    why = f"<p>{escape(words['stopped_by'].format(why=partner.stopped))}</p>\n" if partner.stopped else ""
    rows = "\n".join(_delivery(paper, partner, one, state, language) for one in deliveries)
    title = words["told"].format(name=partner.name)
    body = f"""<p><a href="{HOME}?lang={language}">{escape(words["all_partners"])}</a></p>
<h1>{escape(title)}</h1>
{said}{why}<nav>
{choices}
</nav>
{f"<ul>{rows}</ul>" if deliveries else f"<p>{escape(words['none'])}</p>"}
{_out(language)}"""
    return whole(paper, language, title, body, words["other"])


def telling(paper: Paper, language: str, what: str) -> str:
    """``unknown``, ``down`` or ``elsewhere``."""
    words = ALL[language]
    body = f"""<h1>{escape(words[what])}</h1>
<p>{escape(words[what + "_more"])}</p>
<p><a href="{HOME}?lang={language}">{escape(words["all_partners"])}</a></p>"""
    return whole(paper, language, words[what], body, words["other"])


def _choice(path: str, state: str, is_shown: bool, title: str) -> str:
    current = ' aria-current="page"' if is_shown else ""
    where = escape(f"{path}&state={state}" if state else path)
    return f'<a href="{where}"{current}>{escape(title)}</a>'


def _partner(one: Partner, language: str) -> str:
    words = ALL[language]
    title = f'<a href="{HOME}/{escape(one.partner)}?lang={language}">{escape(one.name)}</a>'
    why = f"<p>{escape(words['stopped_by'].format(why=one.stopped))}</p>" if one.stopped else ""
    return f"""<li><div class="row"><h2>{title}</h2>
<span class="state">{escape(words.get(one.state, one.state))}</span></div>
<p>{escape(one.url or words["nowhere"])}</p>{why}</li>"""


def _delivery(paper: Paper, partner: Partner, one: Delivery, state: str, language: str) -> str:
    words = ALL[language]
    lines = [words["kept"].format(at=paper.clock(one.created_at)), words["tries"].format(tries=one.tries)]
    lines += [words["last"].format(told=one.told)] if one.told else []
    lines += [words["next"].format(at=paper.clock(one.next_at))] if one.next_at else []
    action = f"{HOME}/{partner.partner}/{one.id}?lang={language}" + (f"&state={state}" if state else "")
    button = f'<form method="post" action="{escape(action)}"><button>{escape(words["again"])}</button></form>'
    return f"""<li><div class="row"><h2>{escape(one.type)}</h2>
<span class="state {escape(one.state)}">{SIGNS[one.state]} {escape(words[one.state])}</span></div>
<p>{escape(" · ".join(lines))}</p>
<p><code>{escape(one.webhook_id)}</code></p>{button if one.state in REPLAYED else ""}</li>"""


def _out(language: str) -> str:
    leave = escape(ALL[language]["leave"])
    return f'<form method="post" action="/staff/leave?lang={language}"><button class="quiet">{leave}</button></form>'
