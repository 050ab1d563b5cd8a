"""What else a run teaches: exceptions that nobody caught, and wishes that were confirmed and became nothing."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from bench.chaos.workload import Customer

TRACEBACK = "Traceback (most recent call last):"
IN_A_REQUEST = "Exception in ASGI application"
NOTHING = "(no word)"
SHORTENED = 60


def exceptions(folder: Path) -> dict[str, int]:
    """How often each exception stands in the logs of the processes, by process and by what it was."""
    found = Counter[str]()
    for log in sorted(folder.glob("*.log")):
        for what in _raised(log.read_text(errors="replace").splitlines()):
            found[f"{log.stem}: {what}"] += 1
    return dict(found)


def _raised(lines: Sequence[str]) -> list[str]:
    """The last line of each group of tracebacks: what came out at the end."""
    raised, inside = list[str](), False
    for line in lines:
        if IN_A_REQUEST in line or (not inside and line.lstrip(" |+").startswith(TRACEBACK)):
            raised.append(IN_A_REQUEST if IN_A_REQUEST in line else "Traceback")
            inside = True
        elif inside and re.match(r"[A-Za-z_][\w.]*(: |$)", line) and not line.startswith(TRACEBACK):
            raised[-1] = f"{raised[-1].partition(', ')[0]}, {line[:SHORTENED]}"
        elif line.startswith("{"):
            inside = False
    return raised


def fruitless(customers: Sequence[Customer], asked: Collection[int]) -> dict[str, int]:
    """What the customers were told last whose confirmed wish never became an operation, and how many.

    ``asked`` are the amounts of all operations.
    """
    wishes = [wish for one in customers for wish in one.wishes if wish.confirmed and wish.minor not in asked]
    last = [wish.said or (wish.answered[-1] if wish.answered else NOTHING) for wish in wishes]
    return dict(Counter(re.sub(r"\d+", "#", text)[:SHORTENED] for text in last))
