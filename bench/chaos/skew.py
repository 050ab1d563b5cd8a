"""A process whose clock jumps: `time.time` and `datetime.now` are moved by what a file says, while it runs.

The clock of the machine stays as it is, for others live by it; `monotonic` does not jump in life either. The method of
`datetime` is exchanged in the type itself, since everybody has imported the type by its name already.
"""

import ctypes
import gc
import threading
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

LOOK_S = 0.1
NS = 1_000_000_000


def install(place: Path) -> None:
    """Follow the file from now on; beside it lies what has been taken from it."""
    shift = [0.0]
    real_time, real_ns, real_now = time.time, time.time_ns, datetime.now

    def now(_cls: type[datetime], tz: tzinfo | None = None) -> datetime:
        return real_now(tz) + timedelta(seconds=shift[0])

    time.time = lambda: real_time() + shift[0]
    time.time_ns = lambda: real_ns() + int(shift[0] * NS)
    gc.get_referents(datetime.__dict__)[0]["now"] = classmethod(now)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime))
    threading.Thread(target=_follow, args=(place, shift), daemon=True).start()


def taken(place: Path) -> Path:
    """Where a process says which shift it has."""
    return place.with_suffix(".taken")


def _follow(place: Path, shift: list[float]) -> None:
    while True:
        time.sleep(LOOK_S)
        try:
            wanted = float(place.read_text() or 0)
        except (OSError, ValueError):
            continue
        if wanted != shift[0]:
            shift[0] = wanted
            taken(place).write_text(f"{wanted:g}")
