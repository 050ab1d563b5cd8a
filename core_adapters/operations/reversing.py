"""Takes a posted transfer back: an operation of its own, linked to the first, under the same laws as any other.

It is sent, asked about and held as a transfer is: a reversal without an answer is UNKNOWN and never sent again blindly.
One living reversal an original, of at most the original's amount; the second asking answers the first.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from core_adapters.database import Connection
from core_adapters.operations import records, undoing
from core_adapters.operations.accepting import Accepted, Accepting
from core_adapters.operations.ids import core_ref
from core_adapters.operations.records import Operation
from core_adapters.operations.states import State
from core_adapters.operations.store import NoSuchOperation, Store
from flows.effects import StartOperation
from flows.money import Money

ACTION = "transfers.reverse"
TAKEN_BACK = "transfers.execute"

ORIGINAL = "select * from money.operation where op_id = $1 for update"
REVERSALS = "select * from money.operation where reverses = $1 order by created_at"
INSERT = """
insert into money.operation (op_id, reverses, conversation, customer_id, action, core, core_ref, state, due_at,
    payer_ref, payee_token, amount_minor, currency, request, request_hash, exemption, created_at, updated_at)
select $1, op_id, conversation, customer_id, $2, core, $3, 'APPROVED', $4,
    payer_ref, payee_token, $5, currency, $6, $7, $8, $4, $4
from money.operation where op_id = $9 returning *
"""


class NotReversible(Exception):
    """This operation cannot be taken back so. The text says why; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Reversing:
    """Begins reversals. The worker sends them."""

    accepting: Accepting

    @property
    def store(self) -> Store:
        return self.accepting.store

    async def begin(self, op_id: UUID, actor: str, reason: str, amount: Money | None = None) -> Accepted:
        """Have a posted transfer taken back, all of it or ``amount``; again: where the reversal stands.

        Raises:
            NoSuchOperation: when there is none.
            NotReversible: for what is not a posted transfer, another amount than the living reversal's, too much, or a
                bank that takes nothing back.
        """
        async with self.store.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(ORIGINAL, op_id)
            if row is None:
                raise NoSuchOperation("there is no such operation")
            original = records.read(row, self.store.sealer)
            earlier = [records.read(one, self.store.sealer) for one in await connection.fetch(REVERSALS, op_id)]
            wanted = amount or original.amount
            living = next((one for one in earlier if one.state not in (State.REJECTED, State.VOID)), None)
            if living is not None:
                return _the_same(living, wanted)
            self._check(original, wanted)
            assert wanted is not None, "a transfer has an amount"
            reversal = await self._insert(connection, original, wanted, len(earlier), actor, self.store.clock())
            await undoing.move(self.store, connection, reversal, State.POSTED, State.REVERSING, actor)
            details = f"reverses {op_id}: {reason}"
            await self.store.audit.write(
                connection, reversal.created_at, actor, "approved", str(reversal.op_id), details
            )
            return Accepted(reversal.op_id, reversal.state, True)

    def _check(self, original: Operation, wanted: Money | None) -> None:
        if original.action != TAKEN_BACK:
            raise NotReversible(f"{original.action} is nothing that can be taken back")
        if original.state is not State.POSTED:
            raise NotReversible(f"operation {original.op_id} is {original.state.value}, not posted")
        if self.accepting.performer_of.get(ACTION) != original.core:
            raise NotReversible(f"the bank '{original.core}' takes nothing back; write to it")
        if wanted is None or original.amount is None or wanted.currency != original.amount.currency:
            raise NotReversible("a reversal is in the currency of its original")
        if not 0 < wanted.minor <= original.amount.minor:
            raise NotReversible(f"a reversal is of at most {original.amount}")

    async def _insert(
        self, connection: Connection, original: Operation, amount: Money, earlier: int, actor: str, now: datetime
    ) -> Operation:
        start = _start(original, amount, uuid5(original.op_id, f"reversal:{earlier}"))
        row = await connection.fetchrow(
            INSERT, start.op_id, ACTION, core_ref(start.op_id), now, amount.minor,
            records.sealed(start, self.store.sealer), records.request_hash(start), f"reversal, by {actor}",
            original.op_id,
        )  # fmt: skip
        assert row is not None, "the original is locked and there"
        return records.read(row, self.store.sealer)


def _start(original: Operation, amount: Money, op_id: UUID) -> StartOperation:
    """What the bank is asked for: both references of the original, and the accounts as they were then."""
    inputs = {
        "from": original.request.inputs.get("from"),
        "amount": str(amount),
        "of": original.core_ref,
        "of_core_id": original.core_id,
    }
    return StartOperation(
        op_id, ACTION, "core_adapters", inputs, dict(original.request.cards), original.customer_id,
        original.request.channel, "", "", None,
    )  # fmt: skip


def _the_same(living: Operation, wanted: Money | None) -> Accepted:
    if living.amount != wanted:
        raise NotReversible(f"reversal {living.op_id} of {living.amount} stands already")
    return Accepted(living.op_id, living.state, False)
