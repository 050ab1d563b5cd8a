"""Teller as a stranger starts it: `teller run` in a process of its own."""

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx

from bench.chaos.estate import UNDERSTANDING

START_S = 300.0
STOP_S = 30.0
LOOK_S = 0.05


@dataclass
class Running:
    """A running installation. ``kill`` ends it as a power cut would, ``start`` brings it up again on the same data."""

    url: str
    environment: dict[str, str]
    log: Path
    role: str = "all"
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "bot.cli", "run", "--role", self.role]
            self.processes.append(subprocess.Popen(command, env=self.environment, stdout=log, stderr=log))
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert self.processes[-1].poll() is None, self.log.read_text()
            try:
                if httpx.get(f"{self.url}/healthz").status_code == httpx.codes.OK and self._understands():
                    return
            except httpx.TransportError:
                pass
            time.sleep(LOOK_S)
        raise AssertionError(f"Teller did not come up\n{self.log.read_text()}")

    def _understands(self) -> bool:
        """Whether the model is trained (the first start does that beside its work) where this role needs one."""
        starts = len(self.processes)
        return (
            self.role not in ("all", "webhooks", "worker")
            or self.log.read_text().count("understanding_ready") >= starts
        )

    def balances(self) -> dict[str, int]:
        """What the bank's books say, in minor units, by holder and currency."""
        found = httpx.get(f"{self.url}/sandbox/api/accounts").raise_for_status().json()
        balances: dict[str, int] = {}
        for account in found:
            name = f"{account['holder']} {account['currency']}"
            balances[name] = balances.get(name, 0) + account["balance_minor"]
        return balances

    def transfers(self, amount_minor: int) -> list[dict[str, object]]:
        """The transfers of exactly this amount that the bank has posted."""
        found = httpx.get(f"{self.url}/sandbox/api/postings").raise_for_status().json()
        return [one for one in found if one["kind"] == "transfer" and one["amount_minor"] == amount_minor]

    def until(self, holds: Callable[[], bool], otherwise: str) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + START_S
        while not holds():
            assert time.monotonic() < deadline, otherwise
            time.sleep(LOOK_S)

    def fault(self, **fault: object) -> None:
        """Make the bank misbehave: ``operation``, ``outcome``, ``delay_s``, ``count``."""
        httpx.put(f"{self.url}/sandbox/api/faults", json={"core": "rest", "delay_s": 0, **fault}).raise_for_status()

    def kill(self) -> None:
        self.processes[-1].send_signal(signal.SIGKILL)
        self.processes[-1].wait()

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            process.wait(STOP_S)


@contextmanager
def installed(server: str, folder: Path, **settings: str) -> Iterator[Running]:
    """An installation with a port and a database of its own; ``settings`` go before what a newcomer has."""
    port = free_port()
    learnt_once(folder)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TELLER_")} | {
        "TELLER_DATA_DIR": str(folder),
        "TELLER_DATABASE_URL": fresh_database(server),
        "TELLER_HTTP__PORT": str(port),
        "TELLER_LOG__FORMAT": "json",
        **settings,
    }
    running = Running(f"http://127.0.0.1:{port}", environment, folder / "teller.log")
    try:
        running.start()
        yield running
    finally:
        running.stop()


def learnt_once(folder: Path) -> None:
    """The first installation trains the understanding, others find it: it is kept by what it has learnt from."""
    UNDERSTANDING.mkdir(parents=True, exist_ok=True)
    (folder / "nlu").symlink_to(UNDERSTANDING, target_is_directory=True)


def free_port() -> int:
    """A port of the loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fresh_database(server: str) -> str:
    """A migrated database of this installation alone."""
    name = f"whole_{secrets.token_hex(6)}"
    asyncio.run(_create(server, name))
    return urlsplit(server)._replace(path=f"/{name}").geturl()


async def _create(server: str, name: str) -> None:
    connection = await asyncpg.connect(server)
    await connection.execute(f"create database {name} template teller_template strategy file_copy")
    await connection.close()
