"""The sandbox over a real socket, and somebody who listens to its news."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest
from bank_world import Anna, Listener, listen, newcomer, running_sandbox, serving
from starlette.applications import Starlette
from starlette.routing import Route


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    sock, url = listen()
    listener = Listener(f"{url}/news")
    async with serving(Starlette(routes=[Route("/news", listener.__call__, methods=["POST"])]), sock):
        yield listener


@pytest.fixture
def start(tmp_path: Path) -> Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]]:
    """Start the sandbox; again means after a restart, with the same file."""
    return lambda: running_sandbox(tmp_path)


@pytest.fixture
async def bank(start: Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]]) -> AsyncIterator[httpx.AsyncClient]:
    async with start() as client:
        yield client


@pytest.fixture
async def anna(bank: httpx.AsyncClient) -> Anna:
    return await newcomer(bank, "+380501112233")
