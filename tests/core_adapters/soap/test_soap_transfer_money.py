"""A transfer through a SOAP core that answers, refuses, is silent, lies or is not there."""

import asyncio
import random
from datetime import timedelta
from uuid import uuid4

import pytest

from core_adapters import http
from core_adapters.operations.ids import core_ref
from core_adapters.ports import Question

LOST = ("down", "timeout_before", "timeout_after", "reset_after", "garbage", "truncated")


@pytest.fixture
def impatient(monkeypatch):
    """Wait for an answer for a moment only."""
    monkeypatch.setattr(http, "TIMES", http.httpx.Timeout(0.5))


async def test_a_transfer_is_posted_once_and_told_once(room):
    start = room.transfer("50.00 UAH")
    await room.start(start)
    assert await room.state(start.op_id) == "POSTED"
    assert await room.told(start.op_id) == ["done"]
    (news,) = await room.news(start.op_id)
    assert news.outputs == {"transfer_id": str(start.op_id)}
    (posting,) = await room.bank.postings(core_ref(start.op_id))
    assert (posting["amount_minor"], posting["currency"]) == (5000, "UAH")
    assert posting["text"].endswith(": for lunch")


async def test_a_lost_reply_pays_once_and_the_enquiry_by_our_reference_finds_it(room):
    await room.bank.fault("transfer", "reset_after")
    start = room.transfer()
    await room.start(start)
    assert await room.state(start.op_id) == "UNKNOWN"
    await room.rounds()
    assert await room.state(start.op_id) == "POSTED"
    assert await room.told(start.op_id) == ["unknown:unknown_result", "done"]
    assert await room.pool.fetchval("select count(*) from money.attempt where op_id = $1", start.op_id) == 1
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1


@pytest.mark.parametrize("outcome", LOST)
async def test_no_usable_answer_is_unknown_and_ends_paid_once_with_balanced_books(impatient, room, outcome):
    await room.bank.fault("transfer", outcome)
    start = room.transfer()
    await room.start(start)
    assert await room.state(start.op_id) == "UNKNOWN"
    assert sum((await room.bank.balances()).values()) == 0
    await room.rounds()
    assert await room.state(start.op_id) == "POSTED"
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1
    assert sum((await room.bank.balances()).values()) == 0


async def test_before_the_settle_bound_the_core_is_not_asked(room):
    await room.bank.fault("transfer", "down")
    start = room.transfer()
    await room.start(start)
    await room.adapters.worker.round()
    assert await room.pool.fetchval("select enquiries from money.operation where op_id = $1", start.op_id) == 0
    assert await room.state(start.op_id) == "UNKNOWN"


async def test_a_200_that_says_failure_is_final_and_gives_the_limit_back(room):
    await room.bank.fault("transfer", "refuse")
    start = room.transfer("499.00 UAH")
    await room.start(start)
    assert await room.state(start.op_id) == "REJECTED"
    assert await room.told(start.op_id) == ["failed:recipient_blocked"]
    held = await room.pool.fetchval("select count(*) from money.limit_hold where released_at is null")
    assert held == 0


async def test_a_refusal_whose_answer_was_lost_is_found_by_our_reference(room):
    await room.bank.customer(phone="+380671112299", balance_minor=0)
    from core_adapters.ports import Person

    room.people.known["poor"] = Person("+380671112299", "Petro", "Sad", identified=True)
    card = (await room.adapters.questions.bank.ask(Question("cards.list_active", "poor", {}, {})))["options"][0]["id"]
    await room.bank.fault("transfer", "reset_after")
    start = room.transfer(inputs={"from": card, "amount": "5.00 UAH"}, customer_id="poor")
    await room.start(start)
    assert await room.state(start.op_id) == "UNKNOWN"
    await room.rounds()
    assert (await room.told(start.op_id))[-1] == "failed:insufficient_funds"


async def test_a_transfer_that_the_bank_has_taken_back_is_left_to_people(room):
    await room.bank.fault("transfer", "reset_after")
    start = room.transfer()
    await room.start(start)
    await reverse(room, core_ref(start.op_id))
    await room.rounds()
    assert await room.state(start.op_id) in ("UNKNOWN", "HOLD")
    assert await room.told(start.op_id) == ["unknown:unknown_result"]


async def reverse(room, reference):
    """As a clerk of the bank would."""
    rest = {"authorization": f"Bearer {room.core_token}"}
    url = f"{room.bank.url}/bank/v1/transfers"
    transfer = (await room.bank.http.get(url, params={"reference": reference}, headers=rest)).json()["transfer_id"]
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<ReverseTransfer xmlns="urn:teller:core:1"><Header><SOURCE>CLERK</SOURCE><MSGID>m</MSGID>'
        "<USERID>TELLER</USERID><BRANCH>0</BRANCH><SERVICE>S</SERVICE><OPERATION>ReverseTransfer</OPERATION>"
        "<FUNCTIONID>F</FUNCTIONID><ACTION>REVERSE</ACTION></Header>"
        f"<Body><XREF>clerk-1</XREF><TXNREF>{transfer}</TXNREF></Body></ReverseTransfer></s:Body></s:Envelope>"
    )
    answer = await room.bank.http.post(
        f"{room.bank.url}/bank/soap",
        content=body,
        auth=("TELLER", room.core_token),
        headers={"content-type": "text/xml"},
    )
    assert ">SUCCESS<" in answer.text


async def test_a_core_that_cannot_be_reached_has_received_nothing(room):
    room.adapters = room.build("http://127.0.0.1:9")  # nobody listens on the discard port
    start = room.transfer()
    await room.start(start)
    assert await room.state(start.op_id) == "VOID"
    assert await room.told(start.op_id) == ["failed:unavailable"]


async def test_a_wrong_password_moves_nothing(room):
    room.core_token = "guessed"
    room.adapters = room.build(f"{room.bank.url}/bank/soap")
    start = room.transfer()
    await room.start(start)
    assert await room.told(start.op_id) == ["failed:unavailable"]
    assert await room.bank.postings(core_ref(start.op_id)) == []


async def test_the_same_operation_asked_for_twice_is_one(room):
    start = room.transfer()
    await asyncio.gather(*(room.adapters.desk.start(start, room.conversation) for _ in range(10)))
    await room.adapters.desk.settled()
    assert await room.start(start) == "POSTED"
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1


async def test_a_card_of_somebody_else_pays_nothing(room):
    from core_adapters.ports import Person

    await room.bank.customer(phone="+380991112233")
    room.people.known["boris"] = Person("+380991112233", "Boris", "Sad", identified=True)
    theirs = (await room.adapters.questions.bank.ask(Question("cards.list_active", "boris", {}, {})))["options"][0][
        "id"
    ]
    start = room.transfer(inputs={"from": theirs, "amount": "50.00 UAH"})
    await room.start(start)
    assert await room.told(start.op_id) == ["failed:unavailable"]
    assert await room.bank.postings(core_ref(start.op_id)) == []


@pytest.mark.parametrize(
    "purpose",
    ["two\nlines", "<XREF>&amp;</XREF>]]>", "Дякую 💛", "a\x01b"],
    ids=["lines", "markup", "emoji", "control"],
)
async def test_a_purpose_is_a_line_of_text_and_nothing_else(room, purpose):
    start = room.transfer(inputs={"from": room.payer, "amount": "50.00 UAH", "purpose": purpose})
    await room.start(start)
    booked = await room.bank.postings(core_ref(start.op_id))
    if purpose.isprintable() or "\n" in purpose:
        assert [row["text"].partition(": ")[2] for row in booked] == [" ".join(purpose.split())]
    else:
        assert (await room.state(start.op_id), booked) == ("VOID", [])


async def test_after_every_kind_of_failure_each_operation_has_one_true_end(room):
    dice = random.Random(20261121)
    outcomes = ("ok", "refuse", "down", "reset_after", "garbage", "truncated")
    starts = []
    for outcome in outcomes:
        await room.bank.fault("transfer", outcome, count=2)
        await room.bank.fault("enquiry", dice.choice(("down", "garbage", "truncated")), count=2)
        batch = [room.transfer(f"{dice.randint(1, 99)}.{dice.randint(10, 99)} UAH") for _ in range(4)]
        doubled = [start for start in batch for _ in range(dice.randint(1, 3))]
        await asyncio.gather(*(room.adapters.desk.start(start, room.conversation) for start in doubled))
        await room.adapters.desk.settled()
        starts += batch
        await room.rounds(1, jump_s=1)
    await room.rounds(12, jump_s=60)
    wrong = []
    for start in starts:
        state, booked = await room.state(start.op_id), len(await room.bank.postings(core_ref(start.op_id)))
        if (state, booked) not in {("POSTED", 1), ("REJECTED", 0)}:
            wrong.append((state, booked))
    assert wrong == []
    assert sum((await room.bank.balances()).values()) == 0


async def test_a_card_is_ordered_once_and_its_making_is_asked_for(room):
    start = room.order("cards.apply", {"tariff": "gold"})
    await room.bank.fault("application", "reset_after")
    await room.start(start)
    assert await room.state(start.op_id) == "UNKNOWN"
    before = len((await room.adapters.questions.bank.ask(Question("cards.list_active", "anna", {}, {})))["options"])
    await room.rounds()
    assert await room.state(start.op_id) == "POSTED"
    room.clock.ahead += timedelta(hours=1)
    ask = room.adapters.questions.bank.ask
    while len((await ask(Question("cards.list_active", "anna")))["options"]) == before:  # noqa: ASYNC110 -- over a socket
        await asyncio.sleep(0)  # the bank makes the card a second later, in a task of its own
    await room.rounds(3, jump_s=60)
    assert await room.news()


async def test_another_reference_for_the_same_card_is_declined(room):
    await room.bank.fault("application", "refuse")
    start = room.order("cards.apply", {"tariff": "gold"}, uuid4())
    await room.start(start)
    assert await room.told(start.op_id) == ["failed:refused"]
