"""A small world around the turn: a messenger that speaks HTTP on the loopback, and workers on a real database.

The messenger ("post") takes JSON like {"id": 7, "chat": "anna", "text": "hi"}; the recorder plays its platform and
can be told how to answer. The conversation here is a few lines, so that what is tested is the loop around it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot import secure
from bot.consents import Consents
from bot.door import Door
from bot.media import Collector, MediaStore
from bot.messages_api.changing import Changes
from bot.operations import Operations
from bot.outbox import Outbox
from bot.pace import LocalPace
from bot.paging import Paging
from bot.people import Desk
from bot.perform import Performer
from bot.receipts import Receipts
from bot.recovery import Recovery
from bot.relay import giving_at, taking_at
from bot.store import Link, Store, uuid7
from bot.store.messages import MessageStore
from bot.switches import Switches
from bot.timers import Timers
from bot.turn import Turns
from bot.unheard import Unheard
from bot.webhooks import routes
from channels.errors import (
    ChannelDown,
    PermanentContent,
    PermanentUser,
    SendFailure,
    Throttled,
    Transient,
    Unauthentic,
    Unclear,
    Unreadable,
    WindowClosed,
)
from channels.ids import conversation_id, event_id
from flows.cards import CardNumber
from flows.effects import CancelTimer, DeleteInbound, Effect, Send, SetTimer, StartOperation
from flows.events import BankEvent, Event, OperationSettled, TimerFired
from flows.facts import Fact, Facts, Need, Needs
from flows.messages import (
    Attachment,
    Choice,
    EventType,
    InboundEvent,
    OutboundMessage,
    Picture,
    Sender,
    StoredFile,
    Template,
    Text,
)  # fmt: skip
from flows.ports import ButtonLimits, Capabilities, DrawnPicture, FactSource, Sealer, Sent
from flows.session import Question, Run, Session

SECRET = {"x-secret": "right"}
COLOURS = {"ink": "#14213D", "accent": "#E4572E", "accent_text": "#C2410C", "ground": "#F6F1E9", "paper": "#FFFFFF",
           "quiet": "#4A5568", "good": "#1F7A6D", "bad": "#B4232C"}  # fmt: skip
FACE = secure.Face("Teller Bank", "Europe/Kyiv", COLOURS)


CAPABILITIES = Capabilities("post", 1000, "char", 100, ButtonLimits(8, 1, 20, 64), webhook_bytes_max=10_000)
DETAILS = frozenset({"state", "code", "watermark_ms"})
FAILURES: dict[str, type[SendFailure]] = {
    "400": PermanentContent, "401": ChannelDown, "403": PermanentUser, "410": WindowClosed, "502": Transient,
}  # fmt: skip


@dataclass
class Recorder:
    """The messenger's platform: notes what it gets and answers as it is told."""

    url: str = ""
    calls: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, object]]] = field(default_factory=list)
    files: dict[str, list[int | bytes]] = field(default_factory=dict)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    called: asyncio.Condition = field(default_factory=asyncio.Condition)

    def texts(self, chat: str | None = None) -> list[str]:
        return [call["text"] for call in self.calls if "text" in call and chat in (None, call["chat"])]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(15), self.called:
            await self.called.wait_for(lambda: len(self.calls) >= count)

    async def asked(self) -> None:
        """Until every answer it was told to give is given."""
        async with asyncio.timeout(15), self.called:
            await self.called.wait_for(lambda: not self.answers)

    async def give(self, request: Request) -> Response:
        """A file of the platform: told as bytes by its id, or as one status after the other before that."""
        told = self.files[request.path_params["ref"]]
        answer = told.pop(0) if len(told) > 1 else told[0]
        return Response(status_code=answer) if isinstance(answer, int) else Response(answer)

    async def take(self, request: Request) -> JSONResponse:
        call = json.loads(await request.body())
        await self.open.wait()
        status, answer = self.answers.pop(0) if self.answers else (200, {})
        async with self.called:
            if status == 200:
                self.calls.append(call)
            self.called.notify_all()
        return JSONResponse(answer | {"id": str(len(self.calls))}, status)


@asynccontextmanager
async def recording() -> AsyncIterator[Recorder]:
    """A recorder that listens on a port of the loopback."""
    recorder = Recorder()
    recorder.open.set()
    files = Route("/files/{ref}", recorder.give, methods=["GET"])
    app = Starlette(routes=[files, Route("/{method}", recorder.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", 0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by this flag alone
        await asyncio.sleep(0.005)
    recorder.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield recorder
    finally:
        recorder.open.set()
        server.should_exit = True
        await serving


class Post:
    """The messenger's channel."""

    name = "post"
    account = "1"

    def __init__(self, url: str, capabilities: Capabilities = CAPABILITIES) -> None:
        self.capabilities = capabilities
        self._client = httpx.AsyncClient(base_url=url, timeout=20)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        if headers.get("x-secret") != "right":
            raise Unauthentic("the secret is wrong")

    def parse(self, body: bytes, received_at: datetime) -> Sequence[InboundEvent]:
        items = json.loads(body)
        if not isinstance(items, dict):
            raise Unreadable("no object")
        return [_event(item, received_at) for item in items.get("batch", [items])]

    def challenge(self, query: Mapping[str, str]) -> str | None:
        return None

    def answer(self, event: InboundEvent, welcome: OutboundMessage) -> bytes | None:
        return None

    def failure(self, event: InboundEvent) -> SendFailure | None:
        code = event.details.get("code", "")
        return FAILURES[code]("failed later", code) if code in FAILURES else None

    async def typing(self, address: str, message_id: str | None) -> None:
        await self._client.post("/typing", json={"chat": address})

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        response = await self._client.get(f"/files/{attachment.ref}")
        if response.status_code != 200:
            raise Transient("no file now", str(response.status_code))
        if len(response.content) > most:
            raise PermanentContent("the file is too large")
        return response.content

    async def meet(self, url: str, commands: Mapping[str, Mapping[str, str]]) -> None:
        await self._client.post("/meet", json={"url": url})

    async def warm_up(self) -> None:
        """Nothing is slow here."""

    async def acknowledge(self, event: InboundEvent) -> None:
        await self._client.post("/acknowledge", json={"chat": event.address})

    async def send(self, message: OutboundMessage, address: str, drawn: DrawnPicture | None) -> Sent:
        picture = {} if drawn is None else {"picture": drawn.file_name}
        links = dict([("link", choice.url or "") for choice in message.choices if choice.kind == "form"][:1])
        page = {"page": str(message.page)} if message.page else {}
        template = {} if message.template is None else {"template": message.template.name}
        said = {"chat": address, "text": message.text, "ref": message.ref}
        answer = await self._call("/send", {**said, **template, **picture, **links, **page})
        return Sent((str(answer["id"]),))

    async def delete(self, address: str, message_id: str) -> bool:
        await self._call("/delete", {"chat": address, "delete": message_id})
        return True

    async def _call(self, path: str, body: dict[str, str]) -> dict[str, object]:
        try:
            response = await self._client.post(path, json=body)
        except httpx.ConnectError as error:
            raise Transient("no connection") from error
        except httpx.HTTPError as error:
            raise Unclear(type(error).__name__) from error
        answer: dict[str, object] = response.json()
        if response.status_code == 429:
            until = datetime.now(UTC) + timedelta(seconds=float(str(answer["retry_after"])))
            raise Throttled(until, scope="account" if answer.get("scope") == "account" else "chat")
        if (code := str(response.status_code)) in FAILURES:
            raise FAILURES[code]("refused", code)
        return answer

    async def close(self) -> None:
        await self._client.aclose()


def _event(item: dict[str, object], at: datetime) -> InboundEvent:
    chat, dedupe = str(item["chat"]), str(item["id"])
    kind = EventType(str(item.get("type", "message")))
    content = Attachment("image", str(item["file"]), str(item["mime"])) if "file" in item else Text(str(item["text"]))
    about, details = item.get("about"), {key: str(value) for key, value in item.items() if key in DETAILS}
    payload = str(item["payload"]) if "payload" in item else None
    return InboundEvent(
        event_id("post", "1", dedupe, at), "post", "1", dedupe, kind, conversation_id("post", "1", chat),
        chat, Sender(chat, locale="uk-UA"), at - timedelta(seconds=float(str(item.get("ago_s", 0)))), at,
        message_id=dedupe, in_reply_to=None if about is None else str(about), content=content, payload=payload,
        details=details,
    )  # fmt: skip


@dataclass(frozen=True)
class Decided:
    session: Session
    effects: tuple[Effect, ...] = ()


def talk(session: Session, event: Event, facts: Facts) -> Decided | Needs:
    """A conversation that counts what it hears and obeys a few words."""
    session = session.copy()
    session.heard += 1
    say = lambda text, **more: Send(OutboundMessage(key=str(uuid7()), text=text, **more))  # noqa: E731
    match event:
        case OperationSettled():
            return Decided(session, (say(f"{session.heard}:{event.state} {event.error or ''}".strip()),))
        case TimerFired():
            return Decided(session, (say(f"{session.heard}:timer {event.timer}"),))
        case BankEvent():
            more = {"purpose": event.match["purpose"]} if "purpose" in event.match else {}
            return Decided(session, (say(f"{session.heard}:{event.name}", **more),))
        case InboundEvent(payload=str() as payload):
            return Decided(session, (say(f"{session.heard}:pressed {payload}"),))
        case InboundEvent(content=Text() as content):
            word, _, rest = content.text.partition(" ")
            return _obey(word, rest, session, event, content, facts, say)
    return Decided(session)


def _obey(
    word: str, rest: str, session: Session, event: InboundEvent, content: Text, facts: Facts, say: Callable[..., Send]
) -> Decided | Needs:
    echo = say(f"{session.heard}:{content.text}")
    question = Question("q", "slot", "to_card", "card_number")
    session.stack = [Run("r", "transfer", "ask_to", question=question)] if word == "transfer" else []
    if word in ("ask", "stuck"):
        need = Need("choices", rest)
        return Decided(session, (say(str(facts[need])),)) if need in facts and word == "ask" else Needs((need,))
    if word == "boom":
        raise RuntimeError("the engine has a fault")
    started = {
        "poison": lambda: (SetTimer("a\0b", event.received_at),),
        "timer": lambda: (echo, SetTimer("t", event.received_at + timedelta(seconds=float(rest)))),
        "cancel": lambda: (echo, CancelTimer("t")),
        "choices": lambda: (say(rest, choices=tuple(Choice(f"id {n}", f"Choice {n}") for n in range(12))),),
        "three": lambda: (say("one"), say("two"), say("three")),
        "news": lambda: (say(rest, purpose="update"),),
        "fallback": lambda: (say(rest, fallback=Template("approved", "uk")),),
        "brief": lambda: (say(rest, not_after=event.received_at + timedelta(seconds=1)),),
        "silence": lambda: (),
        "five": lambda: tuple(say(str(n)) for n in range(1, 6)),
        "picture": lambda: (say(rest, picture=Picture("card", {}, alt="a card")),),
        "old": lambda: (say(rest, not_after=event.received_at - timedelta(hours=1)),),
        "operation": lambda: (echo, StartOperation(uuid7(), "cards.apply", rest, {}, {}, "7", "post", "r", "s")),
    }
    if word in started:
        return Decided(session, started[word]())
    if content.cards and event.message_id is not None:
        return Decided(session, (echo, DeleteInbound(event.message_id, "card_number")))
    return Decided(session, (echo,))


class Vault:
    """Tokens for card numbers."""

    async def tokenise(self, numbers: Sequence[str]) -> list[CardNumber]:
        return [CardNumber(f"token-{number[-4:]}", number[-4:], "visa", True, "f") for number in numbers]


class Pictures:
    """Draws everything but the broken."""

    async def draw(self, picture: Picture, locale: str, customer_id: str | None) -> DrawnPicture:
        raise RuntimeError("the paper is out")

    async def stored(self, file: StoredFile) -> DrawnPicture:
        return DrawnPicture(b"kept", "application/octet-stream", file.file_name or "file", file.document)


class Known:
    """Answers every question with its name."""

    async def answer(self, need: Need, customer_id: str | None, level: str, locale: str) -> Fact:
        return {"options": [need.name]}


class Worker:
    """One process of the bot, as far as the turn goes."""

    def __init__(
        self,
        database: str,
        sealer: Sealer,
        recorder: Recorder,
        lease_s: float = 30.0,
        clients: Mapping[str, httpx.AsyncClient] | None = None,
        advance: Callable[[Session, Event, Facts], Decided | Needs] = talk,
        patience_s: float = 20.0,
        pages_at: str = "",
        capabilities: Capabilities = CAPABILITIES,
        ahead: timedelta = timedelta(0),
        post: Callable[[str, Capabilities], Post] = Post,
        consents: Consents | None = None,
        facts: FactSource | None = None,
        unheard: Unheard | None = None,
        redis_url: str = "",
        role: str = "all",
    ) -> None:
        """``ahead`` is how far the clock that sending looks at runs before the true one."""
        self.giving = giving_at(redis_url, role)
        self.post = post(recorder.url, capabilities)
        channels = {"post": self.post}
        self.store = Store(lambda: asyncpg.connect(database), sealer, lease_s)
        self.forms_link = Link(lambda: asyncpg.connect(database))
        self.forms = secure.Forms(self.forms_link, sealer)
        self.desk = Desk(self.forms_link, sealer)
        pages = secure.Pages(self.forms, pages_at) if pages_at else None
        self.pace = LocalPace({"post": 1000.0})
        self.switches = Switches(self.store.switches, self.pace, look_s=0.1)
        clock = lambda: datetime.now(UTC) + ahead  # noqa: E731
        changes = Changes(MessageStore(self.forms_link, self.store.sealed), channels, clock)
        self.outbox = Outbox(
            self.store.outbox, channels, Pictures(), self.pace, self.switches, clock, pages, changes, consents
        )
        self.receipts = Receipts(self.store.receipts, self.store.outbox, channels, self.pace, self.switches)
        self.operations = Operations(self.store.outbox, clients or {}, self._settle, patience_s)
        self.performer = Performer(self.store.outbox, self.outbox, self.operations, self.desk)
        self.timers = Timers(self.store.timers, lambda: self.recovery.wake(), poll_s=0.5)
        self.media_link = Link(lambda: asyncpg.connect(database))
        self.media = MediaStore(self.media_link, sealer)
        self.collector = Collector(self.media, channels)
        paging = Paging(self.store.said)
        self.taking = taking_at(redis_url, role, self.store.inbox, lambda *row: self.turns.resume(*row))
        relay = (self.giving, *((self.taking.ended,) if self.taking is not None else ()))
        self.turns = Turns(
            self.store, advance, facts or Known(), self.performer, channels, ("en", "uk"), self.timers.note, Vault(),
            paging, self.collector, self.receipts, unheard, *relay,
        )  # fmt: skip
        self.recovery = Recovery(self.store, self.turns, self.performer, sweep_s=0.1)
        self.door = Door(channels, Vault(), tokens=paging)
        webhooks = routes(self.door, self.turns)
        self.pages = secure.routes(self.forms, Vault(), self.turns, FACE, media=self.media)
        app = Starlette(routes=[*webhooks, *self.pages])
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot")
        self._running: list[asyncio.Task[None]] = []

    async def _settle(self, event: OperationSettled, source: str, dedupe: str) -> bool:
        return await self.turns.take(event, source, dedupe)

    def start(self) -> "Worker":
        """The background: recovery and timers."""
        sending = (self.switches.run(), self.receipts.run())
        relay = [side.run() for side in (self.giving, self.taking) if side is not None]
        works = (self.recovery.run(), self.timers.run(), self.collector.run(), *sending, *relay)
        self._running = [asyncio.create_task(work) for work in works]
        return self

    async def post_update(
        self, id_: int, text: str, chat: str = "anna", headers: Mapping[str, str] = SECRET, **more: object
    ) -> int:
        body = json.dumps({"id": id_, "chat": chat, "text": text, **more})
        return (await self.http.post("/webhooks/post", content=body, headers=headers)).status_code

    async def quiet(self) -> None:
        """Until this worker has nothing under way."""
        async with asyncio.timeout(20):
            for _ in range(2):
                await self.turns.drain()
                await self.performer.drain()
                await self.receipts.drain()

    async def kill(self) -> None:
        """Gone at once: nothing is finished, nothing is recorded."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        for side in (self.giving, self.taking):
            if side is not None:
                await side.close()
        await self.turns.stop(0)
        await self.performer.stop(0)
        await self.receipts.stop()
        await self.switches.close()
        await self.store.close()
        await self.forms_link.close()
        await self.media_link.close()
        await self.post.close()
        await self.http.aclose()


@asynccontextmanager
async def working(*arguments: object, **more: object) -> AsyncIterator[Worker]:
    """A worker with its background, ended with the test."""
    worker = Worker(*arguments, **more).start()  # type: ignore[arg-type]
    try:
        yield worker
    finally:
        await worker.kill()


async def rows(database: str, query: str) -> list[tuple[object, ...]]:
    """What stands in the database."""
    connection = await asyncpg.connect(database)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def until(database: str, query: str) -> None:
    """Until the query has a row."""
    async with asyncio.timeout(10):
        while not await rows(database, query):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.02)
