"""`make audit` says what a service answered, and never takes silence for a good answer."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "tools" / "audit.py"
NOWHERE = "http://127.0.0.1:9"  # nobody listens there


def test_without_a_network_it_says_that_nobody_was_asked() -> None:
    away = os.environ | dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"), NOWHERE)
    done = subprocess.run([sys.executable, SCRIPT], env=away, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "NOT ASKED" in done.stdout
    assert "no known weakness" not in done.stdout


def test_a_package_that_the_service_does_not_know_counts_as_not_asked_about() -> None:
    told = [
        {"name": "one", "version": "1.0", "vulns": []},
        {"name": "two", "skip_reason": "Dependency not found on PyPI and could not be audited"},
        {"name": "three", "version": "3.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1", "4.0"]}]},
        {"name": "four", "version": "4.0", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]},
    ]
    assert runpy.run_path(str(SCRIPT))["judged"](told) == (
        3,
        1,
        ["three 3.0: PYSEC-1, mended in 3.1, 4.0", "four 4.0: PYSEC-2, mended in no version yet"],
    )
