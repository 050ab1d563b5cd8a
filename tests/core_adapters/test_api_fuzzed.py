"""Requests that nobody would write, at every route of the wrappers: no 5xx, and nothing that the description lacks."""

import asyncio
import random

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core_adapters.ports import Person

EXAMPLES = 12  # a route; the whole suite of routes stays well under a minute
ALL = ("/api/v1/core/", "/api/v1/external/", "/api/v1/operations")
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
VERBS = ("limits", "customer", "cards.list_active", "accounts.balance", "transfers.quote", "card", "bills.check")


@pytest.fixture
async def served(room, free_socket):
    """The wrappers' API on a port of the loopback, with an operation on hold and one that is posted."""
    room.people.known["stranger"] = Person("+380970000000")
    on_hold = await room.on_hold()
    posted = room.transfer()
    await room.start(posted)
    config = uvicorn.Config(room.adapters.app, log_level="error", port=0, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 -- uvicorn offers a flag and no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", (str(on_hold), str(posted.op_id)), room
    server.should_exit = True
    await task


def known(case, dice, op_ids, room):
    """What no generator finds: an operation that is there, a question that has an answer, a customer."""
    if "op_id" in case.path_parameters and dice.random() < 0.6:
        case.path_parameters["op_id"] = dice.choice(op_ids)
    if "verb" in case.path_parameters and dice.random() < 0.7:
        case.path_parameters["verb"] = dice.choice(VERBS)
    if isinstance(case.body, dict) and "customer_id" in case.body and dice.random() < 0.6:
        case.body["customer_id"] = dice.choice(("anna", "stranger"))
    return case


def fuzz(url, op_ids, room):
    """Every route, with the tokens of a service and of two clerks; the routes and the statuses that were met."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    dice, met, statuses = random.Random(20261128), set(), set()
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.as_strategy())
        def once(case):
            token = dice.choice(("service", "staff", "staff-2"))
            known(case, dice, op_ids, room)
            response = case.call(headers={"Authorization": f"Bearer {token}"})
            statuses.add(response.status_code)
            case.validate_response(response, checks=CHECKS)

        once()
        met.add(operation.path)
    return met, statuses


async def test_no_request_makes_a_server_error_or_an_answer_that_is_not_described(served):
    met, statuses = await asyncio.to_thread(fuzz, *served)
    assert all(any(path.startswith(prefix) for path in met) for prefix in ALL)
    assert statuses >= {200, 403, 404, 422}
