"""The payers' pages as HTML: no script, nothing from elsewhere, wide enough for a thumb at 320.

The provider and the bank of the card each have colours of their own, so that a payer sees whose page it is.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape

from sandbox.acquirer.cards import CARDS
from sandbox.acquirer.words import ALL, CODES, Words
from sandbox.bank import rules
from sandbox.store import Row

STYLE = """
:root { color-scheme: light; font: 17px/1.5 Roboto, system-ui, -apple-system, "Segoe UI", sans-serif;
  --deep: #312E81; --act: #4338CA; --ground: #EEF0FA; --quiet: #4B5068; --bad: #B4232C; --good: #1F7A6D; }
body.bank { --deep: #134E4A; --act: #0F766E; --ground: #ECF4F2; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: #1A1B2E; }
header { display: flex; justify-content: space-between; gap: 12px; align-items: center; background: var(--deep);
  color: #FFF; padding: 12px 20px; }
header b { letter-spacing: .01em; }
header a { color: #FFF; font-size: 15px; min-height: 32px; display: inline-flex; align-items: center; }
main { max-width: 430px; margin: 0 auto; padding: 20px 16px 40px; }
h1 { font-size: 17px; margin: 0; font-weight: 600; color: var(--quiet); }
.amount { font-size: clamp(28px, 9vw, 38px); font-weight: 750; line-height: 1.2; letter-spacing: -.02em; margin: 0;
  font-variant-numeric: tabular-nums; }
.for { margin: 4px 0 20px; overflow-wrap: anywhere; }
form, .sheet { background: #FFF; border: 1px solid #D5D8EA; border-radius: 8px; padding: 18px 16px; margin: 0 0 16px; }
label { display: block; font-weight: 600; margin: 0 0 4px; }
.field { margin: 0 0 16px; }
input { width: 100%; min-height: 52px; padding: 10px 12px; font: inherit; font-size: 20px; border: 2px solid #8A8FB0;
  border-radius: 6px; background: #FFF; color: inherit; font-variant-numeric: tabular-nums; }
input[aria-invalid] { border-color: var(--bad); }
input:focus-visible, button:focus-visible, a:focus-visible, summary:focus-visible { outline: 3px solid #F59E0B;
  outline-offset: 2px; }
.fault { color: var(--bad); font-weight: 600; margin: 6px 0 0; }
.notice { border-left: 4px solid var(--bad); background: #FFF; padding: 10px 12px; margin: 0 0 16px; }
button, a.button { display: block; width: 100%; min-height: 52px; padding: 12px; font: inherit; font-weight: 700;
  text-align: center; color: #FFF; background: var(--act); border: 0; border-radius: 6px; cursor: pointer;
  text-decoration: none; }
button.second { background: transparent; color: var(--deep); margin-top: 8px; }
p { margin: 0 0 12px; }
.quiet { color: var(--quiet); font-size: 15px; }
summary { cursor: pointer; min-height: 32px; }
dl { margin: 8px 0; } dt { font-variant-numeric: tabular-nums; font-weight: 600; } dd { margin: 0 0 8px; }
.state { font-size: 24px; font-weight: 750; line-height: 1.3; margin: 0 0 8px; color: #1A1B2E; }
.state.good::before { content: "✓ "; color: var(--good); }
.state.bad::before { content: "✕ "; color: var(--bad); }
"""
DIGEST = base64.b64encode(sha256(STYLE.encode()).digest()).decode()
# Keyboard, what a browser may fill in, longest text.
FIELDS: Mapping[str, tuple[str, str, int]] = {
    "number": ("numeric", "cc-number", 30), "expires": ("numeric", "cc-exp", 9), "cvv": ("numeric", "cc-csc", 6),
    "code": ("numeric", "one-time-code", 10),
}  # fmt: skip
GOOD = frozenset({"authorised", "captured"})


@dataclass(frozen=True, slots=True)
class Page:
    """A payment in a language; what is wrong with what was typed stands beside its field."""

    payment: Row
    language: str
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> Words:
        return ALL[self.language]

    @property
    def amount(self) -> str:
        """`1,500.00 UAH`, in Ukrainian `1 500,00 UAH`; never broken in two."""
        digits = rules.CURRENCIES[self.payment["currency"]].digits
        whole, fraction = divmod(self.payment["amount_minor"], 10**digits)
        text = f"{whole:,}" + (f".{fraction:0{digits}d}" if digits else "")
        if self.language == "uk":
            text = text.replace(",", "\u00a0").replace(".", ",")
        return f"{text}\u00a0{self.payment['currency']}"


def paying(page: Page) -> str:
    """Where the card is typed."""
    words, code = page.words, page.payment["code"]
    notice = f'<p class="notice" role="alert">{escape(words[CODES.get(code, code)])}</p>' if code else ""
    fields = "".join(_field(page, name) for name in ("number", "expires", "cvv"))
    cards = "".join(f"<dt>{_spaced(card)}</dt><dd>{escape(words[does])}</dd>" for card, does in CARDS.items())
    body = f"""{_summary(page, words["pay_title"])}
{notice}<form method="post">
{_hidden(page)}{fields}<button name="do" value="pay">{escape(words["pay"].format(amount=page.amount))}</button>
<button name="do" value="cancel" class="second" formnovalidate>{escape(words["cancel"])}</button>
</form>
<details class="sheet quiet" open><summary>{escape(words["sandbox"])}</summary>
<dl>{cards}</dl><p>{escape(words["any"])}</p></details>
<p class="quiet">{escape(words["kept"])}</p>"""
    return _whole(page.language, words["pay_title"], body)


def confirming(page: Page, code: str) -> str:
    """The page of the card's bank, where its code is typed."""
    words, last4 = page.words, page.payment["last4"]
    body = f"""{_summary(page, words["secure_title"])}
<form method="post" autocomplete="off">
<p>{escape(words["secure_about"].format(amount=page.amount, last4=last4))}</p>
{_hidden(page)}{_field(page, "code")}
<button name="do" value="confirm">{escape(words["confirm"].format(amount=page.amount))}</button>
<button name="do" value="cancel" class="second" formnovalidate>{escape(words["cancel"])}</button>
</form>
<p class="quiet">{escape(words["secure_sms"].format(code=code))}</p>
<p class="quiet">{escape(words["never"])}</p>"""
    return _whole(page.language, words["secure_title"], body, words["secure_bank"].format(last4=last4), "bank")


def standing(page: Page) -> str:
    """How a payment stands that nothing is to be typed for, and the way back to who is paid."""
    words, status = page.words, page.payment["status"]
    what = "declined_end" if status == "declined" else status
    mark = "good" if status in GOOD else "bad"
    body = f"""{_summary(page, words["pay_title"])}
<div class="sheet"><p class="state {mark}">{escape(words[what])}</p>
<p>{escape(words[what + "_more"].format(amount=page.amount))}</p>
<a class="button" rel="noreferrer" href="{escape(page.payment["return_url"])}">{escape(words["back"])}</a></div>"""
    return _whole(page.language, words[what], body)


def telling(what: str, language: str) -> str:
    """A page about no payment: `gone` or `silent`."""
    words = ALL[language]
    body = f"""<div class="sheet"><p class="state bad">{escape(words[what])}</p>
<p>{escape(words[what + "_more"])}</p></div>"""
    return _whole(language, words[what], body)


def _summary(page: Page, title: str) -> str:
    description = escape(page.payment["description"])
    return f'<h1>{escape(title)}</h1>\n<p class="amount">{page.amount}</p>\n<p class="for">{description}</p>'


def _field(page: Page, name: str) -> str:
    keyboard, autofill, longest = FIELDS[name]
    fault = page.faults.get(name, "")
    wrong = f' aria-invalid="true" aria-describedby="{name}-fault"' if fault else ""
    said = f'<p class="fault" id="{name}-fault" role="alert">{escape(fault)}</p>' if fault else ""
    return (
        f'<div class="field"><label for="{name}">{escape(page.words[name])}</label>'
        f'<input id="{name}" name="{name}" inputmode="{keyboard}" autocomplete="{autofill}" maxlength="{longest}"'
        f" required{wrong}>{said}</div>\n"
    )


def _hidden(page: Page) -> str:
    return f'<input type="hidden" name="lang" value="{page.language}">\n'


def _spaced(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def _whole(language: str, title: str, body: str, whose: str = "Tollgate", kind: str = "provider") -> str:
    other = "en" if language == "uk" else "uk"
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>{escape(title)} · {escape(whose)}</title>
<style>{STYLE}</style>
</head>
<body class="{kind}">
<header><b>{escape(whose)}</b><a href="?lang={other}" lang="{other}">{escape(ALL[language]["other"])}</a></header>
<main>
{body}
</main>
</body>
</html>
"""
