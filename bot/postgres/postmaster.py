"""What `postmaster.pid` says, and whether to believe it.

The file may outlive its server, and its process number may by then belong to a stranger or to a zombie.
"""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bot.postgres.place import Place, answers

POLL_S = 0.02
NO_SUCH_PID = 2**30  # above every kernel's largest process id


class PostgresDidNotStart(Exception):
    """The server did not come up. The text has the end of its log."""


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What the file says; `status` is `ready`, `starting`, `stopping` or not there yet."""

    pid: int
    socket: Path
    status: str


def postmaster_of(place: Place) -> Postmaster | None:
    """None if there is no file, or it is not whole yet."""
    try:
        lines = place.pid_file.read_text().splitlines()
        return Postmaster(int(lines[0]), Path(lines[4]), lines[7].strip() if len(lines) > 7 else "")
    except (OSError, ValueError, IndexError):
        return None


def is_ready(place: Place) -> Path | None:
    """The socket's folder of a server that says it is ready, and is."""
    postmaster = postmaster_of(place)
    if postmaster and postmaster.status == "ready" and is_alive(postmaster, place) and answers(postmaster.socket):
        return postmaster.socket
    return None


def is_alive(postmaster: Postmaster, place: Place) -> bool:
    """Whether the process is this data folder's postgres: not a stranger with its number, not a zombie."""
    try:
        stat = Path(f"/proc/{postmaster.pid}/stat").read_text()
    except OSError:
        return sys.platform != "linux" and _exists(postmaster.pid)
    name, state = stat[stat.index("(") + 1 : stat.rindex(")")], stat[stat.rindex(")") + 2]
    if name != "postgres" or state in "ZX":
        return False
    try:
        return os.path.samefile(f"/proc/{postmaster.pid}/cwd", place.data)
    except OSError:  # root without the right to trace may not look; the name has to do
        return True


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def running(place: Place, wait_s: float) -> Path | None:
    """The socket's folder of the running server; waits for one that is starting or stopping. None if there is none."""
    deadline = time.monotonic() + wait_s
    while (postmaster := postmaster_of(place)) and is_alive(postmaster, place):
        if folder := is_ready(place):
            return folder
        if time.monotonic() > deadline:
            raise PostgresDidNotStart(f"Process {postmaster.pid} holds {place.data} and does not answer. Stop it.")
        time.sleep(POLL_S)
    return None


def disarm(place: Place) -> None:
    """Make a stale pid file name nobody.

    A stranger or a zombie with the old number would keep the server from starting. The rest of the file stays:
    by it the server sees whether helpers of its dead predecessor still hold the memory.
    """
    stale = postmaster_of(place)
    if stale and not is_alive(stale, place):
        lines = place.pid_file.read_text().splitlines(keepends=True)
        place.pid_file.write_text("".join([f"{NO_SUCH_PID}\n", *lines[1:]]))
