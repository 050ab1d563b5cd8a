"""``python -m bench flows``: what it costs to check 200 flows, in CPU seconds of one core; bench/out/flows.json.

The flows are as large as the bank's largest, each with its own names, beside the content itself.
"""

import json
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.cli.flow_content import CONTENT, brand_of, capabilities, templates
from flows.checks import check
from flows.loader import Loaded

FLOWS, ROUNDS, GOAL_S = 200, 5, 2.0
MODEL = "transfer_money"  # the one with the most steps, errors and texts
OUT = Path(__file__).parent / "out" / "flows.json"


def main() -> None:
    """Write the folder, check it several times, write and print what it took."""
    with grown() as content:
        runs = [checked(content) for _ in range(ROUNDS)]
        result = _result(content, runs[-1][0], [cpu_s for _, cpu_s in runs])
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(result, indent=2) + "\n")
    table = Table(title=f"teller flows check over {result['flows']} flows, {result['lines']} lines")
    shown = ("problems", "cpu_s", "cpu_s_best", "goal_s")
    for name in shown:
        table.add_column(name.replace("_", " "), justify="right")
    table.add_row(*[str(result[name]) for name in shown])
    Console().print(table)


def checked(content: Path) -> tuple[Loaded, float]:
    """The content as its checks leave it, and the CPU seconds that they took."""
    brand, channels, pictures = brand_of("sandbox"), capabilities(), templates()
    began = time.process_time()
    loaded = check(content, brand, channels=channels, templates=pictures)
    return loaded, time.process_time() - began


@contextmanager
def grown() -> Iterator[Path]:
    """A folder with the bank's content and copies of one flow until there are enough; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="teller-bench-flows-") as name:
        yield _grown(Path(name) / "content")


def _grown(content: Path) -> Path:
    shutil.copytree(CONTENT, content)
    shutil.rmtree(content / "tests", ignore_errors=True)
    text = (content / "flows" / f"{MODEL}.flow.yml").read_text(encoding="utf-8")
    head, _, rest = text.partition("starts_on:")
    tail = rest[rest.index("\nrequires:") :]
    missing = FLOWS - len(list((content / "flows").glob("*.flow.yml")))
    for number in range(missing):
        starts = f"starts_on: {{intents: [copy_{number}], commands: [/copy{number}]}}"
        named = head.replace(f"flow: {MODEL}", f"flow: copy_{number}")
        (content / "flows" / f"copy_{number}.flow.yml").write_text(named + starts + tail, encoding="utf-8")
    return content


def _result(content: Path, loaded: Loaded, cpu: list[float]) -> dict[str, object]:
    files = list((content / "flows").glob("*.flow.yml"))
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "flows": len(files),
        "lines": sum(len(file.read_text(encoding="utf-8").split("\n")) for file in files),
        "problems": len(loaded.problems),
        "cpu_s": round(statistics.median(cpu), 3),
        "cpu_s_best": round(min(cpu), 3),
        "goal_s": GOAL_S,
    }
