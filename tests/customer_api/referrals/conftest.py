"""Friends, over CustomerAPI's front door."""

import httpx
import pytest
from customer_world import Clock, Phones
from friend_world import World

from customer_api.referrals.rules import Rules, read

RULES = """
programmes:
  welcome: {recommender: 50.00 UAH, newcomer: 100.00 UAH}
  recommend: {recommender: 100.00 UAH, newcomer: 40.00 UAH}
window_days: 30
use_within_days: 90
first_use: [purchase]
at_least: 20.00 UAH
friends_per_person: 3
friends_per_month: 2
"""


@pytest.fixture
def referrals() -> Rules:
    return read(RULES, "UAH", "Europe/Kyiv")


@pytest.fixture
def world(api: httpx.AsyncClient, phones: Phones, clock: Clock) -> World:
    return World(api, phones, clock)
