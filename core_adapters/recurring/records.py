"""A schedule as its row says it. What names a person or an account lies sealed in ``body``."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from core_adapters.recurring.calendar import Every
from core_adapters.recurring.plan import Standing
from flows.cards import CardNumber
from flows.events import Value
from flows.money import Money
from flows.ports import Sealer


@dataclass(frozen=True, slots=True)
class Body:
    """What a payment is made of, and how the customer knows it: ``City Water 10203040``, from •4242."""

    inputs: Mapping[str, Value]
    cards: Mapping[str, CardNumber]
    name: str
    last4: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """One row of money.schedule. Its id is the operation by which the customer said yes to it."""

    id: UUID
    customer_id: str
    conversation: UUID
    does: Literal["pay", "remind"]
    action: str
    amount: Money | None
    state: str
    standing: Standing
    zone: str
    refusals: int
    fence: int
    due_at: datetime
    remind_at: datetime | None
    body: Body

    @property
    def every(self) -> Every:
        return self.standing.every

    @property
    def next_on(self) -> date:
        return self.standing.next_on


BODY: TypeAdapter[Body] = TypeAdapter(Body)


def read(row: asyncpg.Record, sealer: Sealer) -> Schedule:
    """The schedule of a row."""
    currency = row["currency"]
    return Schedule(
        id=row["id"],
        customer_id=row["customer_id"],
        conversation=row["conversation"],
        does=row["does"],
        action=row["action"],
        amount=None if currency is None else Money(row["amount_minor"], currency),
        state=row["state"],
        standing=Standing(row["anchor"], row["every"], row["next_on"], row["retry_of"], row["retry_on"]),
        zone=row["zone"],
        refusals=row["refusals"],
        fence=row["fence"],
        due_at=row["due_at"],
        remind_at=row["remind_at"],
        body=BODY.validate_json(sealer.open(bytes(row["body"]), _place(row["id"]))),
    )


def sealed(body: Body, schedule: UUID, sealer: Sealer) -> bytes:
    """The body as it is stored."""
    return sealer.seal(BODY.dump_json(body), _place(schedule))


def without_words(body: Body) -> Body:
    """What is left of a body when its customer is erased."""
    return replace(body, inputs={}, cards={}, name="", last4="")


def _place(schedule: UUID) -> bytes:
    return f"money.schedule|body|{schedule}".encode()
