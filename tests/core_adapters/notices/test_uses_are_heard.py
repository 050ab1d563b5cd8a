"""That a newcomer has used a card: heard of by signed news, believed when the bank has said what it was, told once."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest
from card_world import buys, door

from core_adapters.notices.hearing import Hearing
from flows.money import Money


@dataclass
class Uses:
    """Hears of uses, as CustomerAPI does."""

    told: list[tuple[str, str, str]] = field(default_factory=list)
    is_down: bool = False

    async def used(self, customer_id: str, kind: str, amount: Money, at: datetime) -> None:
        if self.is_down:
            raise ConnectionError("CustomerAPI is away")
        self.told.append((customer_id, kind, str(amount)))


@pytest.fixture
async def bell(room):
    """The door for the bank's news."""
    async with door(room) as made:
        yield made


async def hears(room, uses: Uses) -> None:
    """The adapters ask the bank about all that has been told, and say what was a use."""
    await Hearing("sandbox", room.adapters.questions.bank, room.adapters.desk.store, room.people, uses).ask()


async def test_a_use_is_told_of_once_the_bank_has_said_what_it_was(room, bell):
    uses = Uses()
    await buys(room, 150_00)
    await bell.until(1)
    await hears(room, uses)
    for headers, body in bell.taken:  # delivered again
        await room.adapters.core_events("sandbox", headers, body)
    await hears(room, uses)
    assert uses.told == [("anna", "purchase", "150.00 UAH")]


async def test_unsigned_news_and_news_of_what_never_was_are_no_use(room, bell):
    uses = Uses()
    await buys(room)
    await bell.until(1)
    await hears(room, Uses())
    headers, body = bell.taken[-1]
    forged = {**headers, "webhook-signature": "v1,AAAA"}
    assert await room.adapters.core_events("sandbox", forged, body.replace(b"-d", b"1-d")) == 401
    await room.adapters.events.hearing.hear("999999-d")
    await hears(room, uses)
    assert uses.told == []


async def test_money_that_comes_is_no_use(room, bell):
    uses = Uses()
    await room.bank.customer(balance_minor=70_00)
    await bell.until(1)
    await hears(room, uses)
    assert uses.told == []


async def test_a_use_is_told_of_when_customer_api_is_back(room, bell):
    uses = Uses(is_down=True)
    await buys(room, 150_00)
    await bell.until(1)
    await hears(room, uses)
    uses.is_down = False
    room.clock.jump(minutes=1)
    await hears(room, uses)
    assert uses.told == [("anna", "purchase", "150.00 UAH")]
