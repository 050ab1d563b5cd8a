"""Who has less and who has more after an operation: its entries, which add up to nothing in each currency (law L7).

Accounts are named, never numbered: ``account:`` and the payer's choice at the bank, ``card:`` and a token of the
vault, ``clearing:``, ``fees:`` and ``rewards:`` of a core, ``customer:`` for whoever chose nothing. The entries are
written in the transaction that makes them true, and the database looks at the sum when it ends.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core_adapters.database import Connection
from core_adapters.operations import traits
from core_adapters.operations.records import Operation

INSERT = "insert into money.ledger_entry (op_id, account, currency, delta_minor, at) values ($1, $2, $3, $4, $5)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One account's change; below zero it has less."""

    account: str
    delta_minor: int


def entries(operation: Operation) -> tuple[Entry, ...]:
    """What a posted operation moved; nothing for one that moves no money itself (a code, a page to pay on)."""
    if operation.leg_of is not None:
        return delivered(operation)
    known = traits.of(operation.action)
    if known.given:
        return given(operation)
    if operation.amount is None or not (known.moves_money or known.fee_of):
        return ()
    fee = operation.fee.minor if operation.fee else 0
    amount = operation.amount.minor
    if known.fee_of:
        return balanced([Entry(payer(operation), -amount), Entry(f"fees:{operation.core}", amount)])
    return balanced(
        [
            Entry(payer(operation), -amount - fee),
            Entry(payee(operation), amount),
            Entry(f"fees:{operation.core}", fee),
        ]
    )


def delivered(operation: Operation) -> tuple[Entry, ...]:
    """What a leg moved: from whoever had it reserved to the customer's card."""
    amount = operation.amount.minor if operation.amount else 0
    card = operation.request.inputs.get("card")
    return balanced([Entry(f"clearing:{operation.core}", -amount), Entry(f"account:{card}", amount)])


def given(operation: Operation) -> tuple[Entry, ...]:
    """What the bank gave: from what it has set aside for rewards to the customer."""
    amount = operation.amount.minor if operation.amount else 0
    return balanced([Entry(f"rewards:{operation.core}", -amount), Entry(f"customer:{operation.customer_id}", amount)])


def payer(operation: Operation) -> str:
    """The account the money leaves."""
    chosen = operation.request.inputs.get(traits.of(operation.action).payer)
    return f"account:{chosen}" if isinstance(chosen, str) and chosen else f"customer:{operation.customer_id}"


def payee(operation: Operation) -> str:
    """The account the money goes to; clearing where the payee is neither a card nor an account of the payer's own."""
    card, own = operation.request.cards.get("to"), operation.request.inputs.get("to")
    if traits.of(operation.action).between_own and isinstance(own, str):
        return f"account:{own}"
    return f"card:{card.token}" if card else f"clearing:{operation.core}"


def balanced(changes: Iterable[Entry]) -> tuple[Entry, ...]:
    """One entry an account, without those that change nothing.

    Raises:
        ValueError: when they do not add up to nothing; then nothing may be booked.
    """
    sums: Counter[str] = Counter()
    for change in changes:
        sums[change.account] += change.delta_minor
    if sum(sums.values()) != 0:
        raise ValueError("ledger entries do not add up to nothing")
    return tuple(Entry(account, delta) for account, delta in sums.items() if delta)


async def book(connection: Connection, operation: Operation, booked: Iterable[Entry], at: datetime) -> None:
    """Write entries, inside the caller's transaction. A fee is in the currency of its operation."""
    currency = operation.amount.currency if operation.amount else ""
    rows = [(operation.op_id, entry.account, currency, entry.delta_minor, at) for entry in booked]
    if rows:
        await connection.executemany(INSERT, rows)
