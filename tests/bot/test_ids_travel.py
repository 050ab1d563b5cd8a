"""The ids of a request and a turn go with all that they lead to: turns, sends, operations, services, the bank."""

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import asyncpg
import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from structlog.contextvars import bound_contextvars, get_contextvars, merge_contextvars
from structlog.testing import capture_logs
from turn_rig import Decided, Recorder, Worker, talk, working

import core_adapters.http
from bot.keyring import Keyring
from bot.logs import RequestIds, current_request_id, in_turn
from bot.results import Results
from bot.services import ServiceToken, client
from bot.store import StoreDown, uuid7
from bot.store.sealed import Sealed
from bot.tokens import Tokens
from channels.ids import conversation_id
from flows.events import BankEvent, Event
from flows.facts import Facts, Needs
from flows.session import Session

ANNA = conversation_id("post", "1", "anna")
KEY = "a2V5IG9mIHRoaXJ0eS10d28gYnl0ZXMsIHRoZSBmaXI="


@pytest.fixture
def heard() -> Iterator[tuple[str, list[Mapping[str, str]]]]:
    """The address of somebody who writes down the headers of each call."""
    headers: list[Mapping[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            headers.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", headers
    server.shutdown()
    server.server_close()


async def test_a_service_of_ours_hears_whose_request_and_turn_it_is(
    heard: tuple[str, list[Mapping[str, str]]],
) -> None:
    url, headers = heard
    async with client(url, None, ServiceToken(Tokens([KEY]))) as service:
        with in_turn("turn-one", request_id="request-one"):
            await service.post("/api/v1/operations")
        await service.post("/api/v1/operations")
    assert (headers[0]["x-request-id"], headers[0]["x-turn-id"]) == ("request-one", "turn-one")
    assert not {"x-request-id", "x-turn-id"} & headers[1].keys()


async def test_a_service_logs_under_the_ids_that_it_was_given() -> None:
    async def seen(_: Request) -> JSONResponse:
        return JSONResponse({name: get_contextvars().get(name) for name in ("request_id", "turn_id")})

    app = RequestIds(Starlette(routes=[Route("/", seen)]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as asking:
        given = {"X-Request-ID": "request-one", "X-Turn-ID": "turn-number-one"}
        under = (await asking.get("/", headers=given)).json()
        assert under == {"request_id": "request-one", "turn_id": "turn-number-one"}
        assert (await asking.get("/", headers=given | {"X-Turn-ID": "1\x0b2"})).json()["turn_id"] is None


async def test_the_bank_hears_the_request_and_later_the_operation(
    heard: tuple[str, list[Mapping[str, str]]],
) -> None:
    url, headers = heard
    async with core_adapters.http.client() as bank:
        with bound_contextvars(request_id="request-one", op_id="op-one"):
            await bank.post(url)
        with bound_contextvars(op_id="op-one"):
            await bank.post(url)
        await bank.post(url)
    assert [each.get("x-request-id") for each in headers] == ["request-one", "op-one", None]
    assert not any("x-turn-id" in each for each in headers)


async def test_each_turn_of_a_chat_goes_under_its_own_request(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    contexts: list[dict[str, object]] = []

    async def take(_: Request) -> JSONResponse:
        contexts.append(dict(get_contextvars()))
        return JSONResponse({"state": "SENDING"}, 202)

    app = Starlette(routes=[Route("/api/v1/operations", take, methods=["POST"])])
    core = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")
    recorder.answers = [(502, {}), (502, {})]  # each chat's message is tried again, which is said in a line
    with capture_logs(processors=[merge_contextvars]) as lines:
        async with working(database, keyring, recorder, clients={"core_adapters": core}) as worker:
            for number, request_id in enumerate(("request-one", "request-two"), 1):
                with bound_contextvars(request_id=request_id):
                    await worker.post_update(number, "operation core_adapters")
            await worker.quiet()
    assert {context["request_id"] for context in contexts} == {"request-one", "request-two"}
    assert len({context["turn_id"] for context in contexts}) == 2
    assert all(context["op_id"] for context in contexts)
    delayed = [line for line in lines if line["event"] == "send_delayed"]
    assert delayed
    assert {line["request_id"] for line in delayed} <= {"request-one", "request-two"}
    assert all(line["turn_id"] in {context["turn_id"] for context in contexts} for line in delayed)
    assert structlog.contextvars.get_contextvars().get("turn_id") is None


async def test_what_came_of_a_request_goes_on_under_it_in_whichever_process(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    """A customer's words that a dead process has left, a result of the bank, and one that nobody here asked for."""
    under: dict[str, str | None] = {}

    def noting(session: Session, event: Event, facts: Facts) -> Decided | Needs:
        under[event.name if isinstance(event, BankEvent) else event.kind] = current_request_id()
        return talk(session, event, facts)

    def dying(*_: object) -> Decided:
        raise StoreDown("it takes in and comes to nothing")

    dead = Worker(database, keyring, recorder, lease_s=0.0, advance=dying)
    with bound_contextvars(request_id="request-one"):
        await dead.post_update(1, "hi")
    await dead.kill()
    results = Results(keyring)
    connection = await asyncpg.connect(database)
    with bound_contextvars(request_id="request-two"):
        await results.announce(connection, BankEvent(uuid7(), ANNA, datetime.now(UTC), "cards.issued", {}))
    later = BankEvent(uuid7(), ANNA, datetime.now(UTC), "cards.delivered", {})
    await results.announce(connection, later)
    await connection.close()
    async with working(database, keyring, recorder, advance=noting) as worker:
        await recorder.until(3)
        await worker.quiet()
    assert under == {"inbound": "request-one", "cards.issued": "request-two", "cards.delivered": str(later.id)}


def test_a_body_says_its_request_and_one_without_is_read_as_ever(keyring: Keyring) -> None:
    sealed, event = Sealed(keyring), BankEvent(uuid7(), ANNA, datetime.now(UTC), "cards.issued", {"card": "1"})
    for told, known in (("request-one", "request-one"), (None, None), ('x", "name": "y', None), ("4" * 16, None)):
        assert sealed.open_request(event.id, sealed.event(event, told)) == (event, known)
