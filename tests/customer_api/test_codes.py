"""The code: one-time, five minutes, five tries, five an hour, hashed at rest, sent once an operation."""

import asyncio
import json

import pytest
from customer_world import OPERATIONS, OTHER_PHONE, PHONE, Chat, Clock, Phones, failure
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine


async def test_a_code_works_once(chat: Chat) -> None:
    await chat.ask_for_code()
    code = chat.phones.last_code()
    assert (await chat.say(code))["state"] == "done"
    assert await chat.say(code) == failure("expired")


async def test_a_code_works_for_five_minutes(chat: Chat, clock: Clock) -> None:
    await chat.ask_for_code()
    clock.pass_by(seconds=299)
    assert await chat.say(chat.wrong_code()) == failure("wrong_code")
    clock.pass_by(seconds=1)
    assert await chat.say(chat.phones.last_code()) == failure("expired")


async def test_after_five_tries_even_the_right_code_is_refused(chat: Chat) -> None:
    await chat.ask_for_code()
    for _ in range(4):
        assert await chat.say(chat.wrong_code()) == failure("wrong_code")
    assert await chat.say(chat.wrong_code()) == failure("too_many")
    assert await chat.say(chat.phones.last_code()) == failure("too_many")


async def test_tries_at_once_are_counted_one_by_one(chat: Chat) -> None:
    await chat.ask_for_code()
    answers = await asyncio.gather(*(chat.say(chat.wrong_code()) for _ in range(8)))
    errors = sorted(str(answer["error"]) for answer in answers)
    assert errors == ["too_many"] * 4 + ["wrong_code"] * 4


async def test_only_the_last_code_works(chat: Chat) -> None:
    await chat.ask_for_code()
    first = chat.phones.last_code()
    await chat.ask_for_code()
    second = chat.phones.last_code()
    assert first != second
    assert await chat.say(first) == failure("wrong_code")
    assert (await chat.say(second))["state"] == "done"


async def test_a_code_belongs_to_the_chat_that_asked_for_it(chat: Chat, other_chat: Chat) -> None:
    await chat.ask_for_code()
    assert await other_chat.say(chat.phones.last_code()) == failure("expired")


async def test_a_code_is_hashed_at_rest(chat: Chat, engine: AsyncEngine) -> None:
    await chat.ask_for_code()
    async with engine.connect() as connection:
        row = (await connection.execute(text("select * from customers.code"))).one()
    assert chat.phones.last_code() not in str(row)
    assert len(row.code_hash) == 64


async def test_a_chat_gets_five_codes_an_hour(chat: Chat, clock: Clock) -> None:
    for n in range(5):
        assert (await chat.ask_for_code(f"+38050111223{n}"))["state"] == "done"
    assert await chat.ask_for_code(OTHER_PHONE) == failure("too_many")
    clock.pass_by(hours=1)
    assert (await chat.ask_for_code(OTHER_PHONE))["state"] == "done"


async def test_a_phone_gets_five_codes_an_hour_from_all_chats(chat: Chat) -> None:
    chats = [Chat(chat.api, chat.phones, address=str(n)) for n in range(6)]
    answers = await asyncio.gather(*(one.ask_for_code() for one in chats))
    assert sorted(answer["state"] for answer in answers) == ["done"] * 5 + ["failed"]
    assert len(chat.phones.sent) == 5


async def test_the_same_operation_again_is_the_same_answer_and_one_sms(chat: Chat) -> None:
    body = chat.body("send_code", {"phone": PHONE, "own_contact": True})
    answers = await asyncio.gather(*(chat.post(body) for _ in range(4)))
    assert all(answer == answers[0] for answer in answers)
    assert len(chat.phones.sent) == 1
    check = chat.body("check_code", {"code": chat.phones.last_code()})
    first, again = await chat.post(check), await chat.post(check)
    assert first == again
    assert first["state"] == "done"


async def test_another_body_under_the_same_op_id_is_refused(chat: Chat) -> None:
    body = chat.body("send_code", {"phone": PHONE, "own_contact": True})
    await chat.post(body)
    other = await chat.api.post(OPERATIONS, json=body | {"inputs": {"phone": OTHER_PHONE, "own_contact": True}})
    assert (other.status_code, other.json()["code"]) == (409, "op_id_reused")
    assert len(chat.phones.sent) == 1


async def test_a_gateway_that_is_down_is_told_and_not_counted(chat: Chat, phones: Phones) -> None:
    phones.is_down = True
    for _ in range(6):
        assert await chat.ask_for_code() == failure("unavailable")
    phones.is_down = False
    assert (await chat.ask_for_code())["state"] == "done"


async def test_after_a_crash_before_the_answer_was_kept_the_same_sms_goes_out_again(
    chat: Chat, engine: AsyncEngine
) -> None:
    body = chat.body("send_code", {"phone": PHONE, "own_contact": True})
    first = await chat.post(body)
    async with engine.begin() as connection:  # what the database holds when the process dies between the two
        await connection.execute(text("alter table customers.answer disable trigger first_answer_stays"))
        await connection.execute(text("update customers.answer set state = 'pending', outputs = '{}'"))
    assert await chat.post(body) == first
    assert len(chat.phones.sent) == 1


@pytest.mark.parametrize(
    ("locale", "words"), [("uk", "Нікому"), ("en", "nobody"), ("uk-UA", "Нікому"), ("de", "nobody"), (None, "Нікому")]
)
async def test_the_sms_speaks_the_customers_language(chat: Chat, locale: str | None, words: str) -> None:
    await chat.post(chat.body("send_code", {"phone": PHONE, "own_contact": True}, locale=locale))
    (_, sms), *_ = chat.phones.sent.values()
    assert words in sms


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"op_id": "one"}, "op_id"),
        ({"address": ""}, "address"),
        ({"address": "10\u000001"}, "address"),
        ({"channel": "Tele gram"}, "channel"),
        ({"action": "identity.become_admin"}, "action"),
        ({"inputs": {"phone": "12", "own_contact": True}}, "phone"),
        ({"inputs": {"phone": "+38050111٢٢33", "own_contact": True}}, "phone"),
        ({"inputs": {"phone": PHONE, "own_contact": True, "first_name": "\ud800"}}, "first_name"),
        ({"inputs": {"phone": PHONE, "own_contact": True, "level": "strong"}}, "level"),
        ({"level": "strong"}, "level"),
        ({"cards": {"to": {}}}, "cards"),
    ],
)
async def test_bad_input_is_told_what_and_where_and_not_repeated(
    chat: Chat, changes: dict[str, object], where: str
) -> None:
    body = chat.body("send_code", {"phone": PHONE, "own_contact": True}) | changes
    headers = {"content-type": "application/json"}
    answer = await chat.api.post(OPERATIONS, content=json.dumps(body), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")
    assert where in answer.json()["message"]
    assert PHONE not in answer.text
    assert chat.phones.sent == {}
