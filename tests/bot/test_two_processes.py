"""Two processes and platforms that repeat, mix up and batch: every update is worked on once, in order of arrival.

Arrival is what the platform can know of it: what was answered with 200 before another one was sent comes before it.
Of two that are under way at the same moment, to two processes, either may be the first.
"""

import asyncio
import base64
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from turn_rig import SECRET

from bot.keyring import Keyring
from bot.store import Sealed
from flows.session import Session

# TELLER's own goal; fewer only to find a fault faster.
UPDATES = 10_000
CHATS = 200
COPIES_MAX = 5
BATCH = 40
AT_ONCE = 6
PATIENCE_S = 240
KEY = base64.b64encode(bytes(range(32))).decode()
SCRIPT = Path(__file__).parent / "worker_process.py"


@pytest.fixture
def processes(database: str, unused_tcp_port_factory) -> Iterator[list[str]]:
    ports = [unused_tcp_port_factory(), unused_tcp_port_factory()]
    nobody = f"http://127.0.0.1:{unused_tcp_port_factory()}"
    path = os.pathsep.join([str(SCRIPT.parent), str(SCRIPT.parents[2])])
    running = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), database, KEY, str(port), nobody], env=os.environ | {"PYTHONPATH": path}
        )
        for port in ports
    ]
    urls = [f"http://127.0.0.1:{port}/webhooks/post" for port in ports]
    deadline = time.monotonic() + PATIENCE_S
    for process, url in zip(running, urls, strict=True):
        while True:
            assert process.poll() is None, "a process did not start"
            assert time.monotonic() < deadline, "a process did not answer"
            try:
                httpx.get(url)
                break
            except httpx.TransportError:
                time.sleep(0.05)
    yield urls
    for process in running:
        process.terminate()
    for process in running:
        process.wait(60)


def deliveries() -> list[list[dict[str, object]]]:
    """Each update one to five times, all mixed up, in bodies of forty."""
    dice = random.Random(20261121)
    copies = [
        {"id": number, "chat": f"chat{number % CHATS}", "text": f"update {number}"}
        for number in range(UPDATES)
        for _ in range(dice.randint(1, COPIES_MAX))
    ]
    dice.shuffle(copies)
    return [copies[start : start + BATCH] for start in range(0, len(copies), BATCH)]


async def test_what_comes_up_to_five_times_mixed_up_to_two_processes_is_worked_on_once_in_order(
    database: str, processes: list[str]
) -> None:
    limit = asyncio.Semaphore(AT_ONCE)
    begun: dict[str, float] = {}
    taken: dict[str, float] = {}
    async with httpx.AsyncClient(timeout=60) as http:

        async def deliver(number: int, batch: list[dict[str, object]]) -> int:
            async with limit:
                names = [str(item["id"]) for item in batch]
                for name in names:
                    begun.setdefault(name, time.monotonic())
                url = processes[number % len(processes)]
                answer = await http.post(url, content=json.dumps({"batch": batch}), headers=SECRET)
                for name in names:
                    taken.setdefault(name, time.monotonic())
                return answer.status_code

        answers = await asyncio.gather(*[deliver(number, batch) for number, batch in enumerate(deliveries())])
    assert set(answers) == {200}

    connection = await asyncpg.connect(database)
    async with asyncio.timeout(PATIENCE_S):
        while await connection.fetchval("select count(*) from bot.inbox where status = 'new'"):  # noqa: ASYNC110 - others' rows
            await asyncio.sleep(0.2)
    inbox = await connection.fetch("select status, count(*) from bot.inbox group by status")
    rows = await connection.fetch("select id, version, state from bot.conversation")
    await connection.close()
    assert [tuple(row) for row in inbox] == [("done", UPDATES)]
    assert len(rows) == CHATS
    sealed = Sealed(Keyring([KEY]))
    heard = [Session.from_json(sealed.open_state(row["id"], row["state"])).name.split() for row in rows]
    assert sorted(int(name) for names in heard for name in names) == list(range(UPDATES))
    assert [row["version"] for row in rows] == [len(names) for names in heard]
    early = [names for names in heard if overtaken(names, begun, taken)]
    assert early == []


def overtaken(names: list[str], begun: dict[str, float], taken: dict[str, float]) -> bool:
    """Whether one was worked on before another that the platform had been rid of before it sent the first."""
    latest = 0.0
    for name in names:
        latest = max(latest, begun[name])
        if taken[name] < latest:
            return True
    return False
