"""The laws that the database holds by itself, and the audit that shows who touched it."""

import asyncio

import asyncpg
import pytest

from core_adapters.operations.audit import SEALER_LOCK, Audit

REFUSED = asyncpg.CheckViolationError


async def posted(room):
    start = room.transfer()
    await room.start(start)
    return start.op_id


@pytest.mark.parametrize(
    "change",
    [
        "state = 'REJECTED', error = 'x'",
        "state = 'SENDING', lease_until = now()",
        "amount_minor = 1",
        "error = 'x'",
        "customer_id = 'boris'",
    ],
)
async def test_what_is_final_stays(room, change):
    op_id = await posted(room)
    with pytest.raises(REFUSED):
        await room.pool.execute(f"update money.operation set {change} where op_id = $1", op_id)


@pytest.mark.parametrize(
    ("state", "change"),
    [
        ("APPROVED", "state = 'POSTED'"),
        ("APPROVED", "state = 'UNKNOWN'"),
        ("APPROVED", "amount_minor = 1"),
        ("APPROVED", "exemption = null"),
        ("APPROVED", "state = 'SENDING'"),
        ("APPROVED", "state = 'VOID'"),
        ("APPROVED", "core_ref = 'short'"),
    ],
)
async def test_no_step_is_left_out(room, state, change):
    room.adapters.desk.started = False
    start = room.transfer()
    assert await room.start(start) == state
    with pytest.raises(REFUSED):
        await room.pool.execute(f"update money.operation set {change} where op_id = $1", start.op_id)


async def test_what_was_sent_before_is_never_void(room):
    await room.bank.fault("transfer", "down")
    start = room.transfer()
    await room.start(start)
    move = "update money.operation set state = $2, fence = 2, lease_until = now(), error = 'x' where op_id = $1"
    await room.pool.execute(move, start.op_id, "SENDING")
    with pytest.raises(REFUSED):
        await room.pool.execute(move, start.op_id, "VOID")


async def test_an_operation_is_never_deleted(room):
    op_id = await posted(room)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await room.pool.execute("delete from money.attempt; delete from money.limit_hold; delete from money.operation")
    assert await room.state(op_id) == "POSTED"


async def test_the_audit_only_grows(room):
    await posted(room)
    for change in ("update money.audit set actor = 'nobody'", "delete from money.audit"):
        with pytest.raises(REFUSED):
            await room.pool.execute(change)


async def tampered(room, change):
    """The audit after somebody with the rights of the owner has been at it."""
    for _ in range(3):
        await posted(room)
    await room.adapters.worker.round()
    await room.pool.execute("alter table money.audit disable trigger audit_only_grows")
    await room.pool.execute(change)
    return await room.adapters.audit.check(room.pool)


async def test_an_untouched_audit_holds(room):
    await posted(room)
    fresh = await room.adapters.audit.check(room.pool)
    assert (fresh.rows, fresh.unlinked, fresh.findings) == (3, 3, ())
    await room.adapters.worker.round()
    linked = await room.adapters.audit.check(room.pool)
    days = await room.pool.fetchval("select count(*) from money.audit where action = 'reconciled'")
    assert (linked.rows, linked.unlinked, linked.findings) == (3 + days, 0, ())


async def test_a_row_that_is_seen_after_one_with_a_higher_number_is_no_alarm(room):
    audit, now = room.adapters.audit, room.clock()
    async with room.pool.acquire() as slow, room.pool.acquire() as quick:
        async with slow.transaction():
            await audit.write(slow, now, "teller", "first", "x")
            await audit.write(quick, now, "teller", "second", "x")
            assert await audit.link(room.pool) == 1
        assert await audit.link(room.pool) == 1
    checked = await audit.check(room.pool)
    assert (checked.rows, checked.unlinked, checked.findings) == (2, 0, ())


async def test_two_sealers_at_once_make_one_chain(room):
    audit = room.adapters.audit
    for number in range(3):
        await audit.write(room.pool, room.clock(), "teller", "noted", str(number))
    linked = await asyncio.gather(*(audit.link(room.pool) for _ in range(8)))
    async with room.pool.acquire() as other, other.transaction():
        await audit.write(other, room.clock(), "teller", "noted", "later")
        await other.execute("select pg_advisory_xact_lock($1)", SEALER_LOCK)
        linked.append(await audit.link(room.pool))
    assert (sum(linked), linked[-1]) == (3, 0)
    checked = await audit.check(room.pool)
    assert (checked.rows, checked.unlinked, checked.findings) == (4, 1, ())


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("update money.audit set actor = 'nobody' where seq = 4", [4]),
        ("update money.audit set at = at + interval '1 s' where seq = 4", [4]),
        ("delete from money.audit where seq = 4", [5]),
        ("delete from money.audit where seq = 1", [2]),
        ("update money.audit set seq = case seq when 4 then 5 else 4 end where seq in (4, 5)", [5, 4]),
    ],
)
async def test_one_row_that_was_changed_removed_or_moved_is_named(room, change, found):
    if "set seq" in change:  # the column makes its own numbers until it is told otherwise
        await room.pool.execute("alter table money.audit alter column seq drop identity, drop constraint audit_pkey")
        await room.pool.execute(
            "create sequence money.by_hand;"
            "alter table money.audit alter column seq set default nextval('money.by_hand')"
        )
    checked = await tampered(room, change)
    assert [finding.seq for finding in checked.findings] == found


async def test_an_audit_under_another_key_does_not_hold(room):
    await posted(room)
    assert len((await Audit(b"another").check(room.pool)).findings) == 3
