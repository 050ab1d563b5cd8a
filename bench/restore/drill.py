"""Payments go on while a copy is taken and while the server is lost; then the new server is asked what it knows.

Two witnesses stand outside of the database: whoever started an operation and had its answer, and the bank, which writes
down what reached it. All that either of them saw must be in the new server.
"""

import asyncio
import base64
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from bench.money.bank import Books, SocketBank, impatient
from bench.money.room import CARD, PAYEE, SETUP, Ours, transfer, worker_of
from bench.restore.server import Server
from bot.keyring import Keyring
from bot.migrations import upgrade
from core_adapters.database import leave_as_found
from core_adapters.http import Service
from core_adapters.logins import BearerLogin
from core_adapters.operations.audit import Audit
from core_adapters.operations.ids import core_ref
from core_adapters.ports import Capability

AT_ONCE = 8
GOAL_S = 600.0
AUDIT_KEY = b"audit key"  # that of `worker_of`
BEGUN = {"SENDING", "UNKNOWN", "POSTED"}
SETTLE_S = 180.0
LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, Exception)


@dataclass
class Witness:
    """What was answered to whoever asked."""

    over: bool = False
    answered: set[UUID] = field(default_factory=set)
    seen_posted: set[UUID] = field(default_factory=set)


@dataclass
class Found:
    """What the drill came to."""

    figures: dict[str, float | int]
    wrong: list[str]


async def drill(folder: Path, operations: int) -> Found:
    """Lose a server in the middle of so many operations, and make a new one.

    Another is made of the same without the newest changes: were nothing missed there, the drill would be blind.
    """
    old, kept = Server(folder / "old"), folder / "kept"
    kept.mkdir(mode=0o711)
    old.place.owner.take(kept)
    keyring = Keyring([base64.b64encode(secrets.token_bytes(32)).decode()])
    books, witness, figures = Books(), Witness(), dict[str, float | int]()
    async with books.served() as port:
        url = f"http://127.0.0.1:{port}"
        with _receiving(old, kept):
            await _payments_until_the_end(old, kept, url, keyring, witness, operations, figures)
        began = time.monotonic()
        new = Server(folder / "new", old)
        new.run([*new.script("restore"), str(kept), str(new.place.data)])
        new.start()
        figures["restored_after_s"] = round(time.monotonic() - began, 1)
        try:
            wrong = await _judged(new, url, keyring, books, witness, figures)
        finally:
            new.stop()
    figures["missed_without_the_newest"] = await _missed_without_the_newest(folder, old, kept, witness)
    if not figures["missed_without_the_newest"]:
        wrong.append("the drill is blind: a new server without the newest changes knows as much")
    if figures["restored_after_s"] > GOAL_S:
        wrong.append(f"it took longer than {GOAL_S:.0f} s")
    return Found(figures, wrong)


async def _missed_without_the_newest(folder: Path, old: Server, kept: Path, witness: Witness) -> int:
    """How many answered payments are not known to a server that is made without the file that was being written."""
    poor = folder / "poor"
    poor.mkdir(mode=0o711)
    old.place.owner.take(poor)
    new = Server(folder / "blind", old)
    new.run(["cp", "-R", f"{kept}/.", str(poor)])
    for file in (poor / "wal").glob("*.partial"):
        file.unlink()
    new.run([*new.script("restore"), str(poor), str(new.place.data)])
    new.start()
    try:
        async with _looking(new.dsn) as pool:
            known = {row["op_id"] for row in await pool.fetch("select op_id from money.operation")}
    finally:
        new.stop()
    return len(witness.answered - known)


@contextmanager
def _receiving(server: Server, kept: Path) -> Iterator[None]:
    """A server whose commits are answered once their change is kept elsewhere."""
    server.create()
    receiver = server.spawn([*server.script("backup"), "wal", str(kept)])
    try:
        yield
    finally:
        receiver.terminate()
        receiver.wait()
        server.stop()


async def _confirmed_elsewhere(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("alter system set synchronous_standby_names = 'teller_wal'")
        await connection.execute("select pg_reload_conf()")
        asked = "select count(*) from pg_stat_replication where sync_state = 'sync'"
        while not await connection.fetchval(asked):  # noqa: ASYNC110 -- the server offers no event
            await asyncio.sleep(0.05)
    finally:
        await connection.close()


async def _payments_until_the_end(
    old: Server, kept: Path, url: str, keyring: Keyring, witness: Witness, operations: int, figures: dict[str, Any]
) -> None:
    await upgrade(old.dsn)
    await _confirmed_elsewhere(old.dsn)
    async with _working(old.dsn, url, keyring) as (pool, ours):
        await pool.execute(SETUP)
        await pool.execute(CARD, PAYEE.token, PAYEE.fingerprint, PAYEE.last4, PAYEE.scheme)
        await _pay(ours, witness, operations // 3)
        paying = asyncio.create_task(_pay(ours, witness, sys.maxsize))
        began = time.monotonic()
        await asyncio.to_thread(old.run, [*old.script("backup"), "base", str(kept)])
        figures["copied_in_s"] = round(time.monotonic() - began, 1)
        enough = max(operations, len(witness.answered) + AT_ONCE)  # what follows the copy stands in the changes alone
        while len(witness.answered) < enough:  # noqa: ASYNC110 -- it is a set, and grows
            await asyncio.sleep(0.01)
        rows = await pool.fetch("select op_id from money.operation where state = 'POSTED'")
        witness.seen_posted = {row["op_id"] for row in rows}
        old.lose()
        witness.over = True
        await paying
    figures["answered"], figures["seen_posted"] = len(witness.answered), len(witness.seen_posted)


@asynccontextmanager
async def _working(dsn: str, url: str, keyring: Keyring) -> Any:
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=AT_ONCE + 4, reset=leave_as_found)
    async with impatient(8.0) as client:
        bank = SocketBank(Service(client, url, BearerLogin("bench")), Capability("key", "by-our-ref", 3))
        ours = worker_of(pool, keyring, bank)
        ours.desk.started = True
        ours.worker.start()
        try:
            yield pool, ours
        finally:
            await ours.worker.stop()
            await ours.desk.stop()
            await ours.api.aclose()
            pool.terminate()


async def _pay(ours: Ours, witness: Witness, operations: int) -> None:
    """Some at once; what is answered is written down here, outside of the database."""
    left = iter(range(operations))

    async def one_after_another() -> None:
        while not witness.over and next(left, None) is not None:
            start = transfer()
            with suppress(*LOST):  # the server goes while we ask: nothing was answered
                await ours.start(start)
                witness.answered.add(start.op_id)

    await asyncio.gather(*[one_after_another() for _ in range(AT_ONCE)])


async def _judged(
    new: Server, url: str, keyring: Keyring, books: Books, witness: Witness, figures: dict[str, float | int]
) -> list[str]:
    async with _looking(new.dsn) as pool:
        states = {row["op_id"]: row["state"] for row in await pool.fetch("select op_id, state from money.operation")}
        refs = {core_ref(op_id): state for op_id, state in states.items()}
        wrong = [f"{op_id} was answered and is gone" for op_id in witness.answered - states.keys()]
        wrong += [f"{op_id} was POSTED and is {states.get(op_id)}" for op_id in witness.seen_posted
                  if states.get(op_id) != "POSTED"]  # fmt: skip
        wrong += [f"the bank has {ref}, which is {refs.get(ref)} here" for ref in books.landed
                  if refs.get(ref) not in BEGUN]  # fmt: skip
        audit = Audit(AUDIT_KEY)
        wrong += [f"audit row {one.seq}: {one.what}" for one in (await audit.check(pool)).findings]
    async with _working(new.dsn, url, keyring) as (pool, _):
        async with asyncio.timeout(SETTLE_S):
            while await pool.fetchval("select count(*) from money.operation where settled_at is null"):  # noqa: ASYNC110 -- as above
                await asyncio.sleep(0.2)
        while await audit.link(pool):
            pass
        checked = await audit.check(pool)
        wrong += [f"after going on, audit row {one.seq}: {one.what}" for one in checked.findings]
        posted = await pool.fetchval("select count(*) from money.operation where state = 'POSTED'")
    if books.doubles or posted != len(books.landed):
        wrong.append(f"{posted} are POSTED here, {len(books.landed)} at the bank, {books.doubles} of them twice")
    figures |= {"known_after": len(states), "reached_the_bank": len(books.landed), "audit_rows": checked.rows}
    return wrong


@asynccontextmanager
async def _looking(dsn: str) -> Any:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        yield pool
