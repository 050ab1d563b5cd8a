"""The end of the audit: the newest rows cannot be taken away unseen, by whoever owns the tables."""

import asyncio
import json

import asyncpg
import pytest
import structlog
from prometheus_client import REGISTRY
from typer.testing import CliRunner

from bot.cli import audit as commands
from core_adapters.operations.audit import Audit
from core_adapters.operations.audit_head import Head
from core_adapters.operations.measuring import MEASURE_EVERY, TOLD_EVERY, Measuring
from core_adapters.operations.store import Store

OPENED = (
    "alter table money.audit disable trigger audit_only_grows;"
    "alter table money.audit_head disable trigger audit_head_goes_on"
)
KEEP_HEAD = "create table money.thief as select * from money.audit_head"
EARLIER = "update money.audit_head set (place, seq, link) = (select place, seq, link from money.audit where seq = {})"
PUT_BACK = "delete from money.audit_head; insert into money.audit_head select * from money.thief"


async def written(room, count, linked=True):
    audit = room.adapters.audit
    for _ in range(count):
        await audit.write(room.pool, room.clock(), "teller", "noted", "x")
    if linked:
        await audit.link(room.pool)


async def found(room, kept=None):
    return [(finding.seq, finding.what) for finding in (await room.adapters.audit.check(room.pool, kept)).findings]


async def told(room):
    """The head, as it is kept elsewhere."""
    async with room.pool.acquire() as connection:
        head = await room.adapters.audit.head(connection)
    return Head.kept(json.dumps(head.told()))


@pytest.fixture
async def owned(room):
    """Six rows in the chain, and nothing that holds back who owns the tables."""
    await written(room, 6)
    await room.pool.execute(OPENED)
    return room


async def test_the_head_goes_with_the_chain_and_holds(room):
    assert await found(room) == []
    await written(room, 2)
    await written(room, 1)
    await written(room, 1, linked=False)
    checked = await room.adapters.audit.check(room.pool, await told(room))
    assert (checked.rows, checked.unlinked, checked.findings) == (4, 1, ())
    assert (checked.head.place, checked.head.seq, checked.head.since) == (3, 3, 0)


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ("update money.audit set actor = 'nobody' where seq = 6", [6]),
        ("update money.audit set actor = 'nobody' where seq = 3", [3]),
        ("delete from money.audit where seq = 3", [4]),
        ("delete from money.audit where seq = 6", [6]),
        ("delete from money.audit where seq > 3", [6]),
        ("truncate money.audit", [6]),
        ("update money.audit set link = null, place = null where seq > 4", [6]),
        ("update money.audit_head set mac = ''", [6]),
        (EARLIER.format(5), [5]),
        ("delete from money.audit_head", [6]),
    ],
)  # fmt: skip
async def test_a_row_or_a_head_that_is_not_what_it_was_is_named(owned, change, rows):
    await owned.pool.execute(change)
    assert [seq for seq, _ in await found(owned)] == rows


@pytest.mark.parametrize(
    ("seqs", "what"), [("6", "this row, the newest,"), ("4, 5, 6", "this row and 2 before it, the newest,")]
)
async def test_how_many_of_the_newest_are_gone_is_told(owned, seqs, what):
    await owned.pool.execute(f"delete from money.audit where seq in ({seqs})")
    ((seq, says),) = await found(owned)
    assert (seq, says.startswith(what)) == (6, True)


async def test_rows_that_were_taken_from_the_end_are_seen_for_ever_however_the_chain_goes_on(owned):
    torn = REGISTRY.get_sample_value("teller_audit_torn_total")
    await owned.pool.execute("delete from money.audit where seq > 4")
    for _ in range(3):
        await written(owned, 1)
    assert [seq for seq, _ in await found(owned)] == [7]
    assert REGISTRY.get_sample_value("teller_audit_torn_total") == torn + 1


async def test_a_forged_head_is_not_gone_on_from(owned):
    await owned.pool.execute(f"{EARLIER.format(4)}; delete from money.audit where seq > 4")
    await written(owned, 2)
    assert [seq for seq, _ in await found(owned)] == [7]


async def test_a_head_that_was_put_back_is_seen_while_the_rows_behind_it_are_there(owned):
    await owned.pool.execute(KEEP_HEAD)
    await written(owned, 2)
    await owned.pool.execute(PUT_BACK)
    assert await found(owned) == [(6, "the head was put back to this row: 2 are behind it")]


async def test_a_head_that_was_put_back_with_the_rows_behind_it_gone_is_found_by_a_copy_kept_elsewhere(owned):
    await owned.pool.execute(KEEP_HEAD)
    await written(owned, 2)
    kept = await told(owned)
    await owned.pool.execute(f"{PUT_BACK}; delete from money.audit where seq > 6")
    assert await found(owned) == []  # inside of the database all is as it was an hour ago
    assert [seq for seq, _ in await found(owned, kept)] == [8]
    await written(owned, 3)
    assert [seq for seq, _ in await found(owned, kept)] == [8]


async def test_a_head_that_was_taken_with_the_newest_rows_begins_again_and_says_since_when(owned):
    kept = await told(owned)
    await owned.pool.execute("delete from money.audit where seq > 4; delete from money.audit_head")
    with structlog.testing.capture_logs() as logs:
        await owned.adapters.audit.link(owned.pool)
    assert [(line["event"], line["place"]) for line in logs] == [("audit_head_begun", 4)]
    checked = await owned.adapters.audit.check(owned.pool)
    assert (checked.findings, checked.head.since) == ((), 4)
    assert [seq for seq, _ in await found(owned, kept)] == [6]


async def test_a_chain_of_a_version_that_kept_no_head_gets_one_and_what_it_links_meanwhile_is_no_alarm(owned):
    await owned.pool.execute(KEEP_HEAD)
    await written(owned, 2)
    await owned.pool.execute(PUT_BACK)  # as where the version before has linked two rows
    await written(owned, 1)
    assert await found(owned) == []
    await owned.pool.execute("delete from money.audit_head")
    await owned.adapters.audit.link(owned.pool)
    assert await found(owned) == []


async def test_the_database_lets_a_head_only_go_on(room):
    await written(room, 3)
    for change in ("delete from money.audit_head", "update money.audit_head set place = 2"):
        with pytest.raises(asyncpg.CheckViolationError):
            await room.pool.execute(change)


async def test_a_head_under_another_key_does_not_hold(room):
    await written(room, 1)
    findings = (await Audit(b"another").check(room.pool)).findings
    assert findings[-1].what == "the head was changed"


async def test_every_hour_the_log_has_a_head_that_verifies_and_prometheus_how_long_the_chain_is(room, settings):
    store = Store(room.pool, None, room.adapters.audit, None, room.clock)
    measuring = Measuring(store)
    with structlog.testing.capture_logs() as logs:
        for jump in (MEASURE_EVERY, MEASURE_EVERY, TOLD_EVERY):
            await written(room, 2)
            await measuring.measure()
            room.clock.jump(seconds=jump.total_seconds())
        await measuring.measure()
    assert REGISTRY.get_sample_value("teller_audit_head") == 6
    lines = [line for line in logs if line["event"] == "audit_head"]
    assert [line["place"] for line in lines] == [2, 6]
    for line in lines:
        assert await found(room, Head.kept(json.dumps(line))) == []


async def test_at_a_terminal_a_head_is_kept_in_a_file_and_compared(room, settings, tmp_path):
    async def typed(*words):
        return await asyncio.to_thread(CliRunner().invoke, commands.app, list(words))

    assert (await typed("head")).exit_code == 1
    key = Audit(settings.audit.key.get_secret_value().encode())
    for _ in range(3):
        await key.write(room.pool, room.clock(), "teller", "noted", "x")
    await key.link(room.pool)
    kept = tmp_path / "head"
    kept.write_text((await typed("head")).output)
    holds = await typed("verify", "--head", str(kept))
    assert holds.exit_code == 0, holds.output
    assert "row 3 is the newest in the chain, whose end is kept since place 0" in holds.output
    await room.pool.execute(f"{OPENED}; delete from money.audit where seq = 3; truncate money.audit_head")
    await key.link(room.pool)
    gone = await typed("verify", "--head", str(kept))
    assert (gone.exit_code, "row 3: the head that was kept elsewhere" in gone.output) == (1, True)
    kept.write_text("nothing")
    wrong = await typed("verify", "--head", str(kept))
    assert (wrong.exit_code, "is no head" in wrong.output) == (2, True)
