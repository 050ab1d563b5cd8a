"""A running installation with a port, a folder and a database of its own, and phones that hang up."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from installation import Running, free_port, fresh_database
from phone_in_hand import Phone

PhoneMaker = Callable[..., Phone]


@pytest.fixture(scope="session")
def teller(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One installation for all tests of the folder: each has customers, card numbers and amounts of its own."""
    folder, port = tmp_path_factory.mktemp("installation"), free_port()
    dsn = fresh_database(server)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TELLER_")} | {
        "TELLER_DATA_DIR": str(folder),
        "TELLER_DATABASE_URL": dsn,
        "TELLER_HTTP__PORT": str(port),
        "TELLER_LOG__FORMAT": "json",
    }
    running = Running(f"http://127.0.0.1:{port}", environment, folder / "teller.log")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def phone(teller: Running) -> Iterator[PhoneMaker]:
    """Makes phones at the installation of the test."""
    made: list[Phone] = []

    def make(number: str = "+380501112233", language: str = "en", name: str = "Anna", **more: Any) -> Phone:
        made.append(Phone(teller.url, number, language, name, **more))
        return made[-1]

    yield make
    for each in made:
        each.http.close()
