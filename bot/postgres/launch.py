"""Starting the embedded server, or finding the one that runs already.

Starts are one at a time (`start.lock`). From its first call a process holds `users.lock` shared until it ends;
the keeper (see `keeper.py`) stops the server when nobody holds it any more.
"""

import fcntl
import os
import select
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NewType
from urllib.parse import quote

from bot.postgres.binaries import Kind, Programs, major, programs
from bot.postgres.place import Place, answers, hand_over, place_for, socket_folder
from bot.postgres.postmaster import PostgresDidNotStart, disarm, is_ready, running

Dsn = NewType("Dsn", str)

USER = "teller"
START_S = 60  # initdb and recovery on a slow disk
POLL_S = 0.02
KEEPER = Path(__file__).with_name("keeper.py")
NAMELESS_USER = "\nGive this user id a name in /etc/passwd, or set TELLER_DATABASE_URL to a server."
PORT = "5432"  # only part of the socket's file name: the server listens on no address

_in_use: dict[Path, tuple[int, Path]] = {}  # data folder -> (descriptor of the shared lock, socket's folder), for life
_one_at_a_time = threading.Lock()


def ensure_postgres(data_dir: Path, kind: Kind = "embedded", *, durable: bool = True) -> Dsn:
    """The address of a running server whose data is in `data_dir`; it stays for as long as this process lives.

    Blocking: milliseconds when it runs, about two seconds for the very first start. `durable=False` is for tests
    whose data need not outlive a power cut.

    :raises NoPostgres: no programs to run.
    :raises PostgresDidNotStart: with the end of the server's log.
    :raises OSError: the data folder cannot be written.
    """
    key = data_dir.resolve()
    with _one_at_a_time:
        held = _in_use.get(key)
        if held and answers(held[1]):
            return _dsn(held[1])
        place = place_for(key, "pg" if kind == "embedded" else "pg-system")
        users = held[0] if held else None
        with _locked(place.start_lock):
            # Waits while a keeper, that saw its last user go, is stopping the server.
            users = _shared(place.users_lock) if users is None else users
            try:
                folder = running(place, START_S) or _start(place, programs(kind, place), durable)
            except BaseException:
                _in_use.pop(key, None)
                os.close(users)
                raise
            finally:
                hand_over(place)
        _in_use[key] = (users, folder)
        return _dsn(folder)


def _dsn(folder: Path) -> Dsn:
    return Dsn(f"postgresql://{USER}@/{USER}?host={quote(str(folder))}&port={PORT}")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _shared(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def _start(place: Place, tools: Programs, durable: bool) -> Path:
    if not place.data.exists():
        _initdb(place, tools)
    _check_version(place, tools)
    folder = socket_folder(place)
    deadline = time.monotonic() + START_S
    # Helpers of a killed postmaster may hold its memory for a moment; the server refuses until they are gone.
    while not _started(place, tools, folder, durable, deadline):
        if time.monotonic() > deadline:
            raise PostgresDidNotStart(f"Postgres did not start. The end of {place.log}:\n{_tail(place.log)}")
        time.sleep(0.2)
    if not place.created.exists():
        _createdb(place, tools, folder)
    return folder


def _createdb(place: Place, tools: Programs, folder: Path) -> None:
    try:
        _run(place, [tools.path("createdb"), "-h", str(folder), "-p", PORT, "-U", USER, USER])
    except PostgresDidNotStart as failure:
        if "already exists" not in str(failure):  # made by a start that was killed before it could note it
            raise
    place.created.touch()


def _initdb(place: Place, tools: Programs) -> None:
    """A new data folder, whole or not at all: made beside it and then renamed."""
    fresh = place.home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    place.created.unlink(missing_ok=True)
    fresh.mkdir(mode=0o700)
    place.owner.take(fresh)
    options = ["--no-sync", "--no-instructions", "--auth=trust", "--encoding=UTF8", *tools.locale, "-U", USER]
    _run(place, [tools.path("initdb"), *options, "-D", str(fresh)])
    fresh.rename(place.data)


def _check_version(place: Place, tools: Programs) -> None:
    version = place.data / "PG_VERSION"
    if not version.exists():
        raise PostgresDidNotStart(f"{place.data} holds no database. Move the folder away to begin anew.")
    theirs, ours = version.read_text().strip(), major(tools.folder)
    if theirs != ours:
        raise PostgresDidNotStart(
            f"{place.data} was made by Postgres {theirs}, and the programs are {ours}. Use the version it was made by, "
            "or move the folder away to begin anew."
        )


def _run(place: Place, command: list[str]) -> None:
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    done = subprocess.run(  # noqa: S603 -- programs of ours
        command, cwd="/", env=environment, capture_output=True, text=True, check=False, **place.owner.as_subprocess
    )
    if done.returncode:
        hint = NAMELESS_USER if "could not look up effective user" in done.stderr else ""
        raise PostgresDidNotStart(f"{Path(command[0]).name} failed:\n{done.stderr.strip()[-2000:]}{hint}")


def _started(place: Place, tools: Programs, folder: Path, durable: bool, deadline: float) -> bool:
    """Let a keeper start the server; False if it ended before it was ready."""
    disarm(place)
    server = [tools.path("postgres"), "-D", str(place.data), *_options(folder, durable)]
    owner = [str(place.owner.uid), str(place.owner.gid)]
    command = [sys.executable, "-I", "-S", str(KEEPER), str(place.users_lock), str(folder), *owner, *server]
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    with place.log.open("ab") as log:
        starter = subprocess.Popen(  # noqa: S603 -- our own keeper
            command,
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    starter.wait()  # it forks and leaves at once
    assert starter.stdout is not None
    with starter.stdout as keeper:
        return _became_ready(place, keeper, deadline)


def _became_ready(place: Place, keeper: IO[bytes], deadline: float) -> bool:
    while time.monotonic() < deadline:
        if is_ready(place):
            return True
        if select.select([keeper], [], [], POLL_S)[0]:  # the end of its output: the keeper is gone
            return False
    return False


def _options(folder: Path, durable: bool) -> list[str]:
    settings = {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": str(folder),
        "timezone": "UTC",
        "log_timezone": "UTC",
        "jit": "off",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _tail(log: Path) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-12:])
    except OSError:
        return "(no log)"


def stop(data_dir: Path) -> None:
    """Give up this process's hold; the server stops if it was the last. For tests and tools."""
    with _one_at_a_time:
        held = _in_use.pop(data_dir.resolve(), None)
    if held:
        os.close(held[0])
