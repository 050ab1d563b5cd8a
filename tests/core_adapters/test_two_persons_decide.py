"""An operation on hold: one person proposes what became of it, another confirms or declines."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from core_adapters.operations.resolving import NoProposal, NotOnHold, Resolving

OPERATIONS = "/api/v1/operations"
FOUND = {"outcome": "posted", "note": "seen in the statement"}


async def says(room, who, op_id, step="", **body):
    url = f"{OPERATIONS}/{op_id}/resolution{step}"
    return await room.api.post(url, json=body, headers={"Authorization": f"Bearer {who}"})


async def audit_of(room, op_id):
    rows = await room.pool.fetch("select * from money.audit where object = $1 order by seq", str(op_id))
    return [(row["actor"], row["action"]) for row in rows]


@pytest.mark.parametrize(
    ("outcome", "state", "told"), [("posted", "POSTED", "done"), ("rejected", "REJECTED", "failed:unavailable")]
)
async def test_the_second_persons_yes_decides_and_the_customer_is_told_once(room, outcome, state, told):
    op_id = await room.on_hold()
    proposed = await says(room, "staff", op_id, outcome=outcome, note="seen in the statement")
    assert proposed.status_code == 201
    assert (await room.state(op_id), await room.told(op_id)) == ("HOLD", [])
    answer = await says(room, "staff-2", op_id, "/confirm", outcome=outcome)
    assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert await room.told(op_id) == [told]
    assert (await audit_of(room, op_id))[-3:] == [
        ("staff staff", "resolution proposed"),
        ("staff staff-2", "resolution confirmed"),
        ("staff staff-2", state.lower()),
    ]
    assert (await says(room, "staff-3", op_id, "/confirm", outcome=outcome)).status_code == 409
    held = await room.pool.fetchval("select count(*) from money.limit_hold where released_at is null")
    assert held == (1 if outcome == "posted" else 0)


@pytest.mark.parametrize(("step", "body"), [("/confirm", {"outcome": "posted"}), ("/decline", {"note": "no, wrong"})])
async def test_nobody_is_the_second_person_after_themselves(room, step, body):
    op_id = await room.on_hold()
    await says(room, "staff", op_id, **FOUND)
    answer = await says(room, "staff", op_id, step, **body)
    assert (answer.status_code, await room.state(op_id)) == (403, "HOLD")
    assert "second person" in answer.json()["detail"]
    assert (await says(room, "staff-2", op_id, "/confirm", outcome="posted")).json()["state"] == "POSTED"


async def test_a_declined_proposal_leaves_it_on_hold_for_another(room):
    op_id = await room.on_hold()
    await says(room, "staff", op_id, **FOUND)
    assert (await says(room, "staff-2", op_id, "/decline", note="another reference")).json()["state"] == "HOLD"
    assert await room.told(op_id) == []
    assert (await says(room, "staff-3", op_id, "/confirm", outcome="posted")).status_code == 409
    assert (await says(room, "staff-2", op_id, outcome="rejected", note="not in the books")).status_code == 201
    assert (await says(room, "staff", op_id, "/confirm", outcome="rejected")).json()["state"] == "REJECTED"


async def test_who_found_something_else_confirms_nothing(room):
    op_id = await room.on_hold()
    await says(room, "staff", op_id, **FOUND)
    answer = await says(room, "staff-2", op_id, "/confirm", outcome="rejected")
    assert (answer.status_code, await room.state(op_id)) == (409, "HOLD")
    shown = await room.api.get(f"{OPERATIONS}/{op_id}", headers={"Authorization": "Bearer staff-3"})
    assert shown.json()["proposal"]["proposed_by"] == "staff"
    assert shown.json()["proposal"]["outcome"] == "posted"


async def test_a_second_proposal_waits_for_the_first_to_be_decided(room):
    op_id = await room.on_hold()
    await says(room, "staff", op_id, **FOUND)
    assert (await says(room, "staff-2", op_id, outcome="rejected", note="not there")).status_code == 409


async def test_a_proposal_about_an_operation_that_moved_on_changes_nothing(room):
    op_id = await room.on_hold()
    await says(room, "staff", op_id, **FOUND)
    await room.pool.execute("update money.operation set version = version + 1 where op_id = $1", op_id)
    answer = await says(room, "staff-2", op_id, "/confirm", outcome="posted")
    assert (answer.status_code, await room.state(op_id)) == (409, "HOLD")
    assert "moved on" in answer.json()["detail"]
    assert (await says(room, "staff-2", op_id, "/decline", note="fits no longer")).status_code == 200


async def test_only_what_is_on_hold_is_proposed_for(room):
    start = room.transfer()
    await room.start(start)
    assert (await says(room, "staff", start.op_id, **FOUND)).status_code == 409
    assert (await says(room, "staff", uuid4(), **FOUND)).status_code == 404


async def test_ten_second_persons_at_once_decide_once(room):
    op_id = await room.on_hold()
    resolving = Resolving(room.adapters.desk.store)
    await resolving.propose(op_id, "posted", "anna", "seen in the statement")
    decided = await asyncio.gather(
        *(resolving.confirm(op_id, "posted", f"person {n}") for n in range(10)), return_exceptions=True
    )
    refused = [answer for answer in decided if isinstance(answer, Exception)]
    assert len(refused) == 9
    assert {type(answer) for answer in refused} <= {NotOnHold, NoProposal}
    assert await room.told(op_id) == ["done"]


async def test_the_database_lets_nothing_off_hold_without_two_persons(room):
    op_id = await room.on_hold()
    move = "update money.operation set state = 'REJECTED', error = 'x' where op_id = $1"
    with pytest.raises(asyncpg.CheckViolationError, match="two persons"):
        await room.pool.execute(move, op_id)
    await says(room, "staff", op_id, outcome="rejected", note="not in the books")
    with pytest.raises(asyncpg.CheckViolationError, match="two persons"):
        await room.pool.execute(move, op_id)
    with pytest.raises(asyncpg.CheckViolationError, match="two_persons"):
        await room.pool.execute(
            "update money.resolution set status = 'confirmed', decided_by = 'Staff', decided_at = now()"
        )


async def test_what_was_decided_stays(room):
    op_id = await room.on_hold()
    await says(room, "staff", op_id, **FOUND)
    await says(room, "staff-2", op_id, "/confirm", outcome="posted")
    for change in ("update money.resolution set decided_by = 'nobody'", "delete from money.resolution"):
        with pytest.raises(asyncpg.CheckViolationError):
            await room.pool.execute(change)
