"""The two servers that are taken away: Postgres, which holds the truth, and Redis, which may go at any time."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from bot.postgres import ensure_postgres

START_S = 60.0
LOOK_S = 0.02


@dataclass
class Database:
    """The embedded server of one folder. It comes back at the same address."""

    folder: Path
    dsn: str = ""

    def start(self) -> None:
        self.dsn = ensure_postgres(self.folder)

    async def away(self, how: str, seconds: float) -> None:
        """Stopped fast, as an operator does, or killed as by a power cut; started again after so long."""
        pid_file = self.folder / "pg" / "data" / "postmaster.pid"
        pid = int(pid_file.read_text().split()[0])
        os.kill(pid, signal.SIGKILL if how == "killed" else signal.SIGINT)
        await until_gone(pid)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self.start)


@dataclass
class Redis:
    """A redis-server that keeps nothing. ``program`` is None where there is none on this machine."""

    folder: Path
    port: int
    program: str | None = field(default_factory=lambda: shutil.which("redis-server"))
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0" if self.program else ""

    def start(self) -> None:
        if self.program is None:
            return
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        # In a session of its own: it goes when the estate does, and not by Ctrl-C in the middle of that.
        self._process = subprocess.Popen([self.program, *options], stdout=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + START_S
        while not _listens(self.port) and time.monotonic() < deadline:
            time.sleep(LOOK_S)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def ask(self, *words: str) -> bytes:
        """One command; what is answered to it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(" ".join(words).encode() + b"\r\n")
        answer = await reader.readline()
        writer.close()
        return answer


async def until_gone(pid: int, most_s: float = START_S) -> None:
    """Wait until a process has ended. Raises TimeoutError."""
    async with asyncio.timeout(most_s):
        while is_alive(pid):  # noqa: ASYNC110 -- not our child: the kernel offers no event
            await asyncio.sleep(LOOK_S)


def is_alive(pid: int) -> bool:
    """Whether it runs, or could: a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat[stat.rindex(")") + 2] not in "ZX"


def free_port() -> int:
    """A port of the loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
