"""A small share of what ``python -m bench canaries`` counts in full, and that what it looks for would be seen."""

import random

import pytest

from bench.canaries import CVV, NUMBER, PASSPORT, PIN, WRITINGS, alarms, drawn, in_clear, planted, written
from flows.entities.schemes import UNKNOWN, luhn_ok, scheme_of

MESSAGES, OF_EACH_KIND = 1_200, 250


async def test_no_writing_of_a_number_passes_the_door_or_the_logs_mask() -> None:
    counted = await planted(MESSAGES, random.Random(7))
    assert set(counted["messages"]) == {*written(NUMBER), "a PIN or CVV"}
    assert counted["left by the door"] == {}
    assert counted["left by the log"] == {}


def test_fewer_than_one_in_a_hundred_of_what_is_no_card_is_taken_for_one() -> None:
    counted = alarms(OF_EACH_KIND, random.Random(7))
    assert len(counted) == 5
    assert sum(taken for _, taken in counted.values()) < sum(of_kind for of_kind, _ in counted.values()) / 100
    assert [kind for kind in ("an order", "a phone", "an IBAN") if counted[kind][1] > OF_EACH_KIND / 100] == []


@pytest.mark.parametrize("writing", WRITINGS, ids=range(len(WRITINGS)))
def test_a_number_that_stood_somewhere_would_be_seen(writing: str) -> None:
    assert in_clear(f"a row with {writing} in it".encode()) == ["a card number"]


def test_other_secrets_that_stood_somewhere_would_be_seen() -> None:
    said = f"pin {PIN}, {CVV}: {PASSPORT} tok-123456"
    assert in_clear(said.encode(), ["tok-123456"]) == ["a CVV", "a PIN", "a passport", "secret 0"]
    assert in_clear(b"an id 1739164482655 and 45567375") == []


def test_the_numbers_of_the_corpus_are_numbers_of_cards() -> None:
    chance = random.Random(1)
    numbers = [drawn(chance) for _ in range(200)]
    assert all(luhn_ok(number) and scheme_of(number) != UNKNOWN for number in numbers)
