"""Operations reach their provider once as an operation, however often it takes to hand them over."""

import json
from collections import Counter
from contextlib import AsyncExitStack

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from turn_rig import Recorder, Worker, rows, until, working

from bot.keyring import Keyring


class Service:
    """A provider that answers as it is told, then well, and notes what was asked of it."""

    def __init__(self, *answers: tuple[int, object], well: tuple[int, object] = (202, {"state": "SENDING"})) -> None:
        self.answers = list(answers)
        self.well = well
        self.bodies: list[dict[str, object]] = []

    async def take(self, request: Request) -> JSONResponse:
        self.bodies.append(json.loads(await request.body()))
        status, body = self.answers.pop(0) if self.answers else self.well
        return JSONResponse(body, status)

    def client(self) -> httpx.AsyncClient:
        paths = ("/api/v1/operations", "/api/v1/customers/operations")
        app = Starlette(routes=[Route(path, self.take, methods=["POST"]) for path in paths])
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")


async def test_an_operation_is_handed_over_until_it_is_accepted(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    core = Service((503, {}), (500, {}))
    async with working(database, keyring, recorder, clients={"core_adapters": core.client()}) as worker:
        await worker.post_update(1, "operation core_adapters")
        await worker.quiet()
    assert Counter(str(body["op_id"]) for body in core.bodies).most_common(1)[0][1] == 3
    assert core.bodies[0]["conversation"]
    assert "address" not in core.bodies[0]
    assert await rows(database, "select status from bot.outbox where kind = 'operation'") == [("done",)]


async def test_an_answer_with_the_result_becomes_a_turn_of_its_own(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    customers = Service(well=(200, {"state": "failed", "outputs": {}, "error": "too_many"}))
    async with working(database, keyring, recorder, clients={"customer_api": customers.client()}) as worker:
        await worker.post_update(1, "operation customer_api")
        await worker.quiet()
    assert recorder.texts() == ["1:operation customer_api", "2:failed too_many"]
    assert customers.bodies[0]["address"] == "anna"


async def test_a_provider_that_cannot_be_reached_at_all_is_unavailable(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    away = httpx.AsyncClient(base_url="http://127.0.0.1:1")
    async with working(database, keyring, recorder, clients={"core_adapters": away}, patience_s=0.1) as worker:
        await worker.post_update(1, "operation core_adapters")
        await worker.quiet()
    assert recorder.texts() == ["1:operation core_adapters", "2:failed unavailable"]
    assert await rows(database, "select status from bot.outbox where kind = 'operation'") == [("failed",)]


async def test_a_provider_that_may_have_taken_it_leaves_the_result_unknown_and_is_asked_on(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    core = Service(*[(500, {})] * 4)
    async with working(database, keyring, recorder, clients={"core_adapters": core.client()}, patience_s=0.1) as worker:
        await worker.post_update(1, "operation core_adapters")
        await worker.quiet()
    assert recorder.texts() == ["1:operation core_adapters", "2:unknown"]
    assert await rows(database, "select status from bot.outbox where kind = 'operation'") == [("done",)]


async def test_a_request_that_the_provider_refuses_did_nothing(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    core = Service((422, {}))
    async with working(database, keyring, recorder, clients={"core_adapters": core.client()}) as worker:
        await worker.post_update(1, "operation core_adapters")
        await worker.quiet()
    assert recorder.texts()[-1] == "2:failed unavailable"
    assert len(core.bodies) == 1


async def test_an_operation_left_by_a_dead_process_is_handed_over_by_another_as_the_same(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    core = Service((500, {}))
    first = Worker(database, keyring, recorder, lease_s=0.5, clients={"core_adapters": core.client()})
    await first.post_update(1, "operation core_adapters")
    await first.turns.drain()
    await recorder.until(1)
    await first.kill()
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(
                working(database, keyring, recorder, lease_s=0.5, clients={"core_adapters": core.client()})
            )
        await until(database, "select 1 where not exists (select from bot.outbox where status = 'new')")
    assert len({body["op_id"] for body in core.bodies}) == 1
