"""An adapter that meets what nobody thought of: what it was at stays in doubt, and nothing is lost or paid twice."""

from core_adapters.operations.concluding import conclude
from core_adapters.operations.decisions.reply import Verdict
from core_adapters.operations.ids import core_ref
from core_adapters.operations.moving import move
from core_adapters.operations.states import State
from core_adapters.ports import Posted, Progress


class Breaks:
    """A bank whose adapter has a bug in some of its methods."""

    def __init__(self, bank, *methods):
        self.bank, self.methods = bank, set(methods)
        self.name, self.capability = bank.name, bank.capability

    async def perform(self, order):
        return await self._through("perform", order)

    async def enquire(self, order):
        return await self._through("enquire", order)

    async def progress(self, order):
        return await self._through("progress", order)

    async def _through(self, method, order):
        answer = await getattr(self.bank, method)(order)
        if method in self.methods:
            raise KeyError("a field that was always there")
        return answer


def breaks(room, *methods):
    performers = room.adapters.desk.performers
    performers["sandbox"] = Breaks(performers["sandbox"], *methods)
    return performers["sandbox"]


async def test_a_bug_in_an_order_and_in_its_enquiry_leaves_it_in_doubt_until_the_bank_is_understood(room):
    adapter = breaks(room, "perform", "enquire")
    start = room.transfer()
    await room.start(start)
    await room.rounds(2)
    assert (await room.state(start.op_id), await room.told(start.op_id)) == ("UNKNOWN", ["unknown:unknown_result"])
    adapter.methods.clear()
    await room.rounds(3)
    assert await room.told(start.op_id) == ["unknown:unknown_result", "done"]
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1


async def test_what_follows_an_order_is_asked_for_again_after_a_bug(room):
    breaks(room, "progress")
    await room.start(room.order("cards.apply", {"tariff": "digital"}))
    await room.rounds(1)
    row = await room.pool.fetchrow("select asked, done_at from money.awaited")
    assert (row["asked"], row["done_at"]) == (1, None)


async def test_a_reply_that_comes_after_somebody_else_took_over_changes_nothing(room):
    room.adapters.desk.started = False
    start, store = room.transfer(), room.adapters.desk.store
    await room.start(start)
    sending = await store.claim(start.op_id, State.APPROVED)
    assert (await move(store, sending, Verdict(State.UNKNOWN, "unknown_result"))).state is State.UNKNOWN
    assert await move(store, sending, Verdict(State.POSTED), Posted("late")) is None
    assert (await room.state(start.op_id), await room.told(start.op_id)) == ("UNKNOWN", ["unknown:unknown_result"])


async def test_an_end_that_two_have_seen_is_told_once(room):
    order = room.order("cards.apply", {"tariff": "digital"})
    await room.start(order)
    operation, store = await room.adapters.desk.find(order.op_id), room.adapters.desk.store
    async with room.pool.acquire() as connection, connection.transaction():
        ended = [await conclude(store, connection, operation, Progress("ok"), room.clock()) for _ in range(2)]
    assert ended == [True, False]
    assert [event.name for event in await room.news() if event.kind == "bank"] == ["cards.issued"]
