"""`sca.check_code`: an operation that is ours alone, so that it is begun and ended in one transaction."""

import json
from dataclasses import dataclass, replace
from uuid import UUID

from core_adapters.operations import announcing, records, sca
from core_adapters.operations.accepting import Accepted, Accepting, check
from core_adapters.operations.holding import one_at_a_time
from core_adapters.operations.ids import core_ref
from core_adapters.operations.states import State
from flows.effects import StartOperation

ACTION = "sca.check_code"
INSERT = """
insert into money.operation (op_id, conversation, customer_id, action, core, core_ref, state, request, request_hash,
    exemption, outputs, error, created_at, updated_at, settled_at)
values ($1, $2, $3, $4, 'sca', $5, $6, $7, $8, 'a code proves itself', $9, $10, $11, $11, $11) returning *
"""


@dataclass(frozen=True, slots=True)
class Checking:
    """Checks codes; the code itself is stored nowhere."""

    accepting: Accepting

    async def accept(self, start: StartOperation, conversation: UUID) -> Accepted:
        """POSTED for a right code, REJECTED for any other. Raises what `Accepting.accept` raises."""
        customer_id = check(start)
        store = self.accepting.store
        async with store.pool.acquire() as connection, connection.transaction():
            await one_at_a_time(connection, customer_id)
            known = await self.accepting.known(start)
            if known is not None:
                return known
            now = store.clock()
            outcome = await sca.check(store, connection, customer_id, start.inputs, now)
            right = not isinstance(outcome, str)
            state = State.POSTED if right else State.REJECTED
            row = await connection.fetchrow(
                INSERT, start.op_id, conversation, customer_id, ACTION, core_ref(start.op_id), state,
                records.sealed(_without_code(start), store.sealer), records.request_hash(start),
                json.dumps(outcome if right else {}), None if right else outcome, now,
            )  # fmt: skip
            assert row is not None
            await store.audit.write(
                connection, now, f"customer {customer_id}", "code checked", str(start.op_id), state.value
            )
            news = announcing.settled(records.read(row, store.sealer), now)
            assert news is not None, "both states are told"
            await store.sink.announce(connection, news)
            return Accepted(start.op_id, state, True)


def _without_code(start: StartOperation) -> StartOperation:
    return replace(start, inputs={name: value for name, value in start.inputs.items() if name != "code"})
