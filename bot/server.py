"""One HTTP server for a process: starts, says where it is, and stops within its grace time."""

import asyncio
import errno
import gc
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Protocol

import uvicorn
import uvloop
from starlette.types import ASGIApp

from bot.settings import Settings
from bot.settings.made_up import own_url

# Webhooks take milliseconds; a page of phones left open would hold the stop for as long as this.
GRACE_S = 5
LOOK_S = 0.02


class PortTaken(Exception):
    """Our port cannot be had; the text says what to do."""


class Up(Protocol):
    """What a process serves, and what it does once its port answers."""

    @property
    def app(self) -> ASGIApp: ...
    @property
    def when_up(self) -> Callable[[], Awaitable[None]]: ...


class _Serving(uvicorn.Server):
    """Told to stop, it answers what it has been asked and returns, so that the process can end its work.

    uvicorn's own would then send the signal once more, to whoever started it: the process would be gone at once, with
    all that it had in hand. A second Ctrl-C does that here, for a person who does not want to wait.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for told in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(told, self.handle_exit, told, None)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)


def run(settings: Settings, process: AbstractAsyncContextManager[Up], role: str = "all") -> None:
    """Serve until a signal comes; blocks.

    Raises:
        PortTaken: when another program has the port.
    """
    uvloop.run(_run(settings, process, role))


async def _run(settings: Settings, process: AbstractAsyncContextManager[Up], role: str) -> None:
    with _listening(settings) as listener:
        async with process as up:
            config = uvicorn.Config(
                up.app,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_S,
            )
            serving = _Serving(config)
            task = asyncio.create_task(serving.serve(sockets=[listener]))
            while not serving.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event to wait for
                await asyncio.sleep(LOOK_S)
            await up.when_up()
            spare_the_collector()
            say(welcome(settings, role))
            await task


def spare_the_collector() -> None:
    """Once all is wired: what stands now stays, and a turn's objects are gone before anybody need look for cycles.

    Walking the content and the libraries again and again took a tenth of a turn.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


def _listening(settings: Settings) -> socket.socket:
    """The port, taken before anything slow begins, so that a taken one is said at once."""
    family = socket.AF_INET6 if ":" in settings.http.host else socket.AF_INET
    # The protocol is named so that asyncio knows TCP and sends small answers at once.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.http.host, settings.http.port))
    except OSError as error:
        listener.close()
        raise PortTaken(_taken(settings, error)) from None
    return listener


def say(text: str) -> None:
    """A line for the person who started us."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def welcome(settings: Settings, role: str) -> str:
    """What a newcomer reads when everything is up."""
    url = own_url(settings)
    if role not in ("all", "sandbox") or not settings.is_sandbox:
        return f"Teller's {role} is running at {url}"
    return f"\n  Teller is running.  Open {url}/sandbox/ for a phone, the bank and the SMS box.\n  Stop with Ctrl-C.\n"


def _taken(settings: Settings, error: OSError) -> str:
    if error.errno != errno.EADDRINUSE:
        return f"{settings.http.host}:{settings.http.port} cannot be listened on: {error.strerror}."
    return (
        f"Port {settings.http.port} is taken by another program. Choose another one, for example:\n"
        f"  TELLER_HTTP__PORT={settings.http.port + 1} make run"
    )
