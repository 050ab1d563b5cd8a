"""How long a process takes until it answers, and what memory it has then, role by role.

The memory is the proportional set size (PSS): pages shared with other processes count by their share. The floor is the
smallest service that Starlette and uvicorn make.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.chaos.servers import free_port
from bench.cpu import process_s
from bench.performance.figures import Figure
from bench.performance.server import Server

START, MEMORY = "a process until it answers", "memory of a process at rest"
ROLES = ("webhooks", "worker", "core-adapters", "customer-api", "image-api", "sandbox", "all")
# Nobody is there, and nobody is asked by a process at rest.
ELSEWHERE = {f"TELLER_{name}__URL": "http://127.0.0.1:9" for name in ("CUSTOMER_API", "IMAGE_API", "CORE_ADAPTERS")}
UP_S, LOOK_S = 120.0, 0.02
RESTS_S = 300  # an understanding may be trained first
BARE = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
uvicorn.run(Starlette(routes=[Route("/healthz", lambda request: Response())]), port=int(sys.argv[1]), log_level="error")
"""


@dataclass(frozen=True, slots=True)
class Up:
    """What it took until /healthz answered, and what it holds then."""

    wall_s: float
    cpu_s: float
    memory_mb: float


async def measured(server: Server, understanding: Path, say: Callable[[str], None]) -> list[Figure]:
    """Each role by itself, on a database with its tables and an understanding that is trained already."""
    dsn = await server.database("starting")
    say("starting: the smallest service")
    floor = _up([sys.executable, "-c", BARE], {})
    starts, memories = list[Figure](), list[Figure]()
    with _folder(understanding) as folder:
        for role in ROLES:
            say(f"starting: {role}")
            environment = {"TELLER_DATA_DIR": str(folder), "TELLER_DATABASE_URL": dsn}
            environment |= {} if role == "all" else ELSEWHERE
            command = [sys.executable, "-m", "bot.cli", "run", "--role", role]
            _up(command, environment)  # what is made once, as an understanding or fonts, is made now
            up = _up(command, environment)
            name = "everything in one (all)" if role == "all" else role
            starts.append(Figure(START, name, up.cpu_s, "s CPU", {"bare Starlette": floor.cpu_s}))
            starts.append(Figure(START, f"{name}, by the clock", up.wall_s, "s", {"bare Starlette": floor.wall_s}))
            memories.append(Figure(MEMORY, name, up.memory_mb, "MB", {"bare Starlette": floor.memory_mb}))
    return starts + memories


@contextmanager
def _folder(understanding: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="teller-bench-start-") as name:
        folder = Path(name)
        understanding.mkdir(parents=True, exist_ok=True)
        (folder / "nlu").symlink_to(understanding, target_is_directory=True)
        yield folder


def _up(command: list[str], environment: dict[str, str]) -> Up:
    """Start it, look, end it. Raises RuntimeError with what it said when it did not come up."""
    port = free_port()
    own = {key: value for key, value in os.environ.items() if not key.startswith("TELLER_")}
    settings = environment | {"TELLER_HTTP__PORT": str(port), "TELLER_LOG__FORMAT": "json"}
    with tempfile.TemporaryFile() as told:
        began = time.perf_counter()
        given = command if environment else [*command, str(port)]
        process = subprocess.Popen(given, env=own | settings, stdout=told, stderr=told)
        try:
            if not _answers(port, process):
                told.seek(0)
                raise RuntimeError(f"{command[-1]} did not come up:\n{told.read()[-2000:].decode(errors='replace')}")
            wall_s, cpu_s = time.perf_counter() - began, process_s(process.pid)
            _rests(process.pid)
            return Up(wall_s, cpu_s, _memory_mb(process.pid))
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()


def _answers(port: int, process: "subprocess.Popen[bytes]") -> bool:
    until = time.monotonic() + UP_S
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=2, trust_env=False) as http:
        while time.monotonic() < until and process.poll() is None:
            with suppress(httpx.HTTPError):
                if http.get("/healthz").status_code == httpx.codes.OK:
                    return True
            time.sleep(LOOK_S)
    return False


def _rests(pid: int) -> None:
    """Until what goes on behind a start is over: a second in which next to nothing was computed."""
    before = process_s(pid)
    for _ in range(RESTS_S):
        time.sleep(1)
        now = process_s(pid)
        if now - before < 0.05:
            return
        before = now


def _memory_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
