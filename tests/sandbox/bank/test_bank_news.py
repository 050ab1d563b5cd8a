"""Cards that are ordered, and the signed news of them."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx
import pytest
from bank_world import SECRET, Anna, Listener, balances, newcomer

BANK = "/bank/v1"
Start = Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]]


async def tell(bank: httpx.AsyncClient, listener: Listener) -> None:
    answer = await bank.put(f"{BANK}/webhook", json={"url": listener.url, "secret": SECRET})
    assert answer.status_code == 204


async def order(bank: httpx.AsyncClient, anna: Anna, reference: str, tariff: str = "digital") -> httpx.Response:
    body = {"customer_id": anna.customer_id, "tariff": tariff, "reference": reference}
    return await bank.post(f"{BANK}/applications", json=body)


async def test_an_ordered_card_comes_with_signed_news_and_a_gift(
    bank: httpx.AsyncClient, anna: Anna, listener: Listener
) -> None:
    await tell(bank, listener)
    taken = await order(bank, anna, "app-1", "gold")
    assert (taken.status_code, taken.json()["status"]) == (202, "pending")
    news = await listener.next()
    assert news["type"] == "card.issued"
    data = news["data"]
    assert (data["application_id"], data["reference"]) == (taken.json()["application_id"], "app-1")
    card = (await bank.get(f"{BANK}/cards/{data['card_id']}")).json()
    assert (card["scheme"], card["tariff"], card["balance_minor"]) == ("MASTERCARD", "gold", 1_000_00)
    statement = (await bank.get(f"{BANK}/accounts/{card['account']}/statement")).json()
    assert "welcome gift" in statement["entries"][0]["text"]
    assert (await bank.get(f"{BANK}/applications?reference=app-1")).json()["status"] == "issued"


async def test_news_are_sent_again_until_somebody_takes_them(
    bank: httpx.AsyncClient, anna: Anna, listener: Listener
) -> None:
    listener.refusals = 2
    await tell(bank, listener)
    await order(bank, anna, "app-1")
    assert (await listener.next())["type"] == "card.issued"
    assert (listener.tries, len(listener.ids)) == (3, 1)


async def test_a_restart_in_the_middle_of_an_application_loses_nothing(start: Start, listener: Listener) -> None:
    async with start() as bank:
        anna = await newcomer(bank, "+380501112233")
        await tell(bank, listener)
        taken = (await order(bank, anna, "app-1")).json()
    async with start() as bank:
        news = await listener.next()
        assert news["data"]["application_id"] == taken["application_id"]
        assert (await order(bank, anna, "app-1")).json()["status"] == "issued"
        cards = (await bank.get(f"{BANK}/customers/{anna.customer_id}/cards")).json()["cards"]
        assert len(cards) == 3
        assert sum((await balances(bank)).values()) == 0


async def test_one_reference_is_one_application(bank: httpx.AsyncClient, anna: Anna) -> None:
    first, again = await order(bank, anna, "app-1"), await order(bank, anna, "app-1")
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["application_id"] == again.json()["application_id"]
    assert (await order(bank, anna, "app-1", "gold")).status_code == 409
    second = await order(bank, anna, "app-2")
    assert (second.status_code, second.json()["code"]) == (422, "duplicate")
    assert (await order(bank, anna, "app-3", "wooden")).json()["code"] == "bad_input"


async def test_a_phone_ending_in_4040404_is_refused_a_card(bank: httpx.AsyncClient, listener: Listener) -> None:
    await tell(bank, listener)
    unlucky = await newcomer(bank, "+380504040404")
    await order(bank, unlucky, "app-1")
    news = await listener.next()
    assert (news["type"], news["data"]["reference"]) == ("card.refused", "app-1")
    assert (await bank.get(f"{BANK}/applications?reference=app-1")).json()["status"] == "refused"


@pytest.mark.parametrize(
    ("url", "secret"), [("ftp://x/", SECRET), ("/news", SECRET), ("http://127.0.0.1/", "whsec_"), ("http://", SECRET)]
)
async def test_a_webhook_that_cannot_be_called_is_refused_without_repeating_the_secret(
    bank: httpx.AsyncClient, url: str, secret: str
) -> None:
    answer = await bank.put(f"{BANK}/webhook", json={"url": url, "secret": secret})
    assert answer.status_code == 400
    assert SECRET not in answer.text
