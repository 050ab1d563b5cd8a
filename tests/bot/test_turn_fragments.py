"""A card number that comes in several messages is one card number."""

import asyncio

import pytest
from turn_rig import Recorder, rows, working

from bot import fragments
from bot.keyring import Keyring


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "PAUSE_S", 0.3)


async def test_pieces_of_a_card_number_are_joined_and_deleted(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "transfer")
        await worker.quiet()
        for n, part in enumerate(("4111", "1111 11", "11", "1111")):
            await worker.post_update(10 + n, part)
        await worker.quiet()
    assert recorder.texts() == ["1:transfer", "2:[card •1111]"]
    assert [call["delete"] for call in recorder.calls if "delete" in call] == ["10", "11", "12", "13"]
    assert await rows(database, "select distinct status from bot.inbox") == [("done",)]


async def test_digits_that_make_no_card_number_stay_messages_of_their_own(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "transfer")
        await asyncio.gather(worker.post_update(2, "41 11"), worker.post_update(3, "wait"))
        await worker.post_update(4, "50")
        await worker.quiet()
    assert recorder.texts() == ["1:transfer", "2:41 11", "3:wait", "4:50"]


async def test_without_a_question_for_a_card_digits_are_answered_at_once(
    database: str, keyring: Keyring, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fragments, "PAUSE_S", 3600)
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "4111")
        await worker.post_update(2, "1111")
        await worker.quiet()
    assert recorder.texts() == ["1:4111", "2:1111"]
