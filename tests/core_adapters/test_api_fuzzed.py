"""Requests that nobody would write, at every route of the wrappers: no 5xx, and nothing that the description lacks."""

import asyncio
import random

import pytest
import schemathesis
from fuzzed import everywhere, serving

from core_adapters.ports import Person

ALL = ("/api/v1/core/", "/api/v1/external/", "/api/v1/operations")
VERBS = ("limits", "customer", "cards.list_active", "accounts.balance", "transfers.quote", "card", "bills.check")


@pytest.fixture
async def served(room, free_socket):
    """The wrappers' API on a port of the loopback, with an operation on hold and one that is posted."""
    room.people.known["stranger"] = Person("+380970000000")
    on_hold = await room.on_hold()
    posted = room.transfer()
    await room.start(posted)
    async with serving(room.adapters.app) as url:
        yield url, (str(on_hold), str(posted.op_id))


def fuzz(url, op_ids):
    """With the tokens of a service and of two clerks; the routes and the statuses that were met."""
    dice = random.Random(20261128)

    def known(case):
        """What no generator finds: an operation that is there, a question that has an answer, a customer."""
        if "op_id" in case.path_parameters and dice.random() < 0.6:
            case.path_parameters["op_id"] = dice.choice(op_ids)
        if "verb" in case.path_parameters and dice.random() < 0.7:
            case.path_parameters["verb"] = dice.choice(VERBS)
        if isinstance(case.body, dict) and "customer_id" in case.body and dice.random() < 0.6:
            case.body["customer_id"] = dice.choice(("anna", "stranger"))

    def as_somebody(_):
        return {"Authorization": f"Bearer {dice.choice(('service', 'staff', 'staff-2'))}"}

    return everywhere(schemathesis.openapi.from_url(f"{url}/openapi.json"), known, as_somebody)


async def test_no_request_makes_a_server_error_or_an_answer_that_is_not_described(served):
    met, statuses = await asyncio.to_thread(fuzz, *served)
    assert all(any(path.startswith(prefix) for path in met) for prefix in ALL)
    assert statuses >= {200, 403, 404, 422}
