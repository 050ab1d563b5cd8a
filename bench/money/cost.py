"""G11: what the durable path costs: writing transactions an operation, and CPU time beside the barest durable path.

The bare path is what one would write by hand to move money once: one transaction stores the order, one says that it is
being sent, one says what came of it together with what the customer will be told. No limit, no proof, no seal, no
audit, no ledger. Both talk to a core in memory and to the same server, a round of one, then a round of the other.
"""

import asyncio
import statistics
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from bench.cpu import postmaster_of, server_s
from bench.money.goals import Found
from bench.money.room import CARD, PAYEE, SETUP, transfer, worker_of
from bot.keyring import Keyring
from core_adapters.database import leave_as_found
from core_adapters.ports import Capability, Order, Posted, Progress
from flows.effects import StartOperation

GOAL = 1.5
ROUNDS, AT_ONCE = 5, 8
BARE = """
create table if not exists bench.bare (op_id uuid primary key, state text not null, body bytea not null,
    sent_at timestamptz);
create table if not exists bench.bare_outbox (op_id uuid primary key, body text not null);
"""
# Every transaction that writes takes a number; reading takes none.
WRITING = "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
CAPABILITY = Capability("key", "by-our-ref", 3)


@dataclass(frozen=True)
class InMemory:
    """A core that says yes at once."""

    name: str = "bench"
    capability: Capability = CAPABILITY
    actions: frozenset[str] = frozenset({"transfers.execute"})

    async def perform(self, order: Order) -> Posted:
        return Posted(f"B-{order.reference}")

    async def enquire(self, order: Order) -> Posted | None:
        return Posted(f"B-{order.reference}")

    async def progress(self, order: Order) -> Progress | None:
        raise NotImplementedError


@dataclass
class Bare:
    """The three transactions by hand."""

    pool: Any
    keyring: Keyring

    async def pay(self, start: StartOperation) -> None:
        body = self.keyring.seal(repr(start.op_id).encode(), b"bare")
        async with self.pool.acquire() as connection:
            async with connection.transaction():
                await connection.execute(
                    "insert into bench.bare (op_id, state, body) values ($1, 'APPROVED', $2)", start.op_id, body
                )
            async with connection.transaction():
                await connection.execute(
                    "update bench.bare set state = 'SENDING', sent_at = now() where op_id = $1", start.op_id
                )
            await asyncio.sleep(0)
            async with connection.transaction():
                await self._done(connection, start.op_id)

    async def _done(self, connection: Any, op_id: UUID) -> None:
        await connection.execute("update bench.bare set state = 'POSTED' where op_id = $1 and state = 'SENDING'", op_id)
        await connection.execute("insert into bench.bare_outbox (op_id, body) values ($1, 'done')", op_id)


async def cost(dsn: str, operations: int) -> Found:
    """Both, round by round."""
    keyring = Keyring(["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="])
    async with asyncpg.create_pool(dsn, min_size=AT_ONCE, max_size=AT_ONCE, reset=leave_as_found) as pool:
        await pool.execute(SETUP + BARE)
        await pool.execute(CARD, PAYEE.token, PAYEE.fingerprint, PAYEE.last4, PAYEE.scheme)
        postmaster = postmaster_of(await pool.fetchval("select pg_backend_pid()"))
        ours, bare = worker_of(pool, keyring, InMemory()), Bare(pool, keyring)

        async def pay(start: StartOperation) -> None:
            ours.desk.started = True
            await ours.desk.start(start, UUID(int=1))

        spent: dict[str, list[float]] = {"ours": [], "bare": []}
        writes = 0.0
        for number in range(ROUNDS + 1):
            before = await pool.fetchval(WRITING)
            mine = await _round(pay, operations, postmaster, ours.desk.settled)
            writes = (await pool.fetchval(WRITING) - before) / operations
            by_hand = await _round(bare.pay, operations, postmaster, _nothing)
            if number:  # the first round only warmed up
                spent["ours"].append(mine)
                spent["bare"].append(by_hand)
        posted = await pool.fetchval("select count(*) from money.operation where state = 'POSTED'")
        await ours.api.aclose()
    ratio = statistics.median(a / b for a, b in zip(spent["ours"], spent["bare"], strict=True))
    wrong = [] if writes <= 3 else [f"{writes:.2f} writing transactions"]
    wrong += [] if ratio <= GOAL else [f"{ratio:.2f} times the bare path's CPU time, the goal is {GOAL}"]
    figures = {"operations": operations * (ROUNDS + 1), "posted": posted, "writing_transactions": round(writes, 2),
               "cpu_ms_ours": round(statistics.median(spent["ours"]), 2),
               "cpu_ms_bare": round(statistics.median(spent["bare"]), 2), "ratio": round(ratio, 2)}  # fmt: skip
    return Found("G11", figures, tuple(wrong))


async def _round(pay: Any, operations: int, postmaster: int, settle: Any) -> float:
    """CPU milliseconds an operation, the server's included."""
    starts = [transfer() for _ in range(operations)]
    server, own = server_s(postmaster), time.process_time()
    for at in range(0, operations, AT_ONCE):
        await asyncio.gather(*(pay(start) for start in starts[at : at + AT_ONCE]))
        await settle()
    own = time.process_time() - own
    return (own + server_s(postmaster) - server) * 1000 / operations


async def _nothing() -> None:
    """The bare path leaves nothing behind."""
