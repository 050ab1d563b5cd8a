"""One installation for the whole folder: the four platforms recorded, the database behind a shutter, traces collected.

Where the machine has a redis-server, it has a Redis that notes what it is told.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import platform_posts as posts
import pytest
from database_shutter import Shutter
from four_platforms import Loopback, Platforms

sys.path.append(str(Path(__file__).parents[1] / "whole"))

from bank_in_front import Bank
from installation import Running, free_port, fresh_database, learnt_once

from tests.bot.redis_server import RedisServer, redis_server
from tests.collector import Collector
from tests.conftest import program


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """An account that its platform has stopped rests for a minute; nobody is to wait for it."""
    items.sort(key=lambda item: item.path.name == "test_stopped_accounts.py")


def _settings(platforms: Platforms) -> dict[str, str]:
    names: dict[str, str | list[str]] = {
        "TELEGRAM__TOKEN": posts.TELEGRAM_TOKEN, "TELEGRAM__WEBHOOK_SECRETS": [posts.TELEGRAM_SECRET],
        "VIBER__TOKENS": [posts.VIBER_TOKEN],
        "WHATSAPP__ACCESS_TOKEN": posts.ACCESS_TOKENS["whatsapp"],
        "WHATSAPP__APP_SECRETS": [posts.APP_SECRETS["whatsapp"]],
        "WHATSAPP__VERIFY_TOKEN": posts.VERIFY_TOKENS["whatsapp"], "WHATSAPP__PHONE_NUMBER_ID": posts.NUMBER,
        "WHATSAPP__APP_ID": "3001", "MESSENGER__APP_ID": "3002", "MESSENGER__PAGE_ID": posts.PAGE,
        "MESSENGER__PAGE_ACCESS_TOKEN": posts.ACCESS_TOKENS["messenger"],
        "MESSENGER__APP_SECRETS": [posts.APP_SECRETS["messenger"]],
        "MESSENGER__VERIFY_TOKEN": posts.VERIFY_TOKENS["messenger"],
    }  # fmt: skip
    names |= {f"{channel.upper()}__API_URL": f"{platforms.url}/{channel}" for channel in posts.CHANNELS}
    return {f"TELLER_{name}": value if isinstance(value, str) else json.dumps(value) for name, value in names.items()}


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer | None]:
    with redis_server(tmp_path_factory.mktemp("redis"), notes=True) if program("redis") else nullcontext() as there:
        yield there


@pytest.fixture(scope="session")
def traces() -> Iterator[Collector]:
    there = Collector()
    yield there
    there.close()


@pytest.fixture(scope="session")
def bank(
    server: str, tmp_path_factory: pytest.TempPathFactory, redis: RedisServer | None, traces: Collector
) -> Iterator[Bank]:
    """The running installation. Each test has customers of its own."""
    loopback, platforms = Loopback(), Platforms()
    recorder = loopback.do(loopback.serve(platforms))
    database = fresh_database(server)
    shutter = Shutter(database)
    loopback.do(shutter.open())
    folder, port = tmp_path_factory.mktemp("platforms"), free_port()
    learnt_once(folder)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TELLER_")} | {
        "TELLER_DATA_DIR": str(folder), "TELLER_DATABASE_URL": shutter.dsn, "TELLER_HTTP__PORT": str(port),
        "TELLER_LOG__FORMAT": "json", "TELLER_REDIS_URL": redis.url if redis else "", "TELLER_TRACES__URL": traces.url,
        **_settings(platforms),
    }  # fmt: skip
    running = Running(f"http://127.0.0.1:{port}", environment, folder / "teller.log")
    try:
        running.start()
        front = Bank.opened(running, platforms, shutter, loopback, database)
        yield front
        front.http.close()
    finally:
        running.stop()
        loopback.do(shutter.shut())
        loopback.do(recorder.shutdown())
        loopback.end()
