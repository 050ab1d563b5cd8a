"""The page of a receipt as HTML, in the bank's colours; no script, nothing from elsewhere, nothing to type."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from bot.painting import House, whole
from bot.verifying.words import ALL, Words
from core_adapters.links import PATHS
from core_adapters.receipts import Receipt
from flows.formats import money, stamp

LOOK_AGAIN_S = 15
PAPER = "receipt.pdf"
UNSETTLED = frozenset({"pending", "returning"})
SIGNS: Mapping[str, tuple[str, str]] = {
    "done": ("good", "✓"), "pending": ("open", "…"), "returning": ("open", "…"), "partly": ("bad", "!"),
    "returned": ("bad", "✕"), "not_made": ("bad", "✕"),
}  # fmt: skip

_STYLE = """
:root { color-scheme: light; font: 17px/1.5 Manrope, Roboto, system-ui, -apple-system, sans-serif; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: GROUND; color: INK; }
header { display: flex; justify-content: space-between; align-items: center; gap: 12px; background: INK; color: #fff;
  padding: 12px 20px; font-weight: 750; letter-spacing: -.01em; }
header i { display: inline-block; width: 12px; height: 12px; border-radius: 50%; background: ACCENT; margin-right: 10px; }
header a { color: #fff; font-size: 15px; font-weight: 400; min-height: 32px; display: inline-flex; align-items: center; }
main { max-width: 430px; margin: 0 auto; padding: 20px 16px 40px; }
h1 { font-size: 19px; line-height: 1.3; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 17px; line-height: 1.3; margin: 0 0 6px; }
p { margin: 0 0 12px; color: QUIET; overflow-wrap: anywhere; }
main > h1 { margin-bottom: 6px; }
.slip { position: relative; overflow: hidden; background: PAPER; border-radius: 16px; padding: 28px 14px 8px; margin: 0 0 16px; }
.slip::before { content: ""; position: absolute; inset: 0 0 auto; height: 8px; background: QUIET; }
.slip.good::before { background: GOOD; }
.slip.open::before { background: repeating-linear-gradient(90deg, ACCENT_TEXT 0 18px, transparent 18px 30px); }
.slip.bad::before { background: BAD; }
p.amount { color: INK; font-size: clamp(26px, 10vw, 42px); font-weight: 800; line-height: 1.15; letter-spacing: -.02em;
  margin: 0; font-variant-numeric: tabular-nums; }
.long p.amount { font-size: clamp(19px, 6vw, 32px); }
.bad p.amount { text-decoration: line-through; text-decoration-thickness: 3px; text-decoration-color: BAD; }
.partly p.amount { text-decoration: none; }
.state { display: flex; gap: 12px; align-items: center; margin: 14px 0 8px; color: QUIET; }
.good .state { color: GOOD; }
.open .state { color: ACCENT_TEXT; }
.bad .state { color: BAD; }
.mark { flex: none; display: inline-grid; place-items: center; width: 36px; height: 36px; border-radius: 50%; font-size: 20px;
  line-height: 1; font-weight: 800; color: #fff; background: QUIET; }
.good .mark { background: GOOD; }
.open .mark { background: ACCENT_TEXT; }
.bad .mark { background: BAD; }
main > .mark { margin-bottom: 14px; width: 56px; height: 56px; font-size: 28px; }
dl { margin: 4px 0 0; }
dl div { display: flex; justify-content: space-between; gap: 4px 16px; flex-wrap: wrap; padding: 10px 0; border-top: 1px solid GROUND; }
dt { color: QUIET; }
dd.reference { font-size: clamp(13px, 4.1vw, 16px); letter-spacing: -.02em; }
dd { margin: 0 0 0 auto; text-align: right; font-weight: 700; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
a.button { display: grid; place-items: center; min-height: 56px; padding: 8px 12px; margin: 0 0 20px; font-weight: 750;
  text-align: center; color: #fff; background: BUTTON; border-radius: 12px; text-decoration: none; }
a:focus-visible { outline: 3px solid #2563EB; outline-offset: 2px; }
.sure { background: PAPER; border-radius: 16px; padding: 16px 14px 6px; margin: 0 0 16px; font-size: 15px; }
.sure code { display: block; margin: 0 0 12px; padding: 8px 12px; border-radius: 8px; background: GROUND; color: INK; font-size: 15px;
  font-weight: 700; overflow-wrap: anywhere; }
.small { font-size: 15px; }
"""  # noqa: E501 - a rule a line
LONG = 14  # signs of an amount that fit beside each other at full size on the narrowest phone


@dataclass(frozen=True, slots=True)
class Slip(House):
    """The bank's name and colours in the style of this page. ``public_url`` is our address as people reach it."""

    public_url: str
    sheet: ClassVar[str] = _STYLE
    forms: ClassVar[Literal["self", "none"]] = "none"


def showing(slip: Slip, receipt: Receipt, token: str, language: str) -> str:
    """The receipt as the bank's books have it now."""
    words, amount = ALL[language], money(receipt.amount, language)
    state = _state(receipt)
    look, sign = SIGNS[state]
    classes = f"slip {look} {state}" + (" long" if len(amount) > LONG else "")
    body = f"""<section class="{classes}">
<p class="amount">{escape(amount)}</p>
<p>{escape(words[receipt.kind])}</p>
<div role="status"><div class="state"><span class="mark" aria-hidden="true">{sign}</span>
<h1>{escape(words[state])}</h1></div>
<p>{escape(_more(slip, receipt, state, language))}</p></div>
<dl>
{_rows(slip, receipt, language)}
</dl></section>
<p class="small">{escape(words["compare"])}</p>
{_paper(receipt, words, token, language)}{_sure(slip, words)}"""
    look_again_s = LOOK_AGAIN_S if state in UNSETTLED else 0
    return whole(slip, language, words[state], body, words["other"], look_again_s)


def telling(slip: Slip, what: str, language: str, back: str = "") -> str:
    """A page without a receipt: ``unknown``, ``down`` or ``no_paper``, and the way ``back`` to one."""
    words = ALL[language]
    way = f'\n<a class="button" href="{escape(back)}?lang={language}">{escape(words["back"])}</a>' if back else ""
    body = f"""<div class="mark" aria-hidden="true">–</div>
<h1>{escape(words[what])}</h1>
<p>{escape(words[what + "_more"])}</p>{way}"""
    return whole(slip, language, words[what], body, words["other"])


def _state(receipt: Receipt) -> str:
    """The standing, and whether what went back was a part only."""
    return "partly" if receipt.back is not None and receipt.back.amount < receipt.amount else receipt.standing


def _more(slip: Slip, receipt: Receipt, state: str, language: str) -> str:
    back, at = "", ""
    if receipt.back is not None:
        back, at = money(receipt.back.amount, language), _moment(slip, receipt.back.at, language)
    return ALL[language][f"{state}_more"].format(back=back, at=at)


def _rows(slip: Slip, receipt: Receipt, language: str) -> str:
    """What stands on the receipt, in its order; what is not known has no line."""
    told = {
        "from": _card(receipt.from_last4),
        "to": _card(receipt.to_last4),
        "to_whom": receipt.to_name,
        "fee": "" if receipt.fee is None else money(receipt.fee, language),
        "at": _moment(slip, receipt.at, language),
        "reference": receipt.reference,
    }
    words = ALL[language]
    return "\n".join(
        f'<div><dt>{escape(words[name])}</dt><dd class="{name}">{escape(text)}</dd></div>'
        for name, text in told.items()
        if text
    )


def _card(last4: str) -> str:
    return f"•••• {last4}" if last4 else ""


def _moment(slip: Slip, at: datetime, language: str) -> str:
    return stamp(at.astimezone(ZoneInfo(slip.time_zone)), language)


def _paper(receipt: Receipt, words: Words, token: str, language: str) -> str:
    if not receipt.is_drawn:
        return ""
    href = f"{token}/{PAPER}?lang={language}"
    return f'<a class="button" rel="nofollow" href="{escape(href)}">{escape(words["save"])}</a>\n'


def _sure(slip: Slip, words: Words) -> str:
    return f"""<section class="sure"><h2>{escape(words["sure"])}</h2>
<p>{escape(words["sure_more"])}</p>
<code>{escape(slip.public_url)}<wbr>{PATHS["receipt"]}</code>
<p>{escape(words["sure_else"])}</p></section>"""
