"""When a platform stops a whole account, which then rests for a minute: conftest puts these tests last."""

import json
from typing import Any

import platform_posts as posts
import pytest
from bank_in_front import Bank
from four_platforms import until

STOPS: list[tuple[str, list[Any]]] = [
    ("whatsapp", [190, 131031, 368]), ("messenger", [190]), ("viber", [2, 7, 9, 10]),
]  # fmt: skip


@pytest.mark.parametrize(("channel", "codes"), STOPS, ids=[channel for channel, _ in STOPS])
def test_an_account_that_the_platform_stops_sends_no_more_and_staff_are_told(
    bank: Bank, channel: str, codes: list[int]
) -> None:
    users = [bank.greeted(channel) for _ in codes]
    late, elsewhere = bank.greeted(channel), bank.greeted("telegram")
    # All of them are under way before the first is refused, so that each refusal is seen.
    bank.platforms.will_wait_for(channel, len(codes))
    for user, code in zip(users, codes, strict=True):
        if channel == "viber":
            bank.platforms.will_answer(channel, user, 200, {"status": code, "status_message": "no"})
        else:
            bank.platforms.will_refuse(channel, user, code)
    messages = [bank.write(channel, user, "hello") for user in users]
    until(lambda: all(_told(bank, channel, code) for code in codes), lambda: _alarms(bank, channel))
    until(lambda: bank.line(channel)["rests_until"])
    assert bank.line(channel)["rests_for"]
    waits = bank.write(channel, late, "hello")
    bank.delivers("telegram", elsewhere, "hello")
    assert bank.platforms.to(channel, late) == []
    assert [bank.standing(message)["state"] for message in [*messages, waits]] == ["queued"] * (len(codes) + 1)
    assert [len(bank.platforms.to(channel, user)) for user in users] == [1] * len(codes)
    bank.hear(channel, posts.text(channel, late, "hello"))  # what comes in is taken all the same
    assert bank.events(channel, late)[-1]["content"]["text"] == "hello"


def _alarms(bank: Bank, channel: str) -> list[str]:
    lines = [json.loads(line) for line in bank.log().splitlines() if '"channel_down"' in line]
    return [json.dumps(line) for line in lines if line.get("channel") == channel]


def _told(bank: Bank, channel: str, code: int) -> bool:
    return any(f"({code})" in line for line in _alarms(bank, channel))
