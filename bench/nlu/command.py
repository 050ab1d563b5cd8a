"""``make bench-nlu DATA=<folder>``: prints how well each engine understands and what it costs; bench/out/nlu.json.

Always on the project's own held-out sentences, and on Banking77 and CLINC150 where the folder holds them.
``--engines`` names what to run (``embedded``, ``encoder``, ``rasa``), ``--sets`` which sets, by the beginning of their
names. What another run found of other engines and sets stays in the file.
"""

import argparse
import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bench.nlu.engines import KNOWN, Engine, engine
from bench.nlu.quality import quality, shots
from bench.nlu.sets import WHERE, Set, sets

OUT = Path(__file__).parents[1] / "out" / "nlu.json"
SERVED_MOST = 1000
SHOWN = {
    "right": "accuracy", "typos": "typos", "outside": "outside_noticed", "10 each": "10-shot", "p50": "p50_ms",
    "CPU": "cpu_ms", "MB": "rss_mb", "learnt s": "training_cpu_s",
}  # fmt: skip


def main() -> None:
    """Measure, keep, print."""
    options = argparse.ArgumentParser(prog="bench nlu", description=__doc__)
    options.add_argument("nlu")
    options.add_argument("--data", type=Path, help="the folder of the public sets")
    options.add_argument("--engines", nargs="+", choices=KNOWN, default=["embedded"])
    options.add_argument("--sets", nargs="+", default=[""])
    chosen = options.parse_args()
    if chosen.data is None:
        print(WHERE)
    wanted = [each for each in sets(chosen.data) if each.name.lower().startswith(tuple(map(str.lower, chosen.sets)))]
    for name in chosen.engines:
        one = engine(name)
        try:
            for each in wanted:
                _keep(name, each.name, measured(one, each))
        finally:
            one.close()
    _print(json.loads(OUT.read_text("utf-8")))


def measured(one: Engine, of: Set) -> dict[str, object]:
    """All figures of one engine on one set, with the day and the machine."""
    found: dict[str, object] = dict(quality(one, of))
    found |= asdict(one.served([text for text, _ in of.asked][:SERVED_MOST]))
    found |= shots(one, of)
    rounded = {name: round(value, 2) if isinstance(value, float) else value for name, value in found.items()}
    return {
        **rounded,
        "examples": sum(map(len, of.examples.values())),
        "asked": len(of.asked),
        "outside": len(of.outside),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def _keep(name: str, of: str, found: dict[str, object]) -> None:
    kept = json.loads(OUT.read_text("utf-8")) if OUT.exists() else {}
    kept.setdefault(of, {})[name] = found
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def _print(kept: dict[str, dict[str, dict[str, object]]]) -> None:
    """A line a set and engine; the rest stands in the file."""
    table = Table(title="Understanding: shares in per cent, a parse in ms, a training in CPU seconds", box=SIMPLE)
    table.add_column("", no_wrap=True)
    for heading in SHOWN:
        table.add_column(heading, justify="right", no_wrap=True)
    for of, engines in kept.items():
        for name, found in engines.items():
            table.add_row(f"{of}: {name}", *[_cell(found.get(shown)) for shown in SHOWN.values()])
    Console(width=110).print(table)


def _cell(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else "" if value is None else str(value)
