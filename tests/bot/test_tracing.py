"""Traces: told to a collector by OTLP, one a request through every task, with nothing that a log may not say."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.logs import RequestIds, in_turn
from bot.tracing import Traced, close_traces, open_traces, span
from tests.collector import Collector

ERROR = 2


@pytest.fixture
def collector() -> Iterator[Collector]:
    there = Collector()
    assert open_traces(there.url, "webhooks")
    try:
        yield there
    finally:
        close_traces()
        there.close()


def attributes(of: Span) -> dict[str, object]:
    return {one.key: one.value.string_value or one.value.int_value for one in of.attributes}


async def test_what_a_request_begins_is_one_trace_also_where_it_goes_on_later(collector: Collector) -> None:
    later: list[asyncio.Task[None]] = []

    async def turn(request_id: str) -> None:
        with in_turn("t-1", request_id=request_id), span("turn", channel="viber"), span("send", channel="viber"):
            pass

    async def hook(request: Request) -> PlainTextResponse:
        later.append(asyncio.create_task(turn(request.headers["x-request-id"])))
        return PlainTextResponse("ok")

    app = RequestIds(
        Traced(Starlette(routes=[Route("/webhooks/viber", hook, methods=["POST"])]), ["/webhooks/{channel}"])
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        await client.post("/webhooks/viber", headers={"X-Request-ID": "abcdefgh-one"})
        await client.post("/webhooks/viber", headers={"X-Request-ID": "abcdefgh-two"})
    await asyncio.gather(*later)
    close_traces()

    assert collector.paths == {"/v1/traces"}
    assert set(collector.roles) == {"webhooks"}
    assert len({one.trace_id for one in collector.spans}) == 2
    assert len(collector.spans) == 6
    for trace in {one.trace_id for one in collector.spans}:
        names = {one.name: one for one in collector.spans if one.trace_id == trace}
        assert set(names) == {"POST /webhooks", "turn", "send"}
        assert names["send"].parent_span_id == names["turn"].span_id
        assert names["send"].end_time_unix_nano <= names["turn"].end_time_unix_nano


async def test_two_processes_find_one_trace_by_the_request_id_alone(collector: Collector) -> None:
    with in_turn("t-1", request_id="abcdefgh-one"), span("operation"):
        pass
    close_traces()
    assert open_traces(collector.url, "core-adapters")
    with in_turn("t-1", request_id="abcdefgh-one"), span("asked", host="core.bank.example"):
        pass
    close_traces()
    assert set(collector.roles) == {"webhooks", "core-adapters"}
    assert collector.named("operation").trace_id == collector.named("asked").trace_id


def test_nothing_stands_in_a_span_that_may_not_stand_in_a_log(collector: Collector) -> None:
    with (
        pytest.raises(ValueError, match="4111"),
        span("turn", channel="viber", text="send 50 to Anna", reason="card 4111 1111 1111 1111", path="/secure/Zk3x"),
    ):
        raise ValueError("4111111111111111 does not exist")
    close_traces()
    turn = collector.named("turn")
    assert attributes(turn) == {"channel": "viber", "reason": "card [card]", "path": "/secure/[secret]"}
    assert (turn.status.code, turn.status.message) == (ERROR, "ValueError")
    for secret in (b"Anna", b"4111", b"Zk3x", b"does not exist"):
        assert secret not in collector.raw


async def test_neither_what_stands_in_an_address_nor_a_look_at_the_figures_is_drawn(collector: Collector) -> None:
    async def page(_: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    app = RequestIds(Traced(Starlette(routes=[Route("/{path:path}", page)]), ["/secure/{link}", "/api/v1"]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        for path in (
            "/secure/Zk3x-secret",
            "/metrics",
            "/healthz",
            "/readyz",
            "/",
            "//Zk3x",
            "/4111111111111111",
            "/Zk3x",
        ):
            await client.get(path)
        await client.request("ZK3X-4111", "/api/v1/flows")
    close_traces()
    assert {one.name for one in collector.spans} == {"GET /secure", "GET /", "GET elsewhere", "OTHER /api"}
    for secret in (b"Zk3x", b"ZK3X", b"4111"):
        assert secret not in collector.raw


def test_without_an_address_nothing_is_drawn_and_nothing_is_loaded() -> None:
    program = (
        "import sys\n"
        "import bot.turn, bot.outbox, bot.services\n"
        "from bot.tracing import open_traces, span\n"
        "assert open_traces('', 'all') is False\n"
        "with span('turn'): pass\n"
        "assert not any(name.startswith('opentelemetry.sdk') or name.startswith('opentelemetry.exporter')"
        " for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_collector_that_is_away_costs_nobody_their_turn() -> None:
    assert open_traces("http://127.0.0.1:1", "worker")
    with span("turn"):
        pass
    close_traces()
