"""A line that breaks in every way: what an order means then, and that a payment over it moves once."""

import pytest

from bench.money.bank import Books, impatient
from bench.money.wire import MANNERS, Wire
from core_adapters.failures import Unclear
from core_adapters.http import Service
from core_adapters.logins import BearerLogin
from core_adapters.ports import Capability, Posted

ARRIVES = {"through": 1, "delay": 1, "cut before": 0, "cut after": 1, "swallow": 1, "half-close": 1, "drip": 1}
ANSWERED = frozenset({"through", "delay", "drip"})
BODY = {"reference": "ours", "minor": 500, "from": "a", "to": "b"}


@pytest.fixture
async def over():
    """An order over a wire of one manner, and the core's books."""
    books = Books()

    async def send(manner):
        wire = Wire("127.0.0.1", port, lambda: manner)
        async with wire.listening() as outside, impatient(0.6) as client:
            service = Service(client, f"http://127.0.0.1:{outside}", BearerLogin("t"))
            try:
                await service.order("POST", "/orders", BODY)
            except Unclear:
                return "unclear", books
            return "answered", books

    async with books.served() as port:
        yield send


@pytest.mark.parametrize("manner", MANNERS)
async def test_an_order_over_a_broken_line_is_sent_once_and_believed_only_when_answered(over, manner):
    end, books = await over(manner)
    assert end == ("answered" if manner in ANSWERED else "unclear")
    assert books.heard["ours"] == len(books.landed["ours"]) == ARRIVES[manner]


async def test_sending_is_committed_before_the_first_byte(room):
    seen, bank = [], room.adapters.desk.performers["sandbox"]

    class Looking:
        name, actions, capability = bank.name, bank.actions, Capability("key", "by-our-ref", 1)

        async def perform(self, order):
            async with room.pool.acquire() as outside:
                row = await outside.fetchrow("select state, fence from money.operation where op_id = $1", order.op_id)
                seen.append((row["state"], row["fence"], order.attempt))
            return Posted(f"C-{order.reference}")

    room.adapters.desk.performers["sandbox"] = Looking()
    start = room.transfer()
    await room.start(start)
    assert seen == [("SENDING", 1, 1)]
    assert await room.state(start.op_id) == "POSTED"
