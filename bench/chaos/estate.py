"""A bank's estate in processes of their own, with wires between them that can be watched and made ill.

sandbox (the bank and the messengers: it is the judge, and nothing happens to it) · customers · images · two cores ·
webhooks · two workers. Each is what `teller run --role` is.
"""

import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.chaos.nursery import CLOCK
from bench.chaos.proxy import Gate
from bench.chaos.servers import Database, Redis, free_port, is_alive, until_gone
from bench.money.wire import Manner, Moment, Watch, Wire
from bot.migrations import upgrade
from bot.postgres import stop

ROLES = {
    "sandbox": "sandbox",
    "customers": "customer-api",
    "images": "image-api",
    "core-1": "core-adapters",
    "core-2": "core-adapters",
    "webhooks": "webhooks",
    "worker-1": "worker",
    "worker-2": "worker",
}
UP_S = 300.0
GONE_S = 60.0
LOOK_S = 0.1
ROOT = Path(__file__).parents[2]
UNDERSTANDING = Path(__file__).parents[1] / "out" / "understanding"  # trained once, found by all


@dataclass
class Trap:
    """A kill that waits for its moment."""

    moment: Moment
    sprung: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class Old:
    """A process that another one has come up beside."""

    name: str
    pid: int
    port: int


@dataclass
class Estate:
    """Everything that runs. ``manner`` is how the wires to the core behave now."""

    folder: Path
    database: Database
    redis: Redis
    http: httpx.AsyncClient
    dice: random.Random
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in ROLES})
    urls: dict[str, str] = field(default_factory=dict)
    pids: dict[str, int] = field(default_factory=dict)
    traps: dict[str, Trap] = field(default_factory=dict)
    wires: dict[str, Wire] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    manner: Manner = "through"
    nursery: tuple[asyncio.StreamWriter, asyncio.StreamReader] | None = None
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def sandbox(self) -> str:
        return f"http://127.0.0.1:{self.ports['sandbox']}/sandbox"

    def clock_of(self, name: str) -> Path:
        return self.folder / f"{name}.clock"

    async def start(self, name: str) -> None:
        """Begin the process; returns when it answers."""
        wish = {"role": ROLES[name], "environment": self._environment(name), "log": str(self.folder / f"{name}.log")}
        assert self.nursery is not None, "the nursery comes first"
        wishes, births = self.nursery
        async with self._one_at_a_time:
            wishes.write(json.dumps(wish).encode() + b"\n")
            self.pids[name] = int(await births.readline())
        await self.until_up(name)

    async def until_up(self, name: str) -> None:
        deadline = time.monotonic() + UP_S
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if (await self.http.get(f"http://127.0.0.1:{self.ports[name]}/healthz")).status_code == httpx.codes.OK:
                    return
            if not is_alive(self.pids[name]):
                raise RuntimeError(f"{name} did not start:\n{self.log_of(name)[-2000:]}")
            await asyncio.sleep(LOOK_S)
        raise RuntimeError(f"{name} did not answer:\n{self.log_of(name)[-2000:]}")

    def log_of(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def signal(self, name: str, what: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pids[name], what)

    async def kill(self, name: str) -> None:
        """As by kill -9, and gone when this returns."""
        self.signal(name, signal.SIGKILL)
        await until_gone(self.pids[name])

    async def roll(self, name: str) -> float:
        """As a rolling deployment does: a new one comes up beside it, then it is told to go; the seconds that took."""
        return await self.let_go(await self.beside(name))

    async def beside(self, name: str) -> Old:
        """A new one comes up beside the old one, which goes on as before."""
        old = Old(name, self.pids[name], self.ports[name])
        self.ports[name] = free_port()
        await self.start(name)
        return old

    async def let_go(self, old: Old, most_s: float = GONE_S) -> float:
        """What comes now is the new one's. The old one is told to go, and has gone when this returns; how long it took.

        Raises TimeoutError.
        """
        for gate in self.gates.values():
            gate.ports = [self.ports[old.name] if port == old.port else port for port in gate.ports]
        began = time.monotonic()
        with suppress(ProcessLookupError):
            os.kill(old.pid, signal.SIGTERM)
        await until_gone(old.pid, most_s)
        return time.monotonic() - began

    def watching(self, name: str) -> Watch:
        """What springs the trap of a process when its moment comes over the wire."""

        async def watch(moment: Moment, first: bytes) -> None:
            trap = self.traps.get(name)
            if trap is None or trap.moment != moment or (moment == "sent" and not first.startswith(b"POST")):
                return
            del self.traps[name]
            self.signal(name, signal.SIGKILL)
            trap.sprung.set()

        return watch

    async def wired(self, stack: AsyncExitStack) -> None:
        """Listen on every wire."""

        async def gate(name: str, ports: list[int], watched: str = "") -> str:
            self.gates[name] = made = Gate(ports, watch=self.watching(watched)) if watched else Gate(ports)
            return f"http://127.0.0.1:{await stack.enter_async_context(made.listening())}"

        for name in ("core-1", "core-2"):
            wire = Wire("127.0.0.1", self.ports["sandbox"], lambda: self.manner, watch=self.watching(name))
            self.wires[name] = wire
            self.urls[name] = f"http://127.0.0.1:{await stack.enter_async_context(wire.listening())}"
        for name in ("worker-1", "worker-2"):
            self.urls[name] = await gate(name, [self.ports["sandbox"]], name)
        self.urls["webhooks"] = await gate("webhooks", [self.ports["webhooks"]], "webhooks")
        self.urls["customers"] = await gate("customers", [self.ports["customers"]], "customers")
        self.urls["core"] = await gate("core", [self.ports["core-1"], self.ports["core-2"]])

    def _environment(self, name: str) -> dict[str, str]:
        own = {key: value for key, value in os.environ.items() if not key.startswith(("TELLER_", "PYTHON"))}
        there = self.urls[name] if name.startswith("worker") else f"http://127.0.0.1:{self.ports['sandbox']}"
        core = self.urls[name] if name in self.wires else f"http://127.0.0.1:{self.ports['sandbox']}"
        public = {"webhooks": self.urls["webhooks"], "worker": self.urls["webhooks"], "core": self.urls["core"]}
        return own | {
            CLOCK: str(self.clock_of(name)),
            "TELLER_DATA_DIR": str(self.folder / "data"),
            "TELLER_DATABASE_URL": self.database.dsn,
            "TELLER_REDIS_URL": self.redis.url,
            "TELLER_HTTP__PORT": str(self.ports[name]),
            "TELLER_HTTP__PUBLIC_URL": public.get(name.partition("-")[0], ""),
            "TELLER_LOG__FORMAT": "json",
            "TELLER_TELEGRAM__API_URL": f"{there}/sandbox/telegram",
            "TELLER_WHATSAPP__API_URL": f"{there}/sandbox/whatsapp",
            "TELLER_CORE__URL": f"{core}/sandbox/bank/v1",
            "TELLER_SMS__URL": f"{self.sandbox}/sms",
            "TELLER_CUSTOMER_API__URL": self.urls["customers"],
            "TELLER_IMAGE_API__URL": f"http://127.0.0.1:{self.ports['images']}",
            "TELLER_CORE_ADAPTERS__URL": self.urls["core"],
        }


@contextmanager
def apart() -> Iterator[Path]:
    """A folder for an estate; its database server is gone afterwards, the folder is not."""
    folder = Path(tempfile.mkdtemp(prefix="teller-chaos-"))
    folder.chmod(0o711)  # as root the server runs as somebody else and must get through
    try:
        yield folder
    finally:
        stop(folder)
        deadline = time.monotonic() + GONE_S
        while (folder / "pg" / "data" / "postmaster.pid").exists() and time.monotonic() < deadline:
            time.sleep(LOOK_S)


@asynccontextmanager
async def running(folder: Path, seed: int) -> AsyncIterator[Estate]:
    """The estate, all of it up; gone afterwards."""
    UNDERSTANDING.mkdir(parents=True, exist_ok=True)
    (folder / "data").mkdir()
    (folder / "data" / "nlu").symlink_to(UNDERSTANDING, target_is_directory=True)
    async with AsyncExitStack() as stack:
        database = Database(folder)
        await asyncio.to_thread(database.start)
        await upgrade(database.dsn)
        redis = Redis(folder, free_port())
        redis.start()
        stack.callback(redis.kill)
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=15, trust_env=False))
        estate = Estate(folder, database, redis, http, random.Random(seed))
        await estate.wired(stack)
        await _born(estate, stack)
        yield estate


async def _born(estate: Estate, stack: AsyncExitStack) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("TELLER_", "PYTHON"))}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.chaos.nursery"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment | {"OPENBLAS_NUM_THREADS": "1"},  # it forks, which threads do not survive
        cwd=ROOT,
    )
    assert process.stdin is not None, "it was asked for"
    assert process.stdout is not None, "it was asked for"
    estate.nursery = process.stdin, process.stdout
    stack.push_async_callback(_ended, estate, process)
    await estate.start("sandbox")
    await asyncio.gather(*(estate.start(name) for name in ROLES if not name.startswith(("sandbox", "worker"))))
    # One trains the understanding, the others find it trained.
    async with asyncio.timeout(UP_S):
        while "understanding_ready" not in estate.log_of("webhooks"):  # noqa: ASYNC110 -- it says so in its log
            await asyncio.sleep(LOOK_S)
    await asyncio.gather(estate.start("worker-1"), estate.start("worker-2"))


async def _ended(estate: Estate, nursery: asyncio.subprocess.Process) -> None:
    for name in estate.pids:
        estate.signal(name, signal.SIGKILL)
    await nursery.communicate(b"")  # the end of its input ends it
