"""What became of an operation on hold, as two persons say: one proposes, another confirms or declines.

A proposal is about the operation as it was then; when that has moved on, it fits no longer and changes nothing. The
second person names the outcome again, so that nobody confirms what they have not looked up. All is in the audit, and
the customer hears of the outcome as of any other.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NoReturn
from uuid import UUID, uuid4

import asyncpg

from core_adapters.database import Connection
from core_adapters.operations.decisions.reply import Verdict
from core_adapters.operations.moving import move_within
from core_adapters.operations.records import Operation
from core_adapters.operations.states import State
from core_adapters.operations.store import Store
from core_adapters.ports import Posted

Outcome = Literal["posted", "rejected"]
Decision = Literal["confirmed", "declined"]

INSERT = """
insert into money.resolution (id, op_id, version, outcome, note, proposed_by, proposed_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (op_id) where status = 'proposed' do nothing returning *
"""
OPEN = "select * from money.resolution where op_id = $1 and status = 'proposed'"
DECIDE = """
update money.resolution set status = $2, decided_by = $3, decided_at = $4 where id = $1 and status = 'proposed'
"""


class NotOnHold(Exception):
    """Staff may decide an operation that is on hold, and no other."""


class NoProposal(Exception):
    """Nobody has proposed what became of this operation, or it is decided."""


class ProposedAlready(Exception):
    """Somebody has proposed already, and waits for a second person."""


class AnotherOutcome(Exception):
    """The second person found something else than the first."""


class SamePerson(Exception):
    """Whoever proposed does not decide."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one person says became of an operation, until another has decided."""

    id: UUID
    op_id: UUID
    version: int
    outcome: Outcome
    note: str
    proposed_by: str
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class Resolving:
    """Decides operations on hold. ``who`` is the caller as their token names them."""

    store: Store

    async def open(self, op_id: UUID) -> Proposal | None:
        """The proposal that waits for a second person."""
        row = await self.store.pool.fetchrow(OPEN, op_id)
        return None if row is None else _proposal(row)

    async def propose(self, op_id: UUID, outcome: Outcome, who: str, note: str) -> Proposal:
        """Say what became of it. Raises NoSuchOperation, NotOnHold, ProposedAlready."""
        operation = await self._on_hold(op_id)
        now = self.store.clock()
        async with self.store.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(INSERT, uuid4(), op_id, operation.version, outcome, note, who, now)
            if row is None:
                raise ProposedAlready(f"operation {op_id} waits for a second person already; confirm or decline that")
            await self.store.audit.write(
                connection, now, f"staff {who}", "resolution proposed", str(op_id), f"{outcome}: {note}"
            )
            return _proposal(row)

    async def confirm(self, op_id: UUID, outcome: Outcome, who: str, note: str = "") -> Operation:
        """Say the same as another person did: it is so from now on, and the customer is told.

        Raises:
            NoSuchOperation, NotOnHold, NoProposal, SamePerson, AnotherOutcome: nothing was changed then.
        """
        operation = await self._on_hold(op_id)
        async with self.store.pool.acquire() as connection, connection.transaction():
            proposal = await self._decide(connection, operation, "confirmed", who, note)
            if proposal.outcome != outcome:
                raise AnotherOutcome(f"it was proposed as {proposal.outcome}; decline it if that is wrong")
            if proposal.version != operation.version:
                _moved_on(op_id)
            done = outcome == "posted"
            verdict = Verdict(State.POSTED) if done else Verdict(State.REJECTED, "unavailable")
            posted = Posted(operation.core_id or f"by hand: {op_id}") if done else None
            said = f"proposed by {proposal.proposed_by}: {proposal.note}"
            moved = await move_within(self.store, connection, operation, verdict, posted, f"staff {who}", said)
            return moved or _moved_on(op_id)

    async def decline(self, op_id: UUID, who: str, note: str) -> Operation:
        """Say that the proposal is wrong; the operation stays on hold. Raises as `confirm` does."""
        operation = await self._on_hold(op_id)
        async with self.store.pool.acquire() as connection, connection.transaction():
            await self._decide(connection, operation, "declined", who, note)
        return operation

    async def _on_hold(self, op_id: UUID) -> Operation:
        operation = await self.store.find(op_id)
        if operation.state is not State.HOLD:
            raise NotOnHold(f"operation {op_id} is {operation.state.value}, not on hold")
        return operation

    async def _decide(
        self,
        connection: Connection,
        operation: Operation,
        status: Literal["confirmed", "declined"],
        who: str,
        note: str,
    ) -> Proposal:
        """Close the open proposal. What is raised after this undoes it with the caller's transaction."""
        op_id, now = operation.op_id, self.store.clock()
        row = await connection.fetchrow(f"{OPEN} for update", op_id)
        if row is None:
            raise NoProposal(f"nobody has proposed what became of operation {op_id}")
        proposal = _proposal(row)
        if proposal.proposed_by.lower() == who.lower():
            raise SamePerson("you proposed this yourself; a second person decides")
        await connection.execute(DECIDE, proposal.id, status, who, now)
        details = f"{proposal.outcome}: {note}" if note else proposal.outcome
        await self.store.audit.write(connection, now, f"staff {who}", f"resolution {status}", str(op_id), details)
        return proposal


def _moved_on(op_id: UUID) -> NoReturn:
    raise NotOnHold(f"operation {op_id} has moved on since this was proposed")


def _proposal(row: asyncpg.Record) -> Proposal:
    return Proposal(
        row["id"], row["op_id"], row["version"], row["outcome"], row["note"], row["proposed_by"], row["proposed_at"]
    )
