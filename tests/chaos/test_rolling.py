"""New processes take over from old ones while customers are in the middle of something, and a stop under load ends.

The processes are those of ``make chaos``: each is what ``teller run --role`` is, and between them are wires that can be
held.
"""

import asyncio
import itertools
import shutil
import time
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from bench.chaos import checks
from bench.chaos.command import books_of
from bench.chaos.estate import Estate, Old, apart, running
from bench.chaos.striking import STOPPED_S
from bench.chaos.workload import OPEN_S, SMALLEST_MINOR, Customer, Wish
from bench.money.wire import Moment

EACH_SAYS = 6
LOOK_S = 0.1
BANK_S, MESSENGER_S = 1.5, 0.3  # how slow they are: six balances of one chat take longer than a stop may
UNDER_WAY = "select count(*) from bot.inbox where status = 'new'"
LEFT = "select count(*) from bot.inbox where status <> 'done'"
UNSENT = "select count(*) from bot.outbox where status <> 'done'"
STATE = "select state from money.operation where action = 'transfers.execute' and amount_minor = {}"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def estate() -> AsyncIterator[Estate]:
    with apart() as folder:
        async with running(folder, seed=1) as estate:
            yield estate
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def customers(estate: Estate) -> AsyncIterator[list[Customer]]:
    """Three with a card each."""
    async with httpx.AsyncClient(base_url=estate.sandbox, timeout=30, trust_env=False) as http:
        made = [Customer(http, number, itertools.count(SMALLEST_MINOR)) for number in range(3)]
        await asyncio.gather(*(customer.open() for customer in made))
        numbers = checks.cards(books_of(estate))
        for customer in made:
            customer.card = numbers[customer.name]
        yield made


async def test_dialogues_and_a_payment_go_on_where_they_stood_when_all_processes_are_replaced(
    estate: Estate, customers: list[Customer]
) -> None:
    paying, coded, asked = customers
    dsn, money = estate.database.dsn, checks.customers_money(books_of(estate))
    wishes = [
        Wish(minor, time.monotonic(), await one.newest()) for minor, one in zip((301, 302, 303), customers, strict=True)
    ]
    going, go_on = held(estate)
    await asks(asked, wishes[2], coded.card)
    cores = await asyncio.gather(*map(estate.beside, ("core-1", "core-2")))
    await asks(coded, wishes[1], asked.card)
    await asks(paying, wishes[0], coded.card)
    code = await confirms(coded, wishes[1])
    await paying.say(await confirms(paying, wishes[0]))
    await asyncio.wait_for(going.wait(), OPEN_S)
    assert await checks.ask(dsn, STATE.format(301)) == "SENDING"

    leaving = [asyncio.create_task(estate.let_go(old, STOPPED_S)) for old in cores]
    await asyncio.sleep(0)  # both have been told to go before the bank answers
    go_on.set()
    await asyncio.gather(*leaving)
    for name in ("worker-1", "worker-2", "webhooks"):
        await estate.let_go(await estate.beside(name), STOPPED_S)

    await coded.say(code)
    await asked.say(await confirms(asked, wishes[2]))
    for customer, wish in zip(customers, wishes, strict=True):
        await customer.until(lambda c=customer, w=wish: c.heard(w.after, f"Done. {w.amount}", "has been sent"), OPEN_S)
    assert await checks.settled(dsn) == 0
    assert not await paying.heard(wishes[0].after, "I do not know yet")  # who was told to go has heard the bank out
    for customer, wish in zip(customers, wishes, strict=True):
        said = [text for id_, text in await customer.all_messages() if id_ > wish.after]
        assert len([text for text in said if text.startswith(f"Send {wish.amount}")]) == 1
        assert len([text for text in said if "needs a code" in text]) == 1
        assert len([text for text in said if "Done" in text or "has been sent" in text]) == 1
    assert await posted(estate) == [301, 302, 303]
    assert checks.customers_money(books_of(estate)) == money


async def test_a_stop_under_load_ends_in_time_and_what_was_in_hand_is_answered_once(
    estate: Estate, customers: list[Customer]
) -> None:
    dsn = estate.database.dsn
    stranger = Customer(customers[0].http, 9, itertools.count(), "whatsapp")
    await stranger.find_the_bot()
    chats = [(customer, await customer.newest()) for customer in (*customers, stranger)]
    slow = {"core": "rest", "operation": "*", "outcome": "ok", "delay_s": BANK_S, "count": 1_000}
    await put(estate, "/api/faults", slow)
    for messenger in ("telegram", "whatsapp"):
        await put(estate, f"/phones/{messenger}/faults", {"outcome": "ok", "delay_s": MESSENGER_S, "count": 1_000})
    says = [(customer, "/help" if customer is stranger else "/balance") for customer, _ in chats] * EACH_SAYS
    await asyncio.gather(*(customer.say(text) for customer, text in says))
    async with asyncio.timeout(OPEN_S):
        while int(str(await checks.ask(dsn, UNDER_WAY))) < EACH_SAYS:  # noqa: ASYNC110 -- rows of others
            await asyncio.sleep(LOOK_S)

    olds = [await estate.beside("worker-1"), await estate.beside("worker-2")]
    olds += [Old("webhooks", estate.pids["webhooks"], estate.ports["webhooks"])]
    await asyncio.gather(*(estate.let_go(old, STOPPED_S) for old in olds))
    await estate.start("webhooks")
    await put(estate, "/api/faults", slow | {"delay_s": 0, "count": 1})
    for messenger in ("telegram", "whatsapp"):
        await put(estate, f"/phones/{messenger}/faults", {"outcome": "ok", "count": 0})
    assert await checks.settled(dsn) == 0
    assert await checks.ask(dsn, LEFT) == 0
    assert await checks.ask(dsn, UNSENT) == 0
    for customer, seen in chats:
        told = [text for id_, text in await customer.all_messages() if id_ > seen]
        answers = [text for text in told if "a few seconds more" not in text]
        assert len(answers) == EACH_SAYS, answers


def held(estate: Estate) -> tuple[asyncio.Event, asyncio.Event]:
    """Hold payments on the wire to the bank. The first is set when one has come that far; set the second to let go."""
    come, go_on = asyncio.Event(), asyncio.Event()

    async def watch(moment: Moment, first: bytes) -> None:
        if moment == "sent" and first.startswith(b"POST") and b"/transfers HTTP" in first:
            come.set()
            await go_on.wait()

    for wire in estate.wires.values():
        wire.watch = watch
    return come, go_on


async def asks(customer: Customer, wish: Wish, card: str) -> None:
    """Up to the question whether it is right."""
    await customer.say(f"send {wish.amount} to {card}")
    assert await customer.until(lambda: customer.heard(wish.after, f"Send {wish.amount}"), OPEN_S)


async def confirms(customer: Customer, wish: Wish) -> str:
    """Up to the question for the code; the code, not typed yet."""
    old = await customer.newest_code()
    await customer.tap("Yes", wish.after)
    assert await customer.until(lambda: customer.heard(wish.after, "needs a code"), OPEN_S)
    return str(await customer.until(lambda: customer.newer_code(old), OPEN_S))


async def posted(estate: Estate) -> list[int]:
    """The amounts that the bank has moved, each as often as it has."""
    found = (await estate.http.get(f"{estate.sandbox}/api/postings")).raise_for_status().json()
    return sorted(int(one["amount_minor"]) for one in found if one["kind"] == "transfer")


async def put(estate: Estate, path: str, body: dict[str, object]) -> None:
    (await estate.http.put(f"{estate.sandbox}{path}", json=body)).raise_for_status()
