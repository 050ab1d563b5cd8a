"""Rasa's word where it is to be had, else the embedded engine's: counted, told once, and never a failed turn."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from rasa_imitated import SECRET, Imitation, no_model, parsing_error, serving
from structlog.testing import capture_logs

import core_adapters.http
from bot.asking_rasa import AskingRasa
from bot.metrics import PARSES
from core_adapters.breaker import ILL_MAX, PAUSE_S, Breaker
from flows.facts import Fact
from flows.model import Library
from nlu.rasa import Rasa, RasaLogin
from nlu.trained import Calibration

BEHIND: Fact = {"ranking": [{"intent": "help", "confidence": 0.8}], "degraded": False, "threshold": 0.5}
INTENTS = frozenset({"show_balance", "transfer_money"})


@dataclass
class Behind:
    """An engine in the process that always finds the same, and remembers what was done with it."""

    done: list[str] = field(default_factory=list)

    def open(self) -> None:
        self.done.append("open")

    def renew(self, library: Library) -> None:
        self.done.append("renew")

    async def parse(self, text: str, locale: str) -> Fact:
        self.done.append("parse")
        return BEHIND

    async def close(self) -> None:
        self.done.append("close")


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Room:
    understanding: AskingRasa
    rasa: Imitation
    behind: Behind
    clock: Clock

    async def says(self) -> str:
        """Whose word a sentence gets: the intent tells."""
        fact = await self.understanding.parse("what is my balance", "en")
        return {"show_balance": "rasa", "help": "behind"}[fact["ranking"][0]["intent"]]


@asynccontextmanager
async def room(rasa: Imitation, timeout_s: float = 5.0, secret: str = SECRET) -> AsyncIterator[Room]:
    clock, behind = Clock(), Behind()
    async with serving(rasa) as url:
        asked = Rasa(core_adapters.http.client(), url, RasaLogin(secret), timeout_s, PLAIN, INTENTS)
        understanding = AskingRasa(asked, behind, Breaker(clock=clock))
        yield Room(understanding, rasa, behind, clock)
        await understanding.close()


PLAIN = Calibration(1.0, 0.4, 0.05, 0.9)


def counted(engine: str, reason: str) -> float:
    return PARSES.labels(engine, reason)._value.get()


async def test_rasa_is_asked_and_the_engine_behind_it_rests() -> None:
    before = counted("rasa", "asked")
    async with room(Imitation()) as one:
        assert await one.says() == "rasa"
        assert one.behind.done == []
    assert counted("rasa", "asked") == before + 1


@pytest.mark.parametrize(
    ("rasa", "reason"),
    [
        (Imitation(slow_s=1.0), "silent"),
        (Imitation(instead=no_model), "ill"),
        (Imitation(instead=parsing_error), "ill"),
        (Imitation(ranking=[("buy_gold", 1.0)]), "other_intents"),
    ],
)
async def test_a_sentence_that_rasa_does_not_answer_is_answered_all_the_same(rasa: Imitation, reason: str) -> None:
    before = counted("embedded", reason)
    async with room(rasa, timeout_s=0.1) as one:
        assert await one.says() == "behind"
    assert counted("embedded", reason) == before + 1


async def test_another_secret_costs_no_turn_either() -> None:
    async with room(Imitation(), secret="not the secret, but as long as it is") as one:
        assert await one.says() == "behind"


async def test_an_ill_rasa_is_left_alone_and_asked_again_after_a_pause() -> None:
    resting = counted("embedded", "resting")
    async with room(Imitation(instead=parsing_error)) as one:
        for _ in range(ILL_MAX + 3):
            assert await one.says() == "behind"
        assert len(one.rasa.asked) == ILL_MAX, "then it rests"
        assert counted("embedded", "resting") == resting + 3
        one.rasa.instead = None
        assert await one.says() == "behind"
        one.clock.now_s += PAUSE_S + 1
        assert [await one.says() for _ in range(3)] == ["rasa"] * 3


async def test_a_slow_rasa_costs_the_wait_a_few_times_only() -> None:
    async with room(Imitation(slow_s=1.0), timeout_s=0.05) as one:
        for _ in range(20):
            assert await one.says() == "behind"
        assert len(one.rasa.asked) <= ILL_MAX


async def test_a_change_of_whose_word_is_taken_is_told_once() -> None:
    with capture_logs() as logs:
        async with room(Imitation(instead=no_model)) as one:
            for _ in range(3):
                await one.says()
            one.rasa.instead = None
            for _ in range(3):
                await one.says()
    told = [entry["event"] for entry in logs if entry["event"].startswith("understanding_")]
    assert told == ["understanding_falls_back", "understanding_by_rasa_again"]
    assert "balance" not in str(logs)


async def test_the_engine_behind_is_opened_and_closed_with_it() -> None:
    async with room(Imitation()) as one:
        one.understanding.open()
    assert one.behind.done == ["open", "close"]
