"""One process of the bot for tests with several: webhooks on a port, and a conversation that notes what it hears.

Run as ``python worker_process.py <database> <key of 32 bytes in base64> <port> <address of the recorder>``.
"""

import asyncio
import sys

import uvicorn
from starlette.applications import Starlette
from turn_rig import Decided, Recorder, Worker

from bot.keyring import Keyring
from bot.webhooks import routes
from flows.events import Event
from flows.facts import Facts
from flows.messages import InboundEvent
from flows.session import Session


def noting(session: Session, event: Event, facts: Facts) -> Decided:
    """Remembers in its state what it heard, in the order it heard it."""
    session = session.copy()
    if isinstance(event, InboundEvent):
        session.heard += 1
        session.name = f"{session.name} {event.dedupe_key}".strip()
    return Decided(session)


async def main(database: str, key: str, port: int, recorder: str) -> None:
    worker = Worker(database, Keyring([key]), Recorder(url=recorder), advance=noting).start()
    app = Starlette(routes=routes(worker.door, worker.turns))
    await uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="error", lifespan="off")).serve()
    await worker.quiet()
    await worker.kill()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
