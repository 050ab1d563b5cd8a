"""A sandbox that is killed with kill -9 has lost nothing it answered, and goes on where it stopped."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from bank_world import CORE_TOKEN, NEWS_WITHIN_S, SECRET, SMS_TOKEN, Listener, listen, newcomer

PROGRAM = """
import socket, sys, uvicorn
from pathlib import Path
from sandbox.app import build
from starlette.applications import Starlette
from starlette.routing import Mount
sandbox = build(Path(sys.argv[1]), "", sys.argv[3], sys.argv[4])
app = Starlette(routes=[Mount("/sandbox", sandbox)], lifespan=lambda _: sandbox.router.lifespan_context(sandbox))
uvicorn.run(app, fd=int(sys.argv[2]), log_config=None, ws="none")
"""


@asynccontextmanager
async def process(data_dir: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The sandbox in a process of its own, killed at the end."""
    sock, url = listen()
    sock.set_inheritable(True)
    command = [sys.executable, "-c", PROGRAM, str(data_dir), str(sock.fileno()), CORE_TOKEN, SMS_TOKEN]
    running = await asyncio.create_subprocess_exec(*command, pass_fds=[sock.fileno()])
    sock.close()
    headers = {"authorization": f"Bearer {CORE_TOKEN}"}
    try:
        async with httpx.AsyncClient(
            base_url=f"{url}/sandbox", headers=headers, timeout=NEWS_WITHIN_S * 2, trust_env=False
        ) as client:
            yield client
    finally:
        running.kill()
        await running.wait()


async def test_a_killed_bank_keeps_its_word(tmp_path: Path, listener: Listener) -> None:
    async with process(tmp_path) as bank:
        anna = await newcomer(bank, "+380501112233")
        await bank.put("/bank/v1/webhook", json={"url": listener.url, "secret": SECRET})
        ordered = {"customer_id": anna.customer_id, "tariff": "digital", "reference": "app-1"}
        application = (await bank.post("/bank/v1/applications", json=ordered)).json()
        transfer = (await bank.post("/bank/v1/transfers", json=anna.order("ref-1"))).json()
    async with process(tmp_path) as bank:
        assert (await bank.get("/bank/v1/transfers?reference=ref-1")).json() == transfer
        news = await listener.next()
        assert news["data"]["application_id"] == application["application_id"]
        assert sum(row["balance_minor"] for row in (await bank.get("/api/accounts")).json()) == 0
