"""Whoever stops the chaos before its end finds nothing of it left: no process, no server, no folder."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START_S, STOP_S = 120.0, 60.0
LOOK_S = 0.1


@pytest.fixture
def place() -> Iterator[Path]:
    """Where its temporary folders are. Not below pytest's own, which is closed: as root a server runs as another."""
    folder = Path(tempfile.mkdtemp(prefix="teller-stopped-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(
    ("told", "once_there"), [(signal.SIGINT, "*/sandbox.log"), (signal.SIGTERM, "*/pg/data/postmaster.pid")]
)
def test_nothing_is_left_of_it_when_the_whole_group_is_told_to_stop(
    place: Path, told: signal.Signals, once_there: str
) -> None:
    command = [sys.executable, "-m", "bench", "chaos", "--seed", "9"]
    chaos = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"TMPDIR": str(place)}, start_new_session=True)
    try:
        until(lambda: bool([*place.glob(once_there)]), START_S, "it never began")
        assert alive(place)
        os.killpg(chaos.pid, told)
        assert chaos.wait(STOP_S) == 1
    finally:
        chaos.kill()
    until(lambda: not alive(place), STOP_S, "something lives on")
    assert [*place.iterdir()] == []


def until(holds: Callable[[], bool], most_s: float, otherwise: str) -> None:
    deadline = time.monotonic() + most_s
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(LOOK_S)


def alive(place: Path) -> list[str]:
    """The processes that work below the place: by what they were called with, and by the files they hold open."""
    return [one.name for one in Path("/proc").iterdir() if one.name.isdigit() and _works_in(one, str(place))]


def _works_in(process: Path, place: str) -> bool:
    try:
        called = (process / "cmdline").read_text(errors="replace")
        files = [str(link.readlink()) for link in (process / "fd").iterdir()]
    except OSError:  # gone by now, or somebody else's
        return False
    return any(place in name for name in (called, *files))
