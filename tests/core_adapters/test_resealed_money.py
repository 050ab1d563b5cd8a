"""A new vault key: the old one reads, the new one writes, and a job that may be stopped seals money's words again."""

import base64
import secrets
from itertools import count

import asyncpg
import pytest

from bot.keyring import Keyring, Unopened
from bot.resealing import TABLES, reseal
from core_adapters.operations import records
from core_adapters.revealing import Revealer

OLD, NEW = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
BEFORE, TURNED, AFTER = Keyring([OLD, NEW]), Keyring([NEW, OLD]), Keyring([NEW])
FILLED = ("money.operation", "money.payee", "money.card_number")


@pytest.fixture
def keyring():
    """The ring before the rotation: the adapters of these tests have it, and the next key to read with."""
    return BEFORE


async def under_old_key(room):
    """How many values of each table the new key did not seal."""
    return {
        table: sum(
            not AFTER.is_current(row[name])
            for row in await room.pool.fetch(f"select * from {table}")
            for name in opens
            if row[name]
        )
        for table, opens in TABLES.items()
    }


async def whole(database, batch=2):
    return {
        done.table: (done.seen, done.resealed)
        async for done in reseal(lambda: asyncpg.connect(database), TURNED, batch)
    }


@pytest.fixture
async def paid(room):
    """Two payments that are over and one on hold."""
    orders = [room.transfer(), room.transfer("70.00 UAH")]
    for order in orders:
        await room.start(order)
        assert await room.state(order.op_id) == "POSTED"
    await room.on_hold()
    return orders


async def test_all_is_sealed_again_and_opens_with_the_new_key_alone(room, paid, database):
    old = await under_old_key(room)
    assert all(old[table] > 0 for table in FILLED)
    done = await whole(database)
    assert {table: resealed for table, (_, resealed) in done.items() if resealed} == {
        table: 3 if table == "money.operation" else old[table] for table in old if old[table]
    }
    assert sum((await under_old_key(room)).values()) == 0
    for order in paid:
        request = await room.pool.fetchval("select request from money.operation where op_id = $1", order.op_id)
        assert records.opened(bytes(request), order.op_id, AFTER) == order
        with pytest.raises(Unopened):
            records.opened(bytes(request), order.op_id, Keyring([OLD]))
    assert (await Revealer(room.pool, AFTER).reveal(room.payee.token)).clear() == room.number


async def test_a_job_that_was_stopped_goes_on_and_one_that_is_done_does_nothing(room, paid, database):
    numbers = count()
    async for _ in reseal(lambda: asyncpg.connect(database), TURNED, 1):
        if next(numbers) == 1:
            break
    left = sum((await under_old_key(room)).values())
    assert left > 0
    await whole(database)
    assert sum((await under_old_key(room)).values()) == 0
    assert {resealed for _, resealed in (await whole(database)).values()} == {0}


async def test_payments_go_on_meanwhile(room, paid, database):
    await whole(database)
    order = room.transfer()
    await room.start(order)
    assert await room.state(order.op_id) == "POSTED"
    (on_hold,) = await room.pool.fetch("select op_id from money.operation where state = 'HOLD'")
    assert await room.state(on_hold["op_id"]) == "HOLD"


@pytest.mark.parametrize(
    "change", ["amount_minor = 1", "state = 'VOID'", "customer_id = 'olha'", "outputs = '{\"a\": 1}'"]
)
async def test_of_a_payment_that_is_over_nothing_but_its_seals_may_change(room, paid, change):
    statement = f"update money.operation set request = request, {change} where op_id = $1"
    before = await room.pool.fetchrow("select * from money.operation where op_id = $1", paid[0].op_id)
    with pytest.raises(asyncpg.CheckViolationError):
        await room.pool.execute(statement, paid[0].op_id)
    assert await room.pool.fetchrow("select * from money.operation where op_id = $1", paid[0].op_id) == before
