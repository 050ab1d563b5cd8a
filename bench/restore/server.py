"""A Postgres that may be lost: started by hand, without a keeper that would bring it back."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from bot.postgres.binaries import Programs, programs
from bot.postgres.place import Place, answers, place_for, socket_folder
from bot.settings import PROJECT

USER, DATABASE, PORT = "teller", "teller", "5432"
START_S = 180.0
LOOK_S = 0.02


@dataclass
class Server:
    """One server with its data in a folder of its own, run as somebody who may run one."""

    folder: Path
    like: "Server | None" = None  # whose programs it takes: they may have been copied to where its user reaches them
    place: Place = field(init=False)
    tools: Programs = field(init=False)
    socket: Path = field(init=False)
    _process: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.place = place_for(self.folder)
        self.place.owner.take(self.place.home)
        self.tools = self.like.tools if self.like is not None else programs("embedded", self.place)
        self.socket = socket_folder(self.place)

    @property
    def dsn(self) -> str:
        return f"postgresql://{USER}@/{DATABASE}?host={quote(str(self.socket))}&port={PORT}"

    @property
    def environment(self) -> dict[str, str]:
        """For the programs that talk to it."""
        path = f"{self.tools.folder}{os.pathsep}{os.defpath}"
        return {"PATH": path, "PGHOST": str(self.socket), "PGPORT": PORT, "PGUSER": USER, "LC_ALL": "C", "TZ": "UTC"}

    def create(self) -> None:
        """A new, empty server, started."""
        options = ["--no-sync", "--no-instructions", "--auth=trust", "--encoding=UTF8", *self.tools.locale, "-U", USER]
        self.run([self.tools.path("initdb"), *options, "-D", str(self.place.data)])
        self.start()
        self.run([self.tools.path("createdb"), DATABASE])

    def start(self) -> None:
        """Start on the data that is there, and wait until it lets in."""
        command = [self.tools.path("postgres"), "-D", str(self.place.data), "-c", "listen_addresses="]
        command += ["-c", f"unix_socket_directories={self.socket}", "-c", f"port={PORT}"]
        log = self.place.log.open("ab")
        owner = self.place.owner.as_subprocess
        self._process = subprocess.Popen(command, cwd="/", env=self.environment, stdout=log, stderr=log, **owner)
        log.close()
        deadline = time.monotonic() + START_S
        while not (answers(self.socket) and self._is_open()):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Postgres did not start:\n{self.place.log.read_text()[-2000:]}")
            time.sleep(LOOK_S)

    def lose(self) -> None:
        """The machine is gone, and its disk with it."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = None
        shutil.rmtree(self.place.data)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()

    def spawn(self, command: list[str]) -> "subprocess.Popen[bytes]":
        """A program beside the server, as its user."""
        log = self.place.log.open("ab")
        owner = self.place.owner.as_subprocess
        process = subprocess.Popen(command, cwd="/", env=self.environment, stdout=log, stderr=log, **owner)
        log.close()
        return process

    def run(self, command: list[str]) -> None:
        """The same to its end. Raises RuntimeError with what it said."""
        owner = self.place.owner.as_subprocess
        done = subprocess.run(
            command, cwd="/", env=self.environment, capture_output=True, text=True, check=False, **owner
        )
        if done.returncode:
            raise RuntimeError(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}")

    def script(self, name: str) -> list[str]:
        """A script of tools/, which the server's user may not be able to reach: it is handed over as a text."""
        return ["/bin/sh", "-c", (PROJECT / "tools" / name).read_text(), f"tools/{name}"]

    def _is_open(self) -> bool:
        asked = [self.tools.path("psql"), "-d", "postgres", "-Atc", "select pg_is_in_recovery()"]
        done = subprocess.run(
            asked, cwd="/", env=self.environment, capture_output=True, text=True, check=False,
            **self.place.owner.as_subprocess,
        )  # fmt: skip
        return done.stdout.strip() == "f"
