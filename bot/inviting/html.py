"""The page of a link as HTML, in the manner of the payers' pages."""

from collections.abc import Sequence
from html import escape

from bot.inviting.ways import Way
from bot.inviting.words import ALL
from bot.painting import whole
from bot.paying.html import Sheet, code
from flows.formats import money
from flows.money import Money


def inviting(sheet: Sheet, ways: Sequence[Way], link: str, carried: str, gift: str, language: str) -> str:
    """What a friend gets, and the way into each messenger."""
    words = ALL[language]
    title = words["title"].format(bank=sheet.name)
    doors = "\n".join(
        f'<a class="button" rel="noreferrer" href="{escape(way.link(carried))}">'
        f"{escape(words['open'].format(messenger=way.title))}</a>"
        for way in ways
    )
    body = f"""<h1>{escape(title)}</h1>
<p class="amount">{escape(money(Money.parse(gift), language))}</p>
<p>{escape(words["how"])}</p>
{doors}
<p class="small">{escape(words["typed"])}</p>
<blockquote>{escape(carried)}</blockquote>
<div class="sheet"><p>{escape(words["scan"])}</p>
{code(link, words["scan"])}
<p class="small">{escape(link)}</p></div>"""
    return whole(sheet, language, title, body, words["other"])


def telling(sheet: Sheet, what: str, language: str) -> str:
    """A page about no link: ``unknown`` or ``down``."""
    words = ALL[language]
    body = f"""<div class="mark" aria-hidden="true">–</div>
<h1>{escape(words[what])}</h1>
<p>{escape(words[what + "_more"])}</p>"""
    return whole(sheet, language, words[what], body, words["other"])
