"""A card's whole statement as a document for a page, in the customer's language, whatever the bank."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date, format_datetime

from core_adapters.internal.wording import Booked, language, signed
from core_adapters.pages.document import LINES_MAX
from flows import formats
from flows.money import Money

DRAWN_MAX = 400  # as many operations as are written into a PDF while somebody waits for the page
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}")
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Statement of {card}", "days": "From {first} to {last}", "holder": "Holder", "account": "Account",
        "opening": "Balance before", "income": "Came in", "spent": "Went out", "closing": "Balance after",
        "at": "When and what", "sums": "Amount\nBalance", "moment": "d MMM y, HH:mm",
        "cut": "Only the latest {count} operations are shown. Ask for fewer days to see the others.",
    },
    "uk": {
        "title": "Виписка по картці {card}", "days": "З {first} по {last}", "holder": "Власник", "account": "Рахунок",
        "opening": "Залишок до", "income": "Надійшло", "spent": "Витрачено", "closing": "Залишок після",
        "at": "Коли й що", "sums": "Сума\nЗалишок", "moment": "dd.MM.y, HH:mm",
        "cut": "Показано лише останні операції, всього {count}. Щоб побачити решту, оберіть менше днів.",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Whole:
    """A card's operations in these days, the newest first, and what they come to. The account stands on pages only."""

    card: str
    last4: str
    holder: str
    account: str
    first: date
    last: date
    opening: Money
    closing: Money
    income: Money
    spent: Money
    booked: tuple[Booked, ...]


def statement(whole: Whole, locale: str) -> Mapping[str, object]:
    """The answer to `statements.whole`: a `core_adapters.pages.document.Document`."""
    name = language(locale)
    words = _WORDS[name]
    sums = {
        "opening": whole.opening, "income": whole.income, "spent": whole.spent, "closing": whole.closing,
    }  # fmt: skip
    lines = [{"label": words["holder"], "value": whole.holder}, {"label": words["account"], "value": whole.account}]
    lines += [{"label": words[one], "value": formats.money(amount, name)} for one, amount in sums.items()]
    cut = [words["cut"].format(count=LINES_MAX)] if len(whole.booked) > LINES_MAX else []
    return {
        "title": words["title"].format(card=f"{whole.card} •{whole.last4}"),
        "lead": [words["days"].format(first=_day(whole.first, name), last=_day(whole.last, name))],
        "lines": lines,
        "columns": [words["at"], words["sums"]],
        "rows": [_row(one, name) for one in whole.booked[:LINES_MAX]],
        "notes": cut,
        "paper": _paper(whole),
    }


def _paper(whole: Whole) -> Mapping[str, object]:
    """The same for ImageAPI, amounts as literals and moments as they are: it writes them in the customer's language."""
    first, last, shown = whole.first.isoformat(), whole.last.isoformat(), whole.booked[:DRAWN_MAX]
    values: dict[str, object] = {
        "card": whole.card, "last4": whole.last4, "holder": whole.holder, "first": first, "last": last,
        "opening": str(whole.opening), "income": str(whole.income), "spent": str(whole.spent),
        "closing": str(whole.closing), "left_out": len(whole.booked) - len(shown),
        "entries": [
            {"at": one.at.isoformat(), "text": one.text or "—", "amount": str(one.amount), "balance": str(one.balance)}
            for one in shown
        ],
    }  # fmt: skip
    if _IBAN.fullmatch(whole.account):
        values["account"] = whole.account
    return {"template": "statement", "values": values, "name": f"statement-{whole.last4}-{first}-{last}"}


def _row(booked: Booked, name: str) -> list[str]:
    words = _WORDS[name]
    at = format_datetime(booked.at, words["moment"], locale=name)
    return [f"{at}\n{booked.text}", f"{signed(booked.amount, name)}\n{formats.money(booked.balance, name)}"]


def _day(day: date, name: str) -> str:
    return format_date(day, "d MMMM y", locale=name)
