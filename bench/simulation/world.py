"""One run's world: two processes of ours, a core, a gateway, a clock, and the eyes that look at the laws."""

import asyncio
import base64
import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import asyncpg

from bench.simulation.core import ACTIONS, CAPABILITIES, Core, Fate, Gateway
from bench.simulation.laws import Laws
from bench.simulation.postgres import Connections, Door
from bench.simulation.turns import Host, StillLoop, Turns, Waiting
from bot.keyring import Keyring
from core_adapters import brands
from core_adapters.database import Pool
from core_adapters.operations.accepting import Accepting
from core_adapters.operations.audit import Audit
from core_adapters.operations.desk import Desk
from core_adapters.operations.resolving import Resolving
from core_adapters.operations.reversing import ACTION as REVERSE
from core_adapters.operations.reversing import Reversing
from core_adapters.operations.sca import ScaCodes
from core_adapters.operations.store import Store
from core_adapters.operations.worker import Worker
from core_adapters.ports import Order, Performer, Person
from flows.cards import CardNumber
from flows.events import BankEvent, OperationSettled

EPOCH = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CONVERSATION = UUID(int=1)
PEOPLE = {
    "anna": Person("+380501112233", "Anna", "Koval", identified=True),
    "boris": Person("+380671112233", "Boris", "Hnatiuk", identified=True),
}
CARDS = tuple(
    CardNumber(f"card_simulated{n:08d}", f"{1000 + n}", "VISA", True, hashlib.sha256(b"%d" % n).hexdigest())
    for n in range(3)
)
NEWS = """
create schema if not exists simulation;
create table if not exists simulation.news (n serial, op_id uuid not null, what text not null);
create index if not exists news_of_operation on simulation.news (op_id);
"""
TABLES = "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'money' and tablename <> $1"
ATTEMPT = "select count(*) from money.attempt where op_id = $1 and n = $2"
BLOCKED = "select pid from unnest($1::int[]) pid where cardinality(pg_blocking_pids(pid)) > 0"


class Sink:
    """Keeps every piece of news, a second one of the same kind too."""

    async def announce(self, connection: Any, event: OperationSettled | BankEvent) -> None:
        if isinstance(event, OperationSettled):
            op_id, what = event.op_id, event.state
        else:
            op_id, what = UUID(next(iter(event.match.values()))), "followed"
        await connection.execute("insert into simulation.news (op_id, what) values ($1, $2)", op_id, what)


class Directory:
    async def person(self, customer_id: str) -> Person:
        return PEOPLE[customer_id]


@dataclass(eq=False)
class Process:
    """One of ours. Its clock may be wrong, and it may leave sending to others."""

    host: Host
    door: Door
    store: Store
    desk: Desk
    worker: Worker
    reversing: Reversing
    resolving: Resolving
    round: "asyncio.Task[None] | None" = None


@dataclass
class Bench:
    """What outlives a run: the loop, the connections, the keys."""

    loop: StillLoop
    dsn: str
    connections: Connections
    witness: "asyncpg.Connection[Any]"
    observer: "asyncpg.Connection[Any]"
    keyring: Keyring = field(default_factory=lambda: Keyring([base64.b64encode(bytes(32)).decode()]))

    @classmethod
    async def at(cls, loop: StillLoop, dsn: str) -> "Bench":
        made = cls(loop, dsn, Connections(dsn), await asyncpg.connect(dsn), await asyncpg.connect(dsn))
        await made.witness.execute(NEWS)
        for card in CARDS:
            await made.witness.execute(
                "insert into money.card_number (token, fingerprint, sealed, last4, scheme, luhn_ok)"
                " values ($1, $2, '', $3, $4, true) on conflict do nothing",
                *(card.token, card.fingerprint, card.last4, card.scheme),
            )
        return made

    async def clear(self) -> None:
        """Take away what the run before has left. The laws that forbid it are for programs, not for us."""
        tables = [row[0] for row in await self.witness.fetch(TABLES, "card_number")]
        deletes = "; ".join(f"delete from {table}" for table in [*tables, "simulation.news"])  # nosec B608 # tables of ours, in a database for this alone
        await self.witness.execute(f"set session_replication_role = replica; {deletes}; reset session_replication_role")

    async def tidy(self) -> None:
        """Give back the room of what was deleted; after some hundred runs."""
        tables = [row[0] for row in await self.witness.fetch(TABLES, "card_number")]
        await self.witness.execute(f"truncate {', '.join([*tables, 'simulation.news'])} cascade")

    async def close(self) -> None:
        await self.connections.close()
        await self.witness.close()
        await self.observer.close()

    async def blocked(self, pids: list[int]) -> set[int]:
        return {row["pid"] for row in await self.observer.fetch(BLOCKED, pids)}


class World:
    """A run. ``fate`` says what the core does to a request, ``sends`` whether a process sends at once."""

    def __init__(
        self, bench: Bench, capability: str, fate: Callable[[Order], Fate], delay_ms: Callable[[], int],
        message_fate: Callable[[], Fate], skews_s: dict[str, int],
    ) -> None:  # fmt: skip
        self.bench, self.skews = bench, skews_s
        self.turns = Turns(bench.loop, bench.blocked)
        bench.loop.now_ms = 0
        self.brand = brands.load("sandbox")
        self.core = Core(self.turns, CAPABILITIES[capability], fate, delay_ms, self._sent)
        self.gateway = Gateway(self.turns, message_fate)
        self.audit = Audit(b"audit key")
        self.laws = Laws(self.core, self.brand, bench.keyring)
        self.processes = {name: self._process(name) for name in skews_s}
        self.rows: list[asyncpg.Record] = []
        self.ended: list[str] = []
        self._commits = 0
        self._tasks: dict[str, asyncio.Task[Any]] = {}

    def clock(self, skew_s: int = 0) -> datetime:
        return EPOCH + timedelta(milliseconds=self.turns.now_ms, seconds=skew_s)

    def _process(self, name: str) -> Process:
        skew = self.skews[name]
        host = Host(name)
        door = Door(self.turns, host, self.bench.connections)
        store = Store(cast(Pool, door), self.bench.keyring, self.audit, Sink(), lambda: self.clock(skew))
        codes = ScaCodes(store, Directory(), self.gateway)
        performers: dict[str, Performer] = {self.core.name: self.core, codes.name: codes}
        performer_of = dict.fromkeys(ACTIONS, self.core.name) | {"sca.send_code": codes.name}
        accepting = Accepting(store, self.brand, Directory(), performer_of)
        assert REVERSE in performer_of
        return Process(
            host, door, store, Desk(store, accepting, performers, started=True), Worker(store, performers),
            Reversing(accepting), Resolving(store),
        )  # fmt: skip

    async def _sent(self, order: Order) -> None:
        """Law L3: what the core hears of is committed as being sent before."""
        found = await self.turns.statement(
            self.bench.witness.get_server_pid(), self.bench.witness.fetchval(ATTEMPT, order.op_id, order.attempt)
        )
        if not found:
            self.turns.broken.append(f"L3: attempt {order.attempt} of {order.op_id} was sent before it was committed")

    def spawn(self, process: Process, name: str, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Have a process do something."""
        task = self.turns.spawn(process.host, f"{process.host.name}:{name}", work)
        self._tasks[f"{process.host.name}:{name}"] = task
        return task

    def begin_round(self, process: Process, name: str) -> None:
        """A round of the background, unless the last one is still at work."""
        if process.round is None or process.round.done():
            process.round = self.spawn(process, name, process.worker.round())

    async def let(self, waiting: Waiting) -> None:
        """Let one task go on, and look at what it has done."""
        await self.turns.let(waiting)
        self._collect()
        if self.turns.commits != self._commits:
            await self.look()

    async def look(self) -> None:
        """Look at the laws now."""
        self._commits = self.turns.commits
        self.rows, wrong = await self.laws.look(self.bench.witness)
        self.turns.broken += wrong

    async def move_to(self, now_ms: int) -> None:
        """Let time go by, with whatever lands meanwhile."""
        await self.turns.move_to(now_ms)
        self._collect()
        self.core.land()

    async def kill(self, name: str) -> None:
        """End a process between two pauses; nothing of it goes on."""
        process = self.processes.pop(name)
        process.host.dead = True
        await process.door.die()
        alive = [task for task in process.host.tasks if not task.done()]
        for task in alive:
            task.cancel()
        await asyncio.gather(*alive, return_exceptions=True)
        self._tasks = {name: task for name, task in self._tasks.items() if task not in alive}
        await self.turns.quiet()

    def restart(self, name: str) -> Process:
        """Start it again."""
        self.processes[name] = self._process(name)
        return self.processes[name]

    def _collect(self) -> None:
        for name, task in sorted(self._tasks.items()):
            if task.done():
                del self._tasks[name]
                error = None if task.cancelled() else task.exception()
                self.ended.append(f"{name} {type(error).__name__ if error else 'ended'}")
                if error is not None and type(error).__name__ not in EXPECTED:
                    self.turns.broken.append(f"{name} broke: {type(error).__name__}: {error}")

    @property
    def is_idle(self) -> bool:
        return not self._tasks and not self.turns.waiting

    async def end(self) -> None:
        """Take the run down."""
        for name in list(self.processes):
            await self.kill(name)
        self.turns.close()

    async def is_linked(self) -> bool:
        """Whether the audit's chain has come to its end."""
        return not await self.bench.witness.fetchval("select exists (select from money.audit where link is null)")

    async def audited(self) -> list[str]:
        """What is wrong with the audit at the end (law L9)."""
        checked = await self.audit.check(cast(Pool, Plain(self.bench.witness)))
        wrong = [f"L9 row {finding.seq}: {finding.what}" for finding in checked.findings]
        return wrong + ([f"L9 {checked.unlinked} rows are not linked"] if checked.unlinked else [])


# What a second tap, a second clerk and a customer who mistypes are told; everything else that ends a task is a bug.
EXPECTED = frozenset(
    {"Conflict", "NotReversible", "NotOnHold", "NoProposal", "ProposedAlready", "SamePerson", "AnotherOutcome",
     "NoSuchOperation"}
)  # fmt: skip


class Plain:
    """A connection where a pool is wanted."""

    def __init__(self, connection: "asyncpg.Connection[Any]") -> None:
        self._connection = connection

    def acquire(self) -> "Plain":
        return self

    async def __aenter__(self) -> "asyncpg.Connection[Any]":
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        """It stays open."""
