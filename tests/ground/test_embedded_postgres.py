"""The embedded server: one for all of its users, gone after the last, whatever was killed before."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from bot.postgres import NoPostgres, binaries, ensure_postgres, place, stop
from bot.postgres.place import Place, place_for
from bot.postgres.postmaster import is_ready, postmaster_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

PATIENCE_S = 20
USER = """
import sys
from pathlib import Path
from bot.postgres import ensure_postgres
print(ensure_postgres(Path(sys.argv[1]), durable=False), flush=True)
sys.stdin.read()
"""


def until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


class User:
    """A process that uses the server until it is told to leave, or killed."""

    def __init__(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(data_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._dsn = ""

    @property
    def dsn(self) -> str:
        assert self.process.stdout is not None
        self._dsn = self._dsn or self.process.stdout.readline().strip()
        return self._dsn

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder that the server's user can reach, also as root; and after the test nothing is left of it."""
    folder = Path(tempfile.mkdtemp(prefix="teller-ground-"))
    folder.chmod(0o711)
    yield folder
    with contextlib.suppress(AssertionError):
        until(lambda: not _left(folder))
    for pid in _left(folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for name in folder.glob("*/pg/socket"):
        shutil.rmtree(name.read_text(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _left(folder: Path) -> list[int]:
    """Keepers and servers of this folder that still run."""
    return [int(p.parent.name) for p in Path("/proc").glob("[0-9]*/cmdline") if os.fsencode(folder) in _read(p)]


@pytest.fixture
def user(room: Path) -> Iterator[Callable[..., User]]:
    users: list[User] = []

    def come(folder: str = "a") -> User:
        users.append(User(room / folder))
        return users[-1]

    yield come
    for one in users:
        one.kill()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def pid_of(place: Place) -> int:
    postmaster = postmaster_of(place)
    assert postmaster is not None
    return postmaster.pid


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


async def answer(dsn: str) -> int:
    connection = await asyncpg.connect(dsn, timeout=PATIENCE_S)
    try:
        return int(await connection.fetchval("select 42"))
    finally:
        await connection.close()


async def test_users_share_a_server_that_stops_after_the_last_even_if_all_are_killed(
    room: Path, user: Callable[..., User]
) -> None:
    first, second = user(), user()
    assert first.dsn == second.dsn
    place = place_for(room / "a")
    first.kill()
    assert await answer(second.dsn) == 42
    second.kill()
    until(lambda: not place.pid_file.exists())
    until(lambda: not any(Path(tempfile.gettempdir()).glob(Path(_socket_folder(second.dsn)).name)))


def _socket_folder(dsn: str) -> str:
    return dsn.split("host=")[1].split("&")[0]


async def test_what_was_written_is_there_after_a_restart(room: Path, user: Callable[..., User]) -> None:
    first = user()
    connection = await asyncpg.connect(first.dsn)
    await connection.execute("create table kept(word text); insert into kept values ('Київ')")
    await connection.close()
    first.kill()
    connection = await asyncpg.connect(user().dsn)
    assert await connection.fetchval("select upper(word) from kept") == "КИЇВ"
    await connection.close()


async def test_two_installations_stand_side_by_side(user: Callable[..., User]) -> None:
    one, other = user("one"), user("other")
    assert one.dsn != other.dsn
    assert await answer(one.dsn) == await answer(other.dsn) == 42


async def test_a_deep_folder_with_spaces_serves(user: Callable[..., User]) -> None:
    deep = "/".join(["a folder with spaces " * 4] * 4)
    assert len(deep) > 300
    assert await answer(user(deep).dsn) == 42


async def test_after_user_keeper_and_server_were_killed_together_the_next_start_works(
    room: Path, user: Callable[..., User]
) -> None:
    first = user()
    assert await answer(first.dsn) == 42
    server = pid_of(place_for(room / "a"))
    for pid in (first.process.pid, parent_of(server), server):
        os.kill(pid, signal.SIGKILL)
    assert await answer(user().dsn) == 42


async def test_the_server_goes_with_a_killed_keeper_and_comes_back(room: Path, user: Callable[..., User]) -> None:
    first = user()
    assert await answer(first.dsn) == 42
    place = place_for(room / "a")
    os.kill(parent_of(pid_of(place)), signal.SIGKILL)
    assert await answer(user().dsn) == 42


async def test_a_stale_pid_file_that_names_a_living_stranger_does_no_harm(
    room: Path, user: Callable[..., User]
) -> None:
    first = user()
    assert await answer(first.dsn) == 42
    place = place_for(room / "a")
    stale = place.pid_file.read_text()
    first.kill()
    until(lambda: not place.pid_file.exists())
    place.pid_file.write_text("\n".join([str(os.getpid()), *stale.splitlines()[1:], ""]))
    place.owner.take(place.pid_file)
    assert is_ready(place) is None
    assert await answer(user().dsn) == 42


async def test_starting_at_the_same_moment_gives_one_server(room: Path, user: Callable[..., User]) -> None:
    assert len({one.dsn for one in [user(), user(), user()]}) == 1


async def test_the_systems_own_programs_serve_as_well(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (room / "lib" / "18").mkdir(parents=True)
    (room / "lib" / "18" / "bin").symlink_to(binaries.wheel())
    monkeypatch.setattr(binaries, "SYSTEM_ROOT", room / "lib")
    assert await answer(ensure_postgres(room / "a", "system", durable=False)) == 42
    stop(room / "a")


def test_missing_programs_are_named_with_the_way_to_get_them(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "SYSTEM_ROOT", room / "nothing")
    with pytest.raises(NoPostgres, match="apt-get install postgresql"):
        ensure_postgres(room / "a", "system")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes the user")
async def test_below_a_closed_folder_root_keeps_the_data_where_the_servers_user_can_go(
    room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "OF_ROOT", room / "open")
    closed = room / "closed"
    closed.mkdir(mode=0o700)
    dsn = ensure_postgres(closed / "data", durable=False)
    assert await answer(dsn) == 42
    assert [path.name for path in (room / "open").glob("*/data/PG_VERSION")]
    stop(closed / "data")
