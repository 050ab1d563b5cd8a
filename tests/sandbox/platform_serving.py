"""What the tests of every platform need: a clock that stands still, and an app behind a true socket."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette


class Clock:
    """Stands still, and moves when a test says so."""

    def __init__(self) -> None:
        self.began_s = float(int(time.time()))
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return self.began_s + self.ahead_s


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """The app on a free port of this machine; gives its address."""
    listening = socket.socket(proto=socket.IPPROTO_TCP)  # without the protocol asyncio leaves Nagle on: 40 ms a call
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 uvicorn tells it in no other way
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listening.close()
