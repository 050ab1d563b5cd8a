"""``python -m bench soak``: one messenger answers 429 to everything; how long do messages of the other three take?

Four real adapters send to four platforms on the loopback, in a process of their own. Rounds in which all are well and
rounds in which one is not take turns; what counts is the ratio of the latencies of the other three, from the moment
a message is queued until its platform has it.
"""

import argparse
import asyncio
import base64
import json
import logging
import multiprocessing
import os
import shutil
import socket
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import orjson
import structlog
import uvicorn
import uvloop
from rich.console import Console
from rich.table import Table
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.keyring import Keyring
from bot.migrations import upgrade
from bot.outbox import Outbox
from bot.pace import LocalPace
from bot.postgres import ensure_postgres, stop
from bot.store import OutboxRow, Store, To, uuid7
from bot.switches import Switches
from channels.ids import conversation_id
from channels.messenger.channel import Messenger
from channels.telegram.channel import Telegram
from channels.viber.channel import Viber
from channels.whatsapp.channel import WhatsApp
from flows.effects import Send
from flows.messages import OutboundMessage, Picture, StoredFile
from flows.ports import Channel, DrawnPicture

OUT = Path(__file__).parent / "out" / "soak.json"
STORMY = "telegram"
CHATS = 40
RATE_PER_S = 40  # a channel; far below what the accounts' buckets let through
GOAL = 1.5
TELEGRAM_TOKEN = "7000000001:AAsoaksoaksoaksoaksoaksoaksoaksoak0"


class Nothing:
    """No pictures and no files are sent here."""

    async def publish(self, drawn: DrawnPicture) -> str:
        raise NotImplementedError

    async def draw(self, picture: Picture, locale: str, customer_id: str | None) -> DrawnPicture:
        raise NotImplementedError

    async def stored(self, file: StoredFile) -> DrawnPicture:
        raise NotImplementedError


def channels_at(root: str) -> dict[str, Channel]:
    """The four adapters, pointed at the platforms."""
    graph = ("access", ["app-secret"], "verify")
    return {
        "telegram": Telegram(TELEGRAM_TOKEN, ["secret"], f"{root}/telegram"),
        "viber": Viber(["token"], "Bank", f"{root}/viber", Nothing()),
        "whatsapp": WhatsApp(*graph, "100", f"{root}/whatsapp"),
        "messenger": Messenger(*graph, "200", f"{root}/messenger"),
    }


class Platforms:
    """All four, and a switch that makes one of them refuse everything. Texts are the names of messages."""

    def __init__(self) -> None:
        self.storm = ""
        self.arrived: dict[str, float] = {}
        self.refused = 0

    def app(self) -> Starlette:
        switch = Route("/storm/{name}", self._switch, methods=["PUT"])
        seen = Route("/seen", self._seen)
        return Starlette(routes=[switch, seen, Route("/{name}/{rest:path}", self._take, methods=["POST"])])

    async def _switch(self, request: Request) -> Response:
        self.storm = request.path_params["name"].removeprefix("none")
        return Response()

    async def _seen(self, _: Request) -> Response:
        return Response(orjson.dumps({"arrived": self.arrived, "refused": self.refused}))

    async def _take(self, request: Request) -> Response:
        name, body = request.path_params["name"], await request.body()
        if name == self.storm:
            self.refused += 1
            refusal = {"ok": False, "error_code": 429, "description": "slow", "parameters": {"retry_after": 1}}
            return Response(orjson.dumps(refusal), 429)
        start = body.find(b"soak-")
        if start >= 0:
            self.arrived[body[start : start + 41].decode()] = time.monotonic()
        answers: dict[str, object] = {
            "telegram": {"ok": True, "result": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}}},
            "viber": {"status": 0, "status_message": "ok", "message_token": 1},
            "whatsapp": {"messages": [{"id": f"wamid.{len(self.arrived)}"}]},
            "messenger": {"recipient_id": "1", "message_id": f"m_{len(self.arrived)}"},
        }
        return Response(orjson.dumps(answers[name]), media_type="application/json")


def serve(ready: Connection) -> None:
    """The platforms' process."""
    listener = socket.create_server(("127.0.0.1", 0))
    ready.send(f"http://127.0.0.1:{listener.getsockname()[1]}")
    config = uvicorn.Config(Platforms().app(), log_level="error", lifespan="off")
    uvloop.run(uvicorn.Server(config).serve(sockets=[listener]))


@dataclass
class Round:
    """The latencies of one round in seconds, by channel."""

    stormy: bool
    by_channel: dict[str, list[float]]

    def p(self, share: float) -> float:
        """A quantile over the three channels that are well."""
        values = sorted(one for name, found in self.by_channel.items() if name != STORMY for one in found)
        return values[min(len(values) - 1, int(len(values) * share))]


class Soak:
    """One process that sends, on a real database."""

    def __init__(self, dsn: str, root: str, rate_per_s: float = 0.0) -> None:
        self.http = httpx.AsyncClient(base_url=root)
        self.channels = channels_at(root)
        self.store = Store(lambda: asyncpg.connect(dsn), Keyring([base64.b64encode(os.urandom(32)).decode()]))
        rates = {name: rate_per_s or channel.capabilities.rate_per_s * 4 for name, channel in self.channels.items()}
        self.pace = LocalPace(rates)
        self.switches = Switches(self.store.switches, self.pace)
        self.outbox = Outbox(self.store.outbox, self.channels, Nothing(), self.pace, self.switches)

    async def heard(self, dsn: str) -> None:
        """All customers have just written, so that no platform's window is closed."""
        names = [(name, channel.account) for name, channel in self.channels.items()]
        chats = [conversation_id(*name, _address(chat)) for name in names for chat in range(CHATS)]
        connection = await asyncpg.connect(dsn)
        await connection.executemany(
            "insert into bot.conversation (id, version, state, heard_at) values ($1, 1, '', now())",
            [(chat,) for chat in chats],
        )
        await connection.close()

    async def round(self, seconds: float, *, stormy: bool) -> Round:
        """Messages at an even pace on all four channels; waits for those of the three."""
        await self.http.put(f"/storm/{STORMY if stormy else 'none'}")
        queued: dict[str, tuple[str, float]] = {}
        start = time.monotonic()
        for number in range(int(seconds * RATE_PER_S)):
            await asyncio.sleep(max(0.0, start + number / RATE_PER_S - time.monotonic()))
            rows = [self.row(name, number % CHATS) for name in self.channels]
            await self.store.outbox.enqueue(rows)
            for row in rows:
                assert isinstance(row.effect, Send)
                queued[row.effect.message.text] = row.to.channel, time.monotonic()
                self.outbox.put(row)
        awaited = {text for text, (name, _) in queued.items() if name != STORMY}
        arrived: dict[str, float] = {}
        async with asyncio.timeout(60):
            while awaited - arrived.keys():
                await asyncio.sleep(0.1)
                arrived = (await self.http.get("/seen")).json()["arrived"]
        found: dict[str, list[float]] = {name: [] for name in self.channels}
        for text, (name, at) in queued.items():
            if text in arrived:
                found[name].append(arrived[text] - at)
        await self.http.put("/storm/none")
        return Round(stormy, found)

    def row(self, name: str, chat: int) -> OutboxRow:
        """A message to one of the chats, whose text is its name."""
        id_ = uuid7()
        address = _address(chat)
        channel = self.channels[name]
        conversation: UUID = conversation_id(name, channel.account, address)
        message = OutboundMessage(key=str(id_), text=f"soak-{id_}", answers=id_)
        return OutboxRow(id_, conversation, time.monotonic_ns(), To(name, channel.account, address), Send(message))

    async def close(self) -> None:
        await self.outbox.stop(0)
        for channel in self.channels.values():
            await channel.close()
        await self.switches.close()
        await self.store.close()
        await self.http.aclose()


def _address(chat: int) -> str:
    return str(5_000_000 + chat)


async def measure(dsn: str, root: str, rounds: int, seconds: float) -> dict[str, object]:
    """Calm and stormy rounds in turn, the first one only to warm up."""
    await upgrade(dsn)
    soak = Soak(dsn, root)
    await soak.heard(dsn)
    background = asyncio.create_task(soak.switches.run())
    await soak.round(min(seconds, 3), stormy=False)
    done = [await soak.round(seconds, stormy=bool(number % 2)) for number in range(2 * rounds)]
    refused = (await soak.http.get("/seen")).json()["refused"]
    background.cancel()
    with suppress(asyncio.CancelledError):
        await background
    await soak.close()
    figures: dict[str, dict[str, float]] = {}
    for share in (50, 95, 99):
        calm, storm = (
            statistics.median(one.p(share / 100) for one in done if one.stormy is stormy) for stormy in (False, True)
        )
        ratio = round(storm / calm, 2)
        figures[f"p{share}"] = {"calm_ms": round(calm * 1000, 2), "storm_ms": round(storm * 1000, 2), "ratio": ratio}
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"), "cores": os.cpu_count(), "stormy": STORMY,
        "refused": refused, "messages_per_s_and_channel": RATE_PER_S, "rounds": rounds, "seconds": seconds,
        "latency_of_the_other_three": figures,
    }  # fmt: skip


def main() -> None:
    """Start a server and the platforms, measure, write, print."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))  # 429s by the hundred
    options = argparse.ArgumentParser(prog="bench soak", description=__doc__)
    options.add_argument("--rounds", type=int, default=3, help="calm and stormy ones each")
    options.add_argument("--seconds", type=float, default=10.0, help="a round")
    chosen = options.parse_args(sys.argv[2:])
    ours, theirs = multiprocessing.Pipe()
    platforms = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    platforms.start()
    folder = Path(tempfile.mkdtemp(prefix="teller-soak-"))
    folder.chmod(0o711)  # as root the server runs as somebody else and must get through
    try:
        dsn = ensure_postgres(folder)
        result = uvloop.run(measure(dsn, ours.recv(), chosen.rounds, chosen.seconds))
    finally:
        platforms.terminate()
        stop(folder)
        shutil.rmtree(folder, ignore_errors=True)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(result, indent=2) + "\n")
    _print(result)


def _print(result: dict[str, object]) -> None:
    table = Table(title=f"{STORMY} answers 429 to everything ({result['refused']} times): the other three")
    for column in ("", "calm, ms", "storm, ms", f"ratio (goal under {GOAL})"):
        table.add_column(column, justify="left" if not column else "right")
    figures = result["latency_of_the_other_three"]
    assert isinstance(figures, dict)
    for name, row in figures.items():
        table.add_row(name, *[str(value) for value in row.values()])
    Console().print(table)


if __name__ == "__main__":
    main()
