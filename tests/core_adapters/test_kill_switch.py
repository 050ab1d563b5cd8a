"""A kill switch for each action and each core: it holds at once, in every process, and stands in the audit."""

import asyncio

import pytest

from core_adapters.operations.ids import core_ref
from core_adapters.ports import Question

STAFF, SERVICE = ({"Authorization": f"Bearer {role}"} for role in ("staff", "service"))
SWITCHES = "/api/v1/operations/switches"


async def turn(room, name, stopped, why="the bank asked for it"):
    return await room.api.put(f"{SWITCHES}/{name}", json={"stopped": stopped, "why": why}, headers=STAFF)


async def outcome(room, start):
    await room.start(start)
    return (await room.told(start.op_id))[-1:]


@pytest.mark.parametrize("name", ["transfers.execute", "sandbox"])
async def test_what_is_stopped_is_refused_and_let_go_again(room, name):
    assert (await turn(room, name, True)).json()["stopped"] is True
    start = room.transfer()
    assert await outcome(room, start) == ["failed:unavailable"]
    assert await room.bank.postings(core_ref(start.op_id)) == []
    assert await room.pool.fetchval("select count(*) from money.limit_hold") == 0
    await turn(room, name, False)
    assert await outcome(room, room.transfer()) == ["done"]


async def test_another_action_goes_on(room):
    await turn(room, "transfers.execute", True)
    assert await outcome(room, room.order("cards.apply", {"tariff": "digital"})) == ["done"]


async def test_a_quote_of_what_is_stopped_says_so_before_the_yes(room):
    await turn(room, "transfers.execute", True)
    inputs = {"from": room.payer, "amount": "50.00 UAH"}
    answer = await room.adapters.questions.answer(Question("transfers.quote", "anna", inputs, {"to": room.payee}))
    assert answer == {"error": "unavailable"}


async def test_another_process_obeys_without_being_told(room):
    other = room.build(f"{room.bank.url}/bank/v1")
    await turn(room, "sandbox", True)
    start = room.transfer()
    assert (await other.desk.start(start, room.conversation)).state == "VOID"
    await other.stop()


async def test_what_was_approved_before_waits_until_it_is_allowed(room):
    start = room.transfer()
    room.adapters.desk.started = False
    await room.start(start)
    await turn(room, "transfers.execute", True)
    await room.rounds(3)
    assert await room.state(start.op_id) == "APPROVED"
    await turn(room, "transfers.execute", False)
    await room.rounds(8)
    assert await room.state(start.op_id) == "POSTED"


async def test_what_is_in_doubt_is_asked_about_and_not_sent_again_while_stopped(room):
    start = room.transfer()
    await room.bank.fault("transfer", "timeout_before", delay_s=0)
    task = asyncio.create_task(room.adapters.desk.start(start, room.conversation))
    await task
    await turn(room, "sandbox", True)
    await room.adapters.desk.settled()
    assert await room.state(start.op_id) == "UNKNOWN"
    await room.rounds(3, jump_s=10)
    assert await room.bank.postings(core_ref(start.op_id)) == []
    await turn(room, "sandbox", False)
    await room.rounds(8, jump_s=10)
    assert await room.state(start.op_id) == "POSTED"
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1


async def test_who_stopped_what_and_why_is_listed_and_audited(room):
    await turn(room, "billers", True, "the partner is down")
    listed = (await room.api.get(SWITCHES, headers=STAFF)).json()
    assert [(one["name"], one["stopped"], one["who"], one["why"]) for one in listed["switches"]] == [
        ("billers", True, "staff", "the partner is down")
    ]
    assert {"sandbox", "billers", "transfers.execute", "bills.pay", "sca.send_code"} <= set(listed["names"])
    row = await room.pool.fetchrow("select actor, action, object, details from money.audit where object = 'billers'")
    assert tuple(row) == ("staff staff", "stopped", "billers", "the partner is down")


@pytest.mark.parametrize(
    ("name", "body", "headers", "status"),
    [
        ("transfers.exekute", {"stopped": True, "why": "a slip of the pen"}, STAFF, 404),
        ("sandbox", {"stopped": True, "why": ""}, STAFF, 422),
        ("sandbox", {"stopped": "yes", "why": "because"}, STAFF, 422),
        ("sandbox", {"stopped": True, "why": "because"}, SERVICE, 403),
        ("sandbox", {"stopped": True, "why": "because"}, {}, 401),
    ],
)
async def test_nobody_stops_by_mistake(room, name, body, headers, status):
    assert (await room.api.put(f"{SWITCHES}/{name}", json=body, headers=headers)).status_code == status
    assert await room.pool.fetchval("select count(*) from money.switch") == 0
