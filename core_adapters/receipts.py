"""What a receipt shows: read from the operation each time, for the picture, for its page and for the document.

It names the biller or operator of a payment and no person, and of cards the last four digits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core_adapters.external.billers.paying import MOBILE
from core_adapters.links import Links
from core_adapters.operations import traits
from core_adapters.operations.records import Operation
from core_adapters.operations.saved import NameOfBiller
from core_adapters.operations.states import State
from core_adapters.operations.store import Store
from flows.money import Money

# done: the money is where it was to go · pending: that is not known yet · not_made: it is not, and stays or is again
# with the payer · returning: the bank is taking it back · returned: it has, all of it or a part
Standing = Literal["done", "pending", "not_made", "returning", "returned"]

KINDS = frozenset({"transfer", "top_up", "payment"})
ENDED: Mapping[State, Standing] = {
    State.REJECTED: "not_made", State.VOID: "not_made", State.REVERSING: "returning", State.REVERSED: "returned",
}  # fmt: skip
UNPAID = frozenset({"declined", "expired"})  # what a page to pay on has ended in when nobody has paid
AFTERWARDS = """
select (select outcome from money.awaited where op_id = $1) as outcome, back.amount_minor, back.updated_at
from (select) as one left join money.operation back on back.reverses = $1 and back.state = 'POSTED'
"""


@dataclass(frozen=True, slots=True)
class Back:
    """What the bank has taken back of a payment, and when."""

    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt. What is not known is empty, ``fee`` None while the bank has told none; ``link`` is its page."""

    standing: Standing
    kind: str
    amount: Money
    fee: Money | None
    at: datetime
    reference: str
    link: str
    from_last4: str = ""
    to_last4: str = ""
    to_name: str = ""
    back: Back | None = None

    @property
    def is_drawn(self) -> bool:
        """Whether there is a picture and a document of it: of what has ended otherwise there is only the page."""
        return self.standing in ("done", "pending")

    @property
    def values(self) -> dict[str, str]:
        """What ImageAPI draws it from."""
        said = {
            "kind": self.kind,
            "state": self.standing,
            "amount": str(self.amount),
            "fee": "" if self.fee is None else str(self.fee),
            "from_last4": self.from_last4,
            "to_last4": self.to_last4,
            "to_name": self.to_name,
            "at": self.at.isoformat(),
            "reference": self.reference,
            "verify_url": self.link,
        }
        return {name: text for name, text in said.items() if text}


@dataclass(frozen=True, slots=True)
class Receipts:
    """The receipts of one bank. ``biller_name`` is what a biller is called."""

    store: Store
    links: Links
    biller_name: NameOfBiller

    async def look(self, token: str) -> Receipt | None:
        """The receipt behind an address of ours; None for any other address."""
        op_id = self.links.read("receipt", token)
        operation = await self.store.get(op_id) if op_id is not None else None
        return await self.of(operation) if operation is not None else None

    async def of(self, operation: Operation) -> Receipt | None:
        """None for what has no receipt: it is no payment."""
        kind = traits.of(operation.action).kind
        if kind not in KINDS or operation.amount is None:
            return None
        row = await self.store.pool.fetchrow(AFTERWARDS, operation.op_id)
        assert row is not None, "it has one row whatever became of the operation"
        standing = _standing(operation, row["outcome"])
        payee = operation.request.cards.get("to")
        return Receipt(
            standing,
            kind,
            operation.amount,
            _fee(operation, standing),
            _at(operation),
            operation.core_ref,
            self.links.url("receipt", operation.op_id),
            operation.details.get("from_last4", ""),
            payee.last4 if payee else operation.details.get("to_last4", ""),
            await self._named(operation),
            _back(operation, row["amount_minor"], row["updated_at"]),
        )

    async def _named(self, operation: Operation) -> str:
        biller = _biller(operation)
        return await self.biller_name(biller) if biller else ""


def _standing(operation: Operation, outcome: str | None) -> Standing:
    """Done is posted, and where something was still to follow (the payer pays), that has come as well."""
    if operation.state is not State.POSTED:
        return ENDED.get(operation.state, "pending")
    if traits.of(operation.action).follow is None or outcome == "ok":
        return "done"
    return "not_made" if outcome in UNPAID else "pending"


def _biller(operation: Operation) -> str:
    """Whom a payment goes to; empty for money between people, and once a customer's words are erased."""
    payee = traits.of(operation.action).payee
    if payee == "mobile":
        return MOBILE
    return str(operation.request.inputs.get("biller") or "") if payee == "bill" else ""


def _fee(operation: Operation, standing: Standing) -> Money | None:
    """A bank that has done it and tells no fee takes none; before that nothing is said of one."""
    if operation.fee is not None or operation.amount is None or standing == "pending":
        return operation.fee
    return Money(0, operation.amount.currency)


def _at(operation: Operation) -> datetime:
    """When the bank did it, as it says; else when it was last heard of."""
    try:
        told = datetime.fromisoformat(operation.details.get("at", ""))
    except ValueError:
        return operation.updated_at
    return told if told.tzinfo is not None else operation.updated_at


def _back(operation: Operation, minor: int | None, at: datetime | None) -> Back | None:
    if operation.state is not State.REVERSED or minor is None or at is None or operation.amount is None:
        return None
    return Back(Money(minor, operation.amount.currency), at)
