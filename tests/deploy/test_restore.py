"""Goal G22 in small: a server is lost with its disk, and a new one knows all that was answered; the scripts are those
that docs/operations.md names."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.restore.drill import drill
from bot.settings import PROJECT

OPERATIONS = 24


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="teller-restore-") as made:
        Path(made).chmod(0o711)  # as root the servers run as somebody else and must get through
        yield Path(made)


async def test_a_new_server_knows_all_that_was_answered_and_its_audit_holds(folder: Path) -> None:
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # the lost server's calls end as they may
    found = await drill(folder, OPERATIONS)
    assert not found.wrong
    assert found.figures["missed_without_the_newest"] > 0, "then nothing would be shown by this"
    assert found.figures["answered"] >= OPERATIONS
    assert found.figures["reached_the_bank"] >= found.figures["seen_posted"] > 0
    assert found.figures["audit_rows"] >= 3 * found.figures["seen_posted"]


@pytest.mark.parametrize("script", ["backup", "restore"])
def test_operations_says_how_to_call_the_scripts(script: str) -> None:
    assert os.access(PROJECT / "tools" / script, os.X_OK)
    assert f"tools/{script} " in (PROJECT / "docs/operations.md").read_text()
