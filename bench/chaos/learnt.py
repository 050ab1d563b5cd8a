"""What else a run teaches: exceptions that nobody caught, and wishes that were confirmed and became nothing."""

import json
import re
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from bench.chaos.workload import Customer

RAISED = re.compile(r"^([A-Za-z_][\w.]*)(?::|$)", re.MULTILINE)  # the line of a traceback that names what was raised
UNSAID = "nothing that was logged"
NOTHING = "(no word)"
SHORTENED = 60


def exceptions(folder: Path) -> dict[str, int]:
    """How often an exception stands in the logs of the processes, by process, by what was logged and what raised."""
    found = Counter[str]()
    for log in sorted(folder.glob("*.log")):
        for line in log.read_text(errors="replace").splitlines():
            if said := _raised(line):
                found[f"{log.stem}: {said}"] += 1
    return dict(found)


def _raised(line: str) -> str:
    """What a line of a log tells of an exception; one outside of the log's lines begins with its own word."""
    if line.startswith("Traceback"):
        return UNSAID
    try:
        told = json.loads(line)
    except ValueError:
        return ""
    if not isinstance(told, dict) or "exception" not in told:
        return ""
    names = [name for name in RAISED.findall(str(told["exception"])) if name not in ("Traceback", "The")]
    return f"{str(told['event']).strip()[:SHORTENED]}, {names[-1] if names else '?'}"


def fruitless(customers: Sequence[Customer], asked: Collection[int]) -> dict[str, int]:
    """What the customers were told last whose confirmed wish never became an operation, and how many.

    ``asked`` are the amounts of all operations.
    """
    wishes = [wish for one in customers for wish in one.wishes if wish.confirmed and wish.minor not in asked]
    last = [wish.said or (wish.answered[-1] if wish.answered else NOTHING) for wish in wishes]
    return dict(Counter(re.sub(r"\d+", "#", text)[:SHORTENED] for text in last))
