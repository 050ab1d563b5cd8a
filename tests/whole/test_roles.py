"""The services of a bank's estate, each in a process of its own, serve a customer as one process does."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from installation import Running, free_port, fresh_database, learnt_once
from phone_in_hand import Phone, pays_somebody_new, with_a_card

ROLES = ("sandbox", "customer-api", "image-api", "core-adapters", "webhooks")


@pytest.fixture
def estate(server: str, tmp_path: Path) -> Iterator[dict[str, Running]]:
    """One process a role, on one database; they reach each other over HTTP only."""
    learnt_once(tmp_path)
    ports = {role: free_port() for role in ROLES}
    url = {role: f"http://127.0.0.1:{port}" for role, port in ports.items()}
    common = {name: value for name, value in os.environ.items() if not name.startswith("TELLER_")} | {
        "TELLER_DATA_DIR": str(tmp_path),
        "TELLER_DATABASE_URL": fresh_database(server),
        "TELLER_TELEGRAM__API_URL": f"{url['sandbox']}/sandbox/telegram",
        "TELLER_CORE__URL": f"{url['sandbox']}/sandbox/bank/v1",
        "TELLER_SMS__URL": f"{url['sandbox']}/sandbox/sms",
        "TELLER_CUSTOMER_API__URL": url["customer-api"],
        "TELLER_IMAGE_API__URL": url["image-api"],
        "TELLER_CORE_ADAPTERS__URL": url["core-adapters"],
    }
    running = {
        role: Running(url[role], common | {"TELLER_HTTP__PORT": str(ports[role])}, tmp_path / f"{role}.log", role)
        for role in ROLES
    }
    try:
        for each in running.values():
            each.start()
        yield running
    finally:
        for each in running.values():
            each.stop()


def test_five_processes_open_a_card_with_its_picture_and_send_money(estate: dict[str, Running]) -> None:
    bank = estate["sandbox"]
    sofia = Phone(bank.url, "+380501110031", name="Sofia")
    with_a_card(sofia)
    sofia.say("send 57 to 4111 1111 1111 1111")
    sofia.wait_for("Send 57.00")
    pays_somebody_new(sofia)
    sofia.wait_for("Done. 57.00")

    assert len(bank.transfers(5_700)) == 1
    assert len(sofia.pictures()) == 2
    sofia.http.close()
