"""What has happened on a card: the latest operations in lines for a chat, and the whole for a document."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from core_adapters.failures import Declined, Refused
from core_adapters.internal import documents, wording
from core_adapters.internal.documents import Whole
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.internal.wording import Booked
from core_adapters.ports import Question
from core_adapters.validation import Schema
from flows.money import Money

DAY: Schema = {"type": "string", "regex": r"[0-9]{4}-[0-9]{2}-[0-9]{2}"}
ENTRY: Schema = {
    "at": {"type": "time"},
    "text": {"type": "string", "maxtext": 300},
    "amount_minor": {"type": "integer"},
    "balance_minor": {"type": "integer"},
}
STATEMENT: Schema = {
    "card_id": schemas.ID,
    "last4": schemas.LAST4,
    "currency": schemas.CURRENCY,
    "account": schemas.LINE,
    "holder": schemas.LINE,
    "first": DAY,
    "last": DAY,
    "opening_minor": {"type": "integer"},
    "closing_minor": {"type": "integer"},
    "income_minor": {"type": "money_minor"},
    "spent_minor": {"type": "money_minor"},
    "entries": {"type": "list", "maxlength": 5000, "schema": {"type": "dict", "schema": ENTRY}},
}
LINES = 10  # in a chat
WHOLE = "statements.whole"  # what a page shows; a `core_adapters.pages.document.Document`
SPANS = frozenset({"latest", "this_month", "last_month"})


@dataclass(frozen=True, slots=True)
class Statements:
    """Satisfies core_adapters.ports.Answerer. A statement's id names its card and days, and is nobody's key: who
    asks for it is looked at each time."""

    calls: Calls
    customers: Customers
    questions: ClassVar[frozenset[str]] = frozenset({"statements.recent", "statements.between", WHOLE})

    async def ask(self, question: Question) -> Mapping[str, object]:
        if question.customer_id is None:
            raise Refused(f"{question.verb} is asked for a customer")
        if question.verb == WHOLE:
            card_id, _, days = str(question.inputs.get("statement")).partition(":")
        else:
            card_id, days = str(question.inputs.get("card")), days_of(question)
        card = await self.customers.own_card(question.customer_id, card_id)
        asked = parameters(days) | {"lang": wording.language(question.locale)}
        reply = await self.calls.told(f"/cards/{card.card_id}/operations", STATEMENT, {}, **asked)
        if question.verb == WHOLE:
            return documents.statement(_whole(reply, card.name), question.locale)
        return _in_lines(reply, f"{card_id}:{days}", question.locale)


def days_of(question: Question) -> str:
    """The days that are asked for: ``last_month``, or ``2026-10-01,2026-10-31``."""
    return str(question.inputs.get("span") or question.inputs.get("period"))


def parameters(days: str) -> dict[str, str]:
    """The days as the bank is asked for them. Raises Refused for what are none."""
    if days in SPANS:
        return {"span": days}
    first, _, last = days.partition(",")
    try:
        return {
            "from": datetime.fromisoformat(first).date().isoformat(),
            "to": datetime.fromisoformat(last).date().isoformat(),
        }
    except ValueError:
        raise Refused("these are no days") from None


def _in_lines(reply: Mapping[str, object], statement_id: str, locale: str) -> Mapping[str, object]:
    booked = _booked(reply)
    if not booked:
        raise Declined("nothing_found")
    currency = str(reply["currency"])
    return {
        "lines": "\n".join(wording.operation(one, locale) for one in booked[:LINES]),
        "income": str(_money(reply["income_minor"], currency)),
        "spent": str(_money(reply["spent_minor"], currency)),
        "statement_id": statement_id,
    }


def _whole(reply: Mapping[str, object], name: str) -> Whole:
    currency = str(reply["currency"])
    opening, closing, income, spent = (
        _money(reply[f"{one}_minor"], currency) for one in ("opening", "closing", "income", "spent")
    )
    return Whole(
        card=name,
        last4=str(reply["last4"]),
        holder=str(reply["holder"]),
        account=str(reply["account"]),
        first=date.fromisoformat(str(reply["first"])),
        last=date.fromisoformat(str(reply["last"])),
        opening=opening,
        closing=closing,
        income=income,
        spent=spent,
        booked=tuple(_booked(reply)),
    )


def _booked(reply: Mapping[str, object]) -> list[Booked]:
    currency, rows = str(reply["currency"]), reply["entries"]
    assert isinstance(rows, list), "the schema says so"
    return [
        Booked(
            datetime.fromisoformat(row["at"]), " ".join(row["text"].split()), Money(row["amount_minor"], currency),
            Money(row["balance_minor"], currency),
        )
        for row in rows
    ]  # fmt: skip


def _money(minor: object, currency: str) -> Money:
    assert isinstance(minor, int), "the schema says so"
    return Money(minor, currency)
