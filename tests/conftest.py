"""What every test may ask for: a fresh database, a keyring, sandbox settings, and programs that may be missing.

`database` is the address of a clone of a migrated template, in a real Postgres started for the session; with
TELLER_DATABASE_URL the clones are made in that server. `@pytest.mark.needs("chromium")` skips a test where the
program is missing, and the summary counts what was not run for that.
"""

import asyncio
import base64
import os
import secrets
import shutil
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import certifi
import pytest
from PIL import features
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from bot.keyring import Keyring
from bot.migrations import upgrade
from bot.postgres import ensure_postgres, stop
from bot.settings import Settings, load_settings
from nlu import encoder

TESTS = Path(__file__).parent
SHARED = ("whole", "platforms")  # folders whose tests share one running installation
TEMPLATE = "teller_template"
SERVER_STOP_S = 10
ENCODER = "encoder"  # the extra `nlu`: uv sync --extra nlu
FRIBIDI = "fribidi"  # a library that Pillow loads where it is installed, for names that run from the right
RASA = TESTS.parent / "nlu" / "model" / ".venv" / "bin" / "rasa"  # an environment of its own
PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "redis": ("redis-server",),
    "node": ("node",),
    "rasa": ("nlu/model/.venv, which tools/rasa prepare makes on Python 3.10",),
}

# A developer's shell must not change what the tests see.
GIVEN_DATABASE = os.environ.get("TELLER_DATABASE_URL", "")
for _name in [name for name in os.environ if name.startswith("TELLER_")]:
    del os.environ[_name]


def program(name: str) -> str | None:
    """The path of a program (or the version of a library) that some tests need, or None."""
    if name == FRIBIDI:
        return str(features.version("fribidi")) if features.check("raqm") else None
    if name == ENCODER:
        return None if encoder.missing() else ENCODER
    if name == "rasa":
        return str(RASA) if RASA.exists() else None
    return next((path for known in PROGRAMS[name] if (path := shutil.which(known))), None)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", f"needs(program): not run where the program is missing; one of {[*PROGRAMS, FRIBIDI, ENCODER]}"
    )


class ByRoom(LoadScopeScheduling):
    """What one process of several takes at once: a file, or a folder that shares one installation."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return next((name for name in SHARED if file.startswith(f"{TESTS.name}/{name}/")), file)


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist there is nothing to schedule
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByRoom:
    """Rooms in their order: the longest first, so that no process waits for another at the end."""
    config.option.loadscopereorder = False
    return ByRoom(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders that share one installation come first: they take longest."""
    items.sort(key=lambda item: not any(TESTS / name in item.path.parents for name in SHARED))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        if program(mark.args[0]) is None:
            pytest.skip(f"needs {mark.args[0]}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was not run, so that nobody takes a skip for a pass."""
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])]
    missing = Counter(reason.removeprefix("Skipped: needs ") for reason in reasons if ": needs " in reason)
    if missing:
        terminalreporter.section("not run on this machine")
    for name, count in sorted(missing.items()):
        terminalreporter.line(
            f"{count} tests: {name} is missing (looked for: {', '.join(PROGRAMS.get(name, (name,)))})"
        )


@pytest.fixture
def chromium() -> str:
    """The path of a browser that Playwright can drive."""
    return program("chromium") or pytest.skip("needs chromium")


@pytest.fixture(scope="session", autouse=True)
def one_certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whom a client trusts: one issuer. Reading all of the world's for each client took longer than most tests."""
    first, end, _ = certifi.contents().partition("-----END CERTIFICATE-----\n")
    place = tmp_path_factory.mktemp("trusted") / "one.pem"
    place.write_text(first + end, encoding="ascii", errors="ignore")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(certifi, "where", lambda: str(place))
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a Postgres server of this session, with the migrated template in it."""
    if GIVEN_DATABASE:
        asyncio.run(_make_template(GIVEN_DATABASE))
        yield GIVEN_DATABASE
        return
    # Not below pytest's own folder: that is closed, and as root the server runs as somebody else.
    folder = Path(tempfile.mkdtemp(prefix="teller-tests-"))
    folder.chmod(0o711)
    try:
        dsn = ensure_postgres(folder, durable=False)
        asyncio.run(_make_template(dsn))
        yield dsn
    finally:
        stop(folder)
        deadline = time.monotonic() + SERVER_STOP_S
        while (folder / "pg" / "data" / "postmaster.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """The address of a fresh, migrated database of this test alone."""
    name = f"test_{secrets.token_hex(6)}"
    asyncio.run(_execute(server, f"create database {name} template {TEMPLATE} strategy file_copy"))
    yield of_database(server, name)
    asyncio.run(_execute(server, f"drop database {name} with (force)"))


@pytest.fixture
def settings(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Sandbox settings of a fresh installation: its own secrets, port and database."""
    monkeypatch.setenv("TELLER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TELLER_DATABASE_URL", database)
    monkeypatch.setenv("TELLER_HTTP__PORT", str(free_port()))
    return load_settings(env_file=None)


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    return Keyring([base64.b64encode(secrets.token_bytes(32)).decode()])


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def of_database(dsn: str, name: str) -> str:
    """The same server, another database."""
    return urlsplit(dsn)._replace(path=f"/{name}").geturl()


async def _execute(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _make_template(dsn: str) -> None:
    await _execute(dsn, f"drop database if exists {TEMPLATE} with (force)", f"create database {TEMPLATE}")
    await upgrade(of_database(dsn, TEMPLATE))
