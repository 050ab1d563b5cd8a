"""What a customer spends on, by category: lines for a chat, and the values of a picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from core_adapters.failures import Declined, Refused
from core_adapters.internal import wording
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.internal.sandbox.statements import DAY, days_of, parameters
from core_adapters.ports import Question
from core_adapters.validation import Schema
from flows.money import Money

CATEGORY: Schema = {
    "name": {"type": "string", "minlength": 1, "maxtext": 60},
    "amount_minor": schemas.SUM,
}
SPENT: Schema = {
    "currency": schemas.CURRENCY,
    "first": DAY,
    "last": DAY,
    "total_minor": {"type": "money_minor"},
    "categories": {
        "type": "list", "maxlength": 100, "schema": {"type": "dict", "schema": CATEGORY},
    },
}  # fmt: skip
BARS = 8  # on a picture; what is smaller stands in the lines


@dataclass(frozen=True, slots=True)
class Spending:
    """Satisfies core_adapters.ports.Answerer."""

    calls: Calls
    customers: Customers
    questions: ClassVar[frozenset[str]] = frozenset({"spending.recent", "spending.between", "spending"})

    async def ask(self, question: Question) -> Mapping[str, object]:
        if question.customer_id is None:
            raise Refused(f"{question.verb} is asked for a customer")
        days = str(question.inputs.get("days")) if question.verb == "spending" else days_of(question)
        core_id = await self.customers.find(question.customer_id)
        if core_id is None:
            raise Declined("nothing_spent")
        asked = parameters(days) | {"lang": wording.language(question.locale)}
        reply = await self.calls.told(f"/customers/{core_id}/spending", SPENT, {}, **asked)
        rows = _rows(reply)
        if not rows:
            raise Declined("nothing_spent")
        total = Money(sum(amount.minor for _, amount in rows), str(reply["currency"]))
        if question.verb == "spending":
            bars = [{"name": name, "amount": str(amount)} for name, amount in rows[:BARS]]
            return {"first": reply["first"], "last": reply["last"], "total": str(total), "bars": bars}
        lines = "\n".join(wording.share(name, amount, total, question.locale) for name, amount in rows)
        first, last = (date.fromisoformat(str(reply[one])) for one in ("first", "last"))
        told = wording.days(first, last, question.locale)
        return {"lines": lines, "total": str(total), "days": told, "spending_id": days}


def _rows(reply: Mapping[str, Any]) -> list[tuple[str, Money]]:
    """Names and amounts, the largest first."""
    rows = [(str(row["name"]), Money(row["amount_minor"], str(reply["currency"]))) for row in reply["categories"]]
    return sorted(rows, key=lambda row: -row[1].minor)
