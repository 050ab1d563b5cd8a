"""Starts a process of this folder's that is to be killed, hands it its orders, and kills it."""

import asyncio
import base64
import json
import secrets
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.keyring import Keyring

ROOT = Path(__file__).parents[2]
PHONE = "+380501112233"
PATIENCE_S = 30


@pytest.fixture(scope="module")
def key():
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture(scope="module")
def keyring(key):
    """The key of the test's own process and of the doomed one."""
    return Keyring([key])


@asynccontextmanager
async def doomed_process(module, **told):
    """The process, once it has started; killed on leaving."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"tests.core_adapters.{module}", cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        process.stdin.write(json.dumps(told | {"phone": PHONE}).encode())
        process.stdin.close()
        assert (await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)).startswith(b"started")
        yield
    finally:
        process.kill()
        await process.wait()
