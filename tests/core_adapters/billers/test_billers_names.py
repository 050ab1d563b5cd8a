"""What a biller is called is asked now and then, never waited for, and not forgotten while its partner is away."""

import asyncio

import pytest

from core_adapters.external.billers.names import NAMES_KEPT_S, Names
from core_adapters.external.billers.partner import Provider
from core_adapters.failures import Unavailable


class Utilities:
    """A partner with one provider, which can be away or slow."""

    def __init__(self):
        self.called, self.asked, self.failure = "City Water", 0, None

    async def providers(self, query=""):
        self.asked += 1
        if self.failure == "slow":
            await asyncio.sleep(60)
        if self.failure is not None:
            raise self.failure
        return [Provider("water", self.called)]


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def partner():
    return Utilities()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def names(partner, clock):
    return Names({"utilities": partner}, clock)


async def test_however_often_a_page_is_looked_at_its_partner_is_asked_once_in_a_while(names, partner, clock):
    assert {await names.of("utilities-water") for _ in range(50)} == {"City Water"}
    assert partner.asked == 1
    clock.now, partner.called = NAMES_KEPT_S + 1, "Kyiv Water"
    assert await names.of("utilities-water") == "Kyiv Water"
    assert partner.asked == 2


async def test_while_its_partner_is_away_a_biller_is_called_as_before(names, partner, clock):
    await names.of("utilities-water")
    clock.now, partner.failure = NAMES_KEPT_S + 1, Unavailable("away")
    assert await names.of("utilities-water") == "City Water"


async def test_what_was_never_told_is_called_by_its_id(names, partner):
    assert await names.of("utilities-gas") == "Gas"
    assert await names.of("casino-roulette") == "Roulette"
    assert partner.asked == 1


async def test_a_partner_that_is_slow_holds_up_nobody(names, partner, monkeypatch):
    monkeypatch.setattr("core_adapters.external.billers.names.NAME_S_MAX", 0.01)
    partner.failure = "slow"
    assert await names.of("utilities-water") == "Water"
    partner.failure = None
    assert await names.of("utilities-water") == "City Water"
