"""The recorder as a running server of the loopback."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from telegram_recorder import Recorder


@pytest.fixture
async def recorder() -> AsyncIterator[Recorder]:
    recorder = Recorder()
    app = Starlette(
        routes=[
            Route("/bot{token}/{method}", recorder.handle, methods=["POST"]),
            Route("/file/bot{token}/{path:path}", recorder.file),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", 0, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event to wait for
        await asyncio.sleep(0.01)
    recorder.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield recorder
    server.should_exit = True
    await task
