"""Tokens in buttons lead back to what they stand for: a choice without room for its id, and further pages."""

import asyncio

import asyncpg
import pytest
from turn_rig import Recorder, Worker, working

from bot.keyring import Keyring
from channels import references


@pytest.fixture
async def asked(database: str, keyring: Keyring, recorder: Recorder):
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "choices Which?")
        await worker.quiet()
        connection = await asyncpg.connect(database)
        row = await connection.fetchval("select id from bot.outbox")
        await connection.close()
        yield worker, references.ref_of(row)


async def pressed(worker: Worker, id_: int, payload: str, chat: str = "anna") -> None:
    await worker.post_update(id_, "", chat, type="postback", payload=payload)
    await worker.quiet()


async def test_a_token_arrives_as_the_choice_it_stands_for(asked: tuple[Worker, str], recorder: Recorder) -> None:
    worker, ref = asked
    await pressed(worker, 2, references.to_choice(ref, 11))
    assert recorder.texts() == ["Which?", "2:pressed id 11"]


async def test_a_page_is_the_same_question_again_and_the_engine_hears_nothing(
    asked: tuple[Worker, str], recorder: Recorder
) -> None:
    worker, ref = asked
    await pressed(worker, 2, references.to_page(ref, 1))
    await pressed(worker, 3, references.to_choice(ref, 10))
    assert recorder.texts() == ["Which?", "Which?", "2:pressed id 10"]
    assert [call.get("page") for call in recorder.calls if "text" in call] == [None, "1", None]


async def test_a_page_tapped_twice_by_a_repeated_webhook_comes_once(
    asked: tuple[Worker, str], recorder: Recorder
) -> None:
    worker, ref = asked
    await asyncio.gather(*[pressed(worker, 2, references.to_page(ref, 1)) for _ in range(3)])
    assert recorder.texts() == ["Which?", "Which?"]


@pytest.mark.parametrize("make", [lambda ref: references.to_choice(ref, 3), lambda ref: references.to_page(ref, 1)])
async def test_a_token_of_another_chat_leads_nowhere(asked: tuple[Worker, str], recorder: Recorder, make) -> None:
    worker, ref = asked
    await pressed(worker, 2, make(ref), chat="ivan")
    assert recorder.texts("ivan") == [f"1:pressed {make(ref)}"]
