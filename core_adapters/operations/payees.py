"""Whom a customer has paid: kept when a payment is posted, by a keyed fingerprint, to be known and offered again.

A fingerprint tells nobody whom; what a next payment needs (a token of the vault, a phone, a biller's account) is
sealed beside it. No name is kept. Forgetting a payee deletes it, and the next payment to it is one to a new payee.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg

from core_adapters.database import Connection, Pool
from core_adapters.operations import traits
from core_adapters.operations.records import Operation
from flows.cards import CardNumber
from flows.effects import StartOperation
from flows.events import Value
from flows.ports import Sealer

PURPOSE = "money.payee"
LISTED_MAX = 20  # no messenger shows more, and nobody looks further

KNOWN = """
select first_at from money.payee where customer_id = $1 and kind = $2 and fingerprint = any($3::text[])
"""
PAID_AGAIN = """
update money.payee set last_at = greatest(last_at, $4), last_op = $5
where customer_id = $1 and kind = $2 and fingerprint = any($3::text[]) returning id
"""
KEEP = """
insert into money.payee (id, customer_id, kind, fingerprint, sealed, first_at, last_at, last_op)
values ($1, $2, $3, $4, $5, $6, $6, $7)
on conflict (customer_id, kind, fingerprint) do update
set last_at = greatest(money.payee.last_at, excluded.last_at), last_op = excluded.last_op
"""
LIST = """
select * from money.payee where customer_id = $1 and kind = any($2::text[]) order by last_at desc, id limit $3
"""
FORGET = "delete from money.payee where customer_id = $1 and id = $2 returning id"


@dataclass(frozen=True, slots=True)
class Key:
    """Who is paid, as one text a kind: a card's fingerprint, a phone, a biller and its account."""

    kind: str
    text: str

    def __repr__(self) -> str:
        return f"Key({self.kind}, …)"

    def marks(self, sealer: Sealer) -> tuple[str, ...]:
        """Its fingerprints, the current key's first."""
        return tuple(sealer.fingerprints(f"{self.kind}|{self.text}", PURPOSE))


@dataclass(frozen=True, slots=True)
class Payee:
    """One payee, opened: the inputs and the card that name it in a next payment."""

    id: UUID
    kind: str
    inputs: Mapping[str, str]
    card: CardNumber | None
    last_at: datetime
    last_op: UUID

    def __repr__(self) -> str:
        return f"Payee({self.id}, {self.kind})"


def key_of(action: str, inputs: Mapping[str, Value], cards: Mapping[str, CardNumber]) -> Key | None:
    """Whom an operation pays; None for one that pays nobody, or does not say whom."""
    kind = traits.of(action).payee
    card = cards.get("to")
    if kind == "card":
        return Key(kind, card.fingerprint) if card is not None else None
    parts = [str(inputs.get(name) or "") for name in traits.NAMING.get(kind, ())]
    return Key(kind, "|".join(parts)) if parts and all(parts) else None


async def is_known(
    connection: Connection | Pool, sealer: Sealer, customer_id: str, key: Key | None, before: datetime
) -> bool:
    """Whether a payment to it was posted before this moment. Nobody in particular is never known."""
    if key is None:
        return False
    rows = await connection.fetch(KNOWN, customer_id, key.kind, list(key.marks(sealer)))
    return any(row["first_at"] < before for row in rows)


async def keep(connection: Connection, sealer: Sealer, operation: Operation) -> None:
    """Remember whom a posted operation has paid, inside the transaction that posts it."""
    start = operation.request
    key = key_of(operation.action, start.inputs, start.cards)
    if key is None:
        return
    marks, who, at = key.marks(sealer), operation.customer_id, operation.updated_at
    if await connection.fetch(PAID_AGAIN, who, key.kind, list(marks), at, operation.op_id):
        return
    body = sealer.seal(_written(start, key.kind), _place(who, marks[0]))
    await connection.execute(KEEP, uuid4(), who, key.kind, marks[0], body, at, operation.op_id)


async def listed(pool: Pool, sealer: Sealer, customer_id: str, kinds: frozenset[str]) -> list[Payee]:
    """The newest first."""
    rows = await pool.fetch(LIST, customer_id, sorted(kinds), LISTED_MAX)
    return [_opened(row, sealer) for row in rows]


async def forget(connection: Connection, customer_id: str, payee_id: UUID) -> bool:
    """Delete one; whether there was one."""
    return await connection.fetchval(FORGET, customer_id, payee_id) is not None


def _written(start: StartOperation, kind: str) -> bytes:
    card = start.cards.get("to") if kind == "card" else None
    fields = None if card is None else [card.token, card.last4, card.scheme, card.luhn_ok, card.fingerprint]
    inputs = {name: str(start.inputs.get(name) or "") for name in traits.NAMING.get(kind, ())}
    return json.dumps({"inputs": inputs, "card": fields}, ensure_ascii=False).encode()


def _opened(row: asyncpg.Record, sealer: Sealer) -> Payee:
    body = json.loads(sealer.open(bytes(row["sealed"]), _place(row["customer_id"], row["fingerprint"])))
    card = CardNumber(*body["card"]) if body["card"] else None
    return Payee(row["id"], row["kind"], body["inputs"], card, row["last_at"], row["last_op"])


def _place(customer_id: str, mark: str) -> bytes:
    return f"money.payee|sealed|{customer_id}|{mark}".encode()
