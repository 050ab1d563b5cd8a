"""A running installation with a port, a folder and a database of its own, and phones that hang up."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from installation import Running, installed
from phone_in_hand import Phone

PhoneMaker = Callable[..., Phone]


@pytest.fixture(scope="session")
def teller(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One installation for all tests of the folder: each has customers, card numbers and amounts of its own."""
    with installed(server, tmp_path_factory.mktemp("installation")) as running:
        yield running


@pytest.fixture(scope="session")
def owners() -> dict[str, str]:
    """Whose each number and each name is: installation and number or name -> the test."""
    return {}


@pytest.fixture
def phone(teller: Running, owners: dict[str, str], request: pytest.FixtureRequest) -> Iterator[PhoneMaker]:
    """Makes phones at the installation of the test; a number or a name that another test has there is refused."""
    made: list[Phone] = []

    def make(number: str = "+380501112233", language: str = "en", name: str = "Anna", **more: Any) -> Phone:
        for mark in (number, name):
            owner = owners.setdefault(f"{teller.url} {mark}", request.node.nodeid)
            assert owner == request.node.nodeid, f"{mark} is the customer of {owner}: take another"
        made.append(Phone(teller.url, number, language, name, **more))
        return made[-1]

    yield make
    for each in made:
        each.http.close()
