"""The services of a bank's estate, each in a process of its own, serve a customer as one process does."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from installation import Running, free_port, fresh_database, learnt_once
from phone_in_hand import Phone, pays_somebody_new, with_a_card

from bench.canaries import folded, number_in
from tests.bot.redis_server import RedisServer, redis_server
from tests.collector import Collector

ROLES = ("sandbox", "customer-api", "image-api", "core-adapters", "webhooks", "worker")
PAYEE = "4111 1111 1111 1111"


@dataclass
class Estate:
    """What runs, by role, and what it was seen doing."""

    roles: dict[str, Running]
    traces: Collector
    redis: RedisServer


@pytest.fixture
def estate(server: str, tmp_path: Path) -> Iterator[Estate]:
    """One process a role, on one database and one Redis; else they reach each other over HTTP only. No worker yet."""
    learnt_once(tmp_path)
    ports = {role: free_port() for role in ROLES}
    url = {role: f"http://127.0.0.1:{port}" for role, port in ports.items()}
    traces = Collector()
    (tmp_path / "redis").mkdir()
    with redis_server(tmp_path / "redis", notes=True) as redis:
        common = {name: value for name, value in os.environ.items() if not name.startswith("TELLER_")} | {
            "TELLER_DATA_DIR": str(tmp_path),
            "TELLER_DATABASE_URL": fresh_database(server),
            "TELLER_REDIS_URL": redis.url,
            "TELLER_TRACES__URL": traces.url,
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
            for each in ROLES[:-1]:
                running[each].start()
            yield Estate(running, traces, redis)
        finally:
            for one in running.values():
                one.stop()
            traces.close()


@pytest.mark.needs("redis")
def test_six_processes_open_a_card_with_its_picture_and_send_money_in_one_trace(estate: Estate) -> None:
    bank = estate.roles["sandbox"]
    sofia = Phone(bank.url, "+380501110031", name="Sofia")
    with_a_card(sofia)  # no worker is there: the webhooks work themselves
    estate.roles["worker"].start()
    webhooks = estate.roles["webhooks"].log
    bank.until(lambda: "turns_handed_over" in webhooks.read_text(), "nothing is handed to the worker")
    sofia.say(f"send 57 to {PAYEE}")
    sofia.wait_for("Send 57.00")
    pays_somebody_new(sofia)
    sofia.wait_for("Done. 57.00")

    assert len(bank.transfers(5_700)) == 1
    assert len(sofia.pictures()) == 2
    sofia.http.close()
    bank.until(lambda: any(estate.traces.processes(trace) == set(ROLES) for trace in payments(estate)), "no trace")
    (trace,) = payments(estate)
    names = Counter(one.name for one in estate.traces.spans if one.trace_id == trace)
    drawn = estate.traces.drawn(trace)
    assert names.keys() >= {"POST /webhooks", "turn", "operation", "asked", "POST /sandbox", "send"}, drawn
    assert names["turn"] == 3, drawn  # the code, what came of it, what came of the transfer
    for each in (estate.traces.raw, estate.redis.noted()):
        assert not number_in(folded(each), PAYEE.replace(" ", ""))


def payments(estate: Estate) -> set[bytes]:
    """The traces in which money was sent."""
    return {
        one.trace_id
        for one in list(estate.traces.spans)
        if any(each.value.string_value == "transfers.execute" for each in one.attributes)
    }
