"""``make bench ARGS="restore"``: goal G22. Prints, writes bench/out/restore.json, and ends with 1 when it is missed."""

import argparse
import asyncio
import json
import logging
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bench.restore.drill import Found, drill

OUT = Path(__file__).parents[1] / "out" / "restore.json"
OPERATIONS = 3_000


def main() -> None:
    """Run the drill in a folder of its own."""
    options = argparse.ArgumentParser(prog="bench restore", description=__doc__)
    options.add_argument("restore")
    options.add_argument("--operations", type=int, default=OPERATIONS)
    chosen = options.parse_args()
    logging.disable(logging.CRITICAL)  # the driver tells of each connection that went with the server
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    folder = Path(tempfile.mkdtemp(prefix="teller-restore-"))
    folder.chmod(0o711)  # as root the servers run as somebody else and must get through
    try:
        found = asyncio.run(_quietly(folder, chosen.operations))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures = {"date": datetime.now(UTC).isoformat(timespec="seconds"), **found.figures, "wrong": len(found.wrong)}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=2) + "\n")
    print("restore: " + ", ".join(f"{name} {value}" for name, value in found.figures.items()))
    for what in found.wrong[:20]:
        print(f"  missed: {what}")
    sys.exit(1 if found.wrong else 0)


async def _quietly(folder: Path, operations: int) -> Found:
    """A server that goes leaves calls behind that nobody waits for."""
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    return await drill(folder, operations)
