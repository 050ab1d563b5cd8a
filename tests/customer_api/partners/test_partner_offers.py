"""Offers in the chat: by segment and consent, a yes that lets out exactly what it named, and the sandbox's partner."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import httpx
import pytest
import yaml
from customer_world import Chat, Clock
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from bot.keyring import Keyring
from customer_api import consents
from customer_api.consents import Evidence, Wording
from customer_api.partners.addresses import Addresses
from customer_api.partners.meeting import Introduction, meet
from customer_api.partners.sending import Sender
from customer_api.seals import Seals
from image_api.values import Offer as Picture
from sandbox.app import build as sandbox

ROOT = "http://127.0.0.1:8080/sandbox/partner"
SECRET = "whsec_" + "c2FuZGJveCBzZWNyZXQgb2YgMzIgYnl0ZXMgbG9uZyE="
QUESTIONS = "/api/v1/customers/questions"


@pytest.fixture
def clock() -> Clock:
    """Webhooks are verified by the sandbox's own clock, which is the world's."""
    return Clock(datetime.now(UTC))


@pytest.fixture
async def met(engine: AsyncEngine, keyring: Keyring, clock: Clock) -> None:
    """The sandbox's partner and its offers, twice, as after a second start."""
    written = yaml.safe_load((files("core_adapters.internal") / "sandbox" / "offers.yml").read_text())
    who = Introduction.of(written, ROOT, SECRET)
    for _ in range(2):
        async with async_sessionmaker(engine).begin() as session:
            await meet(session, Seals(keyring), Addresses(ROOT), who, clock())


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The sandbox with its bookshop."""
    app = sandbox(tmp_path, "http://127.0.0.1:8080", "core-token", "sms-token", partner_secret=SECRET)
    transport = httpx.ASGITransport(_under_sandbox(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        yield client


def _under_sandbox(app: object) -> object:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    return Starlette(routes=[Mount("/sandbox", app=app)])


@pytest.fixture
def sender(engine: AsyncEngine, keyring: Keyring, clock: Clock, shop: httpx.AsyncClient) -> Sender:
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    return Sender(sessions, Seals(keyring), Addresses(ROOT), shop, clock)


async def ask(api: httpx.AsyncClient, verb: str, anna: str, locale: str = "en", **inputs: str) -> dict[str, object]:
    body = {"customer_id": anna, "inputs": inputs, "locale": locale}
    answer = await api.post(f"{QUESTIONS}/offers.{verb}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def accept(chat: Chat, anna: str, offer: str, shares: str) -> dict[str, object]:
    inputs = {"offer": offer, "shares": shares}
    return await chat.post(chat.body("accept", inputs, customer_id=anna, locale="en") | {"action": "offers.accept"})


async def bound(chat: Chat) -> str:
    return str((await chat.prove())["customer_id"])


async def test_there_is_nothing_before_a_partner_offers(chat: Chat, api: httpx.AsyncClient) -> None:
    assert (await ask(api, "any", await bound(chat)))["error"] == "none_now"


async def test_whoever_asks_sees_what_is_for_everyone(chat: Chat, api: httpx.AsyncClient, met: None) -> None:
    anna = await bound(chat)
    listed = (await ask(api, "active", anna, "uk"))["outputs"]["options"]
    assert [one["id"] for one in listed] == ["books-ten", "coffee-second"]
    told = (await ask(api, "read", anna, "uk", offer="books-ten"))["outputs"]
    assert (told["partner"], told["shares"]) == ("Book Corner", "ваше ім'я та промокод")
    assert (await ask(api, "read", anna, offer="newcomers-fifty"))["error"] == "ended"


async def test_a_picture_of_an_offer_shows_what_the_chat_shows_and_nothing_that_is_shared(
    chat: Chat, api: httpx.AsyncClient, met: None, engine: AsyncEngine
) -> None:
    anna = await bound(chat)
    told = (await ask(api, "picture", anna, "uk", offer="books-ten"))["outputs"]
    shown = Picture.model_validate(told)
    read = (await ask(api, "read", anna, "uk", offer="books-ten"))["outputs"]
    assert (shown.partner, shown.details) == (read["partner"], read["details"])
    assert (shown.title, shown.until.isoformat()) == ("Book Corner: -10 %", "2027-12-31")
    assert "ім'я" not in str(told)
    for offer in ("newcomers-fifty", "none"):
        assert (await ask(api, "picture", anna, offer=offer))["error"] == "ended"
    async with engine.begin() as connection:
        longest = {"name": "n" * 40, "gain": "g" * 40, "details": "word " * 120}
        long = "update customers.offer set texts = jsonb_build_object('en', cast(:texts as jsonb))"
        await connection.execute(text(long), {"texts": json.dumps(longest)})
    cut = Picture.model_validate((await ask(api, "picture", anna, offer="books-ten"))["outputs"])
    assert cut.details == "word " * 99 + "word…"


async def test_an_offer_for_some_is_shown_to_who_allows_profiling(
    chat: Chat, api: httpx.AsyncClient, met: None, engine: AsyncEngine, clock: Clock
) -> None:
    anna = await chat.prove()
    evidence = Evidence(chat.conversation, "telegram", clock())
    async with async_sessionmaker(engine).begin() as session:
        await consents.give(session, anna["customer_id"], "profiling", Wording("1", "en"), evidence)
    listed = (await ask(api, "active", str(anna["customer_id"])))["outputs"]["options"]
    assert "newcomers-fifty" in [one["id"] for one in listed]


async def test_a_yes_lets_out_exactly_what_it_named(
    chat: Chat, api: httpx.AsyncClient, met: None, sender: Sender, shop: httpx.AsyncClient
) -> None:
    anna = await bound(chat)
    answer = await accept(chat, anna, "books-ten", "your first name and a promo code")
    assert answer["state"] == "done", answer
    assert await sender.send_due() == 1
    [got] = (await shop.get("/sandbox/partner/got")).json()
    data = got["event"]["data"]
    assert set(data) == {"claim", "offer", "code", "customer"}
    assert data["customer"] == {"first_name": "Олена"}
    assert answer["outputs"]["offer_link"].endswith(f"/offers/books-ten?code={data['code']}")
    page = await shop.get(answer["outputs"]["offer_link"])
    assert data["code"] in page.text


async def test_the_same_yes_again_tells_the_partner_once(
    chat: Chat, api: httpx.AsyncClient, met: None, sender: Sender, shop: httpx.AsyncClient
) -> None:
    anna = await bound(chat)
    links = {(await accept(chat, anna, "coffee-second", "a promo code"))["outputs"]["offer_link"] for _ in range(3)}
    assert len(links) == 1
    assert await sender.send_due() == 1


async def test_a_yes_to_another_text_lets_nothing_out(
    chat: Chat, api: httpx.AsyncClient, met: None, sender: Sender, engine: AsyncEngine
) -> None:
    anna = await bound(chat)
    for offer, shares in (("books-ten", "a promo code"), ("newcomers-fifty", "a promo code"), ("none", "a promo code")):
        assert (await accept(chat, anna, offer, shares))["error"] == "ended"
    assert await sender.send_due() == 0
    async with engine.connect() as connection:
        assert (
            await connection.scalar(text("select count(*) from customers.consent where purpose = 'partner_sharing'"))
            == 0
        )


async def test_what_is_withdrawn_before_it_is_sent_is_not_sent(
    chat: Chat, api: httpx.AsyncClient, met: None, sender: Sender, shop: httpx.AsyncClient, engine: AsyncEngine,
    clock: Clock,
) -> None:  # fmt: skip
    anna = await chat.prove()
    await accept(chat, str(anna["customer_id"]), "books-ten", "your first name and a promo code")
    evidence = Evidence(chat.conversation, "telegram", clock())
    async with async_sessionmaker(engine).begin() as session:
        assert await consents.withdraw(session, anna["customer_id"], "partner_sharing", evidence, "book-corner")
    await sender.send_due()
    assert (await shop.get("/sandbox/partner/got")).json() == []
    [told] = (await api.get("/api/v1/partners/book-corner/deliveries")).json()
    assert told["state"] == "withdrawn"
