"""Without a public address updates are asked for; none is confirmed before it is stored."""

import asyncio
import json
from contextlib import suppress

import httpx
import orjson
from telegram_recorder import Recorder

from channels.telegram.polling import poll

NEWS = [
    {"update_id": 7, "message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "hi"}},
    {"update_id": 8, "a_kind_of_the_future": {"x": 1}},
]


async def polled(recorder: Recorder, fail_first: int = 0) -> list[int]:
    """The ids that were accepted, until Telegram has been asked again after all of them."""
    accepted: list[int] = []
    failures = fail_first

    async def accept(body: bytes) -> None:
        nonlocal failures
        if failures:
            failures -= 1
            raise httpx.ConnectError("the store is away")
        accepted.append(orjson.loads(body)["update_id"])

    async def until_asked_again() -> None:
        while not any(offset_of(call) == 9 for call in recorder.calls):  # noqa: ASYNC110 - the recorder only keeps
            await asyncio.sleep(0.01)

    async with httpx.AsyncClient() as client:
        polling = asyncio.create_task(poll(client, recorder.url, "1:x", ("message",), accept, pause_s=0.01))
        async with asyncio.timeout(10):
            await until_asked_again()
        polling.cancel()
        with suppress(asyncio.CancelledError):
            await polling
    return accepted


def offset_of(call: tuple[str, dict[str, object]]) -> int:
    return int(str(call[1]["offset"]))


async def test_a_batch_is_taken_in_order_and_confirmed_by_the_next_question(recorder: Recorder) -> None:
    recorder.will_answer(200, {"ok": True, "result": NEWS})
    recorder.will_answer(200, {"ok": True, "result": []})

    assert await polled(recorder) == [7, 8]
    assert [offset_of(call) for call in recorder.calls[:2]] == [0, 9]


async def test_what_could_not_be_stored_is_asked_for_again(recorder: Recorder) -> None:
    recorder.will_answer(200, {"ok": True, "result": NEWS})
    recorder.will_answer(200, {"ok": True, "result": NEWS})
    recorder.will_answer(200, {"ok": True, "result": []})

    assert await polled(recorder, fail_first=1) == [7, 8]
    assert [offset_of(call) for call in recorder.calls[:3]] == [0, 0, 9]


async def test_a_broken_answer_of_telegram_only_costs_a_pause(recorder: Recorder) -> None:
    recorder.will_answer(502, b"<html>")
    recorder.will_answer(200, json.dumps({"ok": True, "result": NEWS}).encode())
    recorder.will_answer(200, {"ok": True, "result": []})

    assert await polled(recorder) == [7, 8]
