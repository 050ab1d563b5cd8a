"""A real redis-server of one test, on a port of the loopback, that can be killed, hung and started again."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_S = 10


class RedisServer:
    """``url`` stays the same over a restart. One that ``notes`` writes all that it is told to keep into a file."""

    def __init__(self, port: int, folder: Path, notes: bool = False) -> None:
        self.url = f"redis://127.0.0.1:{port}/0"
        self._port, self._folder, self._notes = port, folder, notes
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it listens."""
        program = shutil.which("redis-server")
        assert program is not None
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        options += ["--appendonly", "yes"] if self._notes else []
        self._process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_S
        while not self._listens():
            assert time.monotonic() < deadline, "redis-server did not start"
            time.sleep(0.01)

    def kill(self) -> None:
        """As by kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def hang(self) -> None:
        """It still takes connections, by the kernel, and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def noted(self) -> bytes:
        """Every change since it was started, also of what has expired meanwhile."""
        return b"".join(file.read_bytes() for file in sorted((self._folder / "appendonlydir").iterdir()))

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


@contextmanager
def redis_server(folder: Path, notes: bool = False) -> Iterator[RedisServer]:
    """A server that runs, and is gone afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = RedisServer(port, folder, notes)
    server.start()
    try:
        yield server
    finally:
        server.kill()
