"""Where processes are born that die so often: it has read the code once, and forks.

Each child is what ``teller run --role …`` is, with an environment of its own; starting Python and reading the code
again would take ten times as long as everything else that a start does. A line of JSON on its input is a child to be
made, a line on its output says its number.
"""

import json
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

# What a role reads at its start, and a channel with its first message.
ROOMS = ("bot.compose", "customer_api.app", "image_api.app", "sandbox.app", "aiogram")
CLOCK = "CHAOS_CLOCK"  # where the child reads how wrong its clock is


def main() -> None:
    """Until the input ends; then what still lives is killed. Signals to the whole group are for who started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for room in ROOMS:
        import_module(room)  # read once for all children

    children = set[int]()
    for line in sys.stdin:
        wish = json.loads(line)
        children -= {pid for pid in children if _has_ended(pid)}
        children.add(pid := _born(wish["role"], wish["environment"], wish["log"]))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _has_ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _born(role: str, environment: dict[str, str], log: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with Path(log).open("ab") as out, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    status = 1
    try:
        _live(role)
        status = 0
    finally:
        os._exit(status)


def _live(role: str) -> None:
    from bot.cli.run import Role, run

    if CLOCK in os.environ:
        from bench.chaos import skew

        skew.install(Path(os.environ[CLOCK]))
    run(Role(role))


if __name__ == "__main__":
    main()
