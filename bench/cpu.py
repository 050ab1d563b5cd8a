"""CPU seconds of a process, and of a Postgres server with all of its own, from /proc (Linux)."""

import os
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat after the command's closing bracket: parent, then user, system, and the dead children's.
PARENT, USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM = 1, 11, 12, 13, 14


def server_s(postmaster: int) -> float:
    """CPU seconds that the server has used until now. To find them out costs us milliseconds of our own."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        fields = _fields(stat)
        if fields is None:
            continue
        if stat.parent.name == str(postmaster):
            ticks += sum(int(fields[n]) for n in (USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM))
        elif fields[PARENT] == str(postmaster):
            ticks += int(fields[USER]) + int(fields[SYSTEM])
    return ticks / TICKS_A_SECOND


def process_s(pid: int) -> float:
    """CPU seconds of a process with all its threads. Raises RuntimeError when there is none of this number."""
    fields = _fields(Path(f"/proc/{pid}/stat"))
    if fields is None:
        raise RuntimeError(f"there is no process {pid}")
    return (int(fields[USER]) + int(fields[SYSTEM])) / TICKS_A_SECOND


def postmaster_of(backend: int) -> int:
    """The server process of a backend (``pg_backend_pid()``)."""
    fields = _fields(Path(f"/proc/{backend}/stat"))
    if fields is None:
        raise RuntimeError("the server does not run on this machine, so its CPU time cannot be read")
    return int(fields[PARENT])


def _fields(stat: Path) -> list[str] | None:
    try:
        return stat.read_text().rpartition(")")[2].split()
    except OSError:  # the process has just ended
        return None
