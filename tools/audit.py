#!/usr/bin/env python3
"""Asks an advisory service about every package that uv.lock names, by pip-audit: `make audit`.

0: every package was asked about and nothing is known. 1: something is known; it is named with what mends it.
3: not asked. No service could be reached, or what answered does not know the packages (a mirror has no advisories),
which pip-audit by itself would call clean.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
UV = ROOT / ".tools" / "bin" / "uv"
PIP_AUDIT = ROOT / ".venv" / "bin" / "pip-audit"
SERVICES = ("pypi", "osv")
ASK_S = 600
CLEAN, KNOWN, NOT_ASKED = 0, 1, 3


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        locked = Path(folder) / "locked.txt"
        export = [UV, "export", "--frozen", "--all-groups", "--all-extras", "--no-emit-project", "-q", "-o", locked]
        subprocess.run(export, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        for service in SERVICES:
            asked, silent, known = answers(service, locked)
            for line in known:
                print(line)
            if known:
                print(f"audit: {len(known)} known weaknesses in {asked} packages, by {service}")
                return KNOWN
            if asked and not silent:
                print(f"audit: {asked} packages, no known weakness, by {service}")
                return CLEAN
            print(f"audit: {service} knew {asked} packages and not {silent or 'the others'}")
    print("audit: NOT ASKED. No advisory service could be reached from here; this says nothing of the packages.")
    print("audit: ask again where https://pypi.org (and no mirror of it) or https://api.osv.dev is reached.")
    return NOT_ASKED


def answers(service: str, locked: Path) -> tuple[int, int, list[str]]:
    """How many packages the service knew, how many it did not, and a line for each weakness."""
    ask = [PIP_AUDIT, "--disable-pip", "--require-hashes", "-r", locked, "-s", service, "-f", "json"]
    try:
        done = subprocess.run(
            [*ask, "--progress-spinner", "off"], capture_output=True, text=True, check=False, timeout=ASK_S
        )
        told = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError):
        return 0, 0, []
    return judged(told)


def judged(told: list[dict[str, Any]]) -> tuple[int, int, list[str]]:
    """The same of what pip-audit has told; whom it skips, it was not told of."""
    silent = [one for one in told if "skip_reason" in one]
    known = [
        f"{one['name']} {one['version']}: {weak['id']}, mended in {', '.join(weak['fix_versions']) or 'no version yet'}"
        for one in told
        for weak in one.get("vulns", ())
    ]
    return len(told) - len(silent), len(silent), known


if __name__ == "__main__":
    sys.exit(main())
