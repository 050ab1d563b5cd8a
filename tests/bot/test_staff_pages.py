"""Pages for staff: behind a token that no script sees, in both languages, and a button that sends a webhook again."""

import base64
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from starlette.applications import Starlette

from bot import staff
from bot.keyring import Keyring
from bot.postgres import sqlalchemy_url
from bot.services import ServiceToken, client
from bot.tokens import Tokens
from customer_api.app import build
from customer_api.partners import outbox, registry
from customer_api.partners.addresses import Addresses
from customer_api.partners.bodies import PartnerBody
from customer_api.partners.tables import Partner, PartnerDelivery
from customer_api.seals import Seals
from flows.ports import Sms

TOKENS = Tokens([base64.b64encode(secrets.token_bytes(32)).decode()])
COLOURS = {"ink": "#14213D", "accent": "#E4572E", "accent_text": "#C2410C", "ground": "#F6F1E9", "paper": "#FFFFFF",
           "quiet": "#4A5568", "good": "#1F7A6D", "bad": "#B4232C"}  # fmt: skip
PAPER = staff.Paper("Teller Bank", "Europe/Kyiv", COLOURS)
BOOKS = "/staff/partners/books"


class NoSms(Sms):
    async def send(self, to: str, text: str, key: str) -> None:
        raise AssertionError("nobody is written to")


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(sqlalchemy_url(database))
    yield engine
    await engine.dispose()


@pytest.fixture
async def page(engine: AsyncEngine, keyring: Keyring) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without a token, over CustomerAPI with its database."""
    api = build(engine, keyring, NoSms(), TOKENS, lambda: datetime.now(UTC))
    async with client("", api, ServiceToken(TOKENS)) as customers:
        app = Starlette(routes=staff.routes(staff.Partners(customers), TOKENS, PAPER, is_https=True))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://bank.example") as browser:
            yield browser


@pytest.fixture
async def given_up(engine: AsyncEngine, keyring: Keyring) -> UUID:
    """A webhook that nobody took for three days."""
    now = datetime.now(UTC)
    async with async_sessionmaker(engine, expire_on_commit=False).begin() as session:
        body = PartnerBody(name="Book <Corner>", out_url="https://hooks.books.example/teller")
        partner = await registry.put(session, Addresses(), "books", body, "a test", now)
        row = await outbox.tell(session, Seals(keyring), partner, "offer.accepted", {"claim": "c1"}, now)
        outbox.end(await session.get_one(PartnerDelivery, row), "given_up", "HTTP 500", now)
    return row


async def enter(page: httpx.AsyncClient, role: str = "staff", **more: str) -> httpx.Response:
    token = TOKENS.issue(role, f"a {role}")
    return await page.post("/staff/enter", data={"token": token}, headers={"sec-fetch-site": "same-origin"} | more)


async def state_of(engine: AsyncEngine, row: UUID) -> str:
    async with async_sessionmaker(engine)() as session:
        return (await session.get_one(PartnerDelivery, row)).state


async def press(page: httpx.AsyncClient, row: object, site: str = "same-origin") -> httpx.Response:
    return await page.post(f"{BOOKS}/{row}?lang=en", headers={"sec-fetch-site": site})


async def test_without_a_token_there_is_nothing_but_the_place_for_one(
    page: httpx.AsyncClient, given_up: UUID, engine: AsyncEngine
) -> None:
    for path in ("/staff/partners", BOOKS):
        answer = await page.get(path)
        assert answer.status_code == 401
        assert "Book" not in answer.text
    assert (await press(page, given_up)).status_code == 401
    assert await state_of(engine, given_up) == "given_up"


@pytest.mark.parametrize("role", ["service", "partner", "nobody"])
async def test_a_token_of_somebody_else_is_not_taken(page: httpx.AsyncClient, role: str) -> None:
    answer = await enter(page, role)
    assert (answer.status_code, answer.headers.get("set-cookie")) == (401, None)
    page.cookies.set("teller_staff", TOKENS.issue(role, "somebody"))
    assert (await page.get("/staff/partners")).status_code == 401


async def test_the_token_lies_where_no_script_and_no_other_site_gets_it(page: httpx.AsyncClient) -> None:
    answer = await enter(page)
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "secure", "path=/staff", "max-age=3600"))
    assert answer.status_code == 303
    assert "token" not in answer.headers["location"]
    shown = await page.get("/staff/partners")
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "script" not in policy + shown.text
    assert shown.headers["cache-control"] == "no-store"
    await page.post("/staff/leave", headers={"sec-fetch-site": "same-origin"})
    assert (await page.get("/staff/partners")).status_code == 401


async def test_a_token_that_has_run_out_opens_nothing(page: httpx.AsyncClient) -> None:
    page.cookies.set("teller_staff", TOKENS.issue("staff", "olha", timedelta(minutes=-5)))
    answer = await page.get("/staff/partners")
    assert answer.status_code == 401
    assert "has run out" in answer.text


@pytest.mark.parametrize(
    ("language", "button", "after"),
    [("en", "Send again", "on its way again"), ("uk", "Надіслати ще раз", "Знову в дорозі")],
)
async def test_what_was_given_up_is_sent_again_from_the_page(
    page: httpx.AsyncClient, engine: AsyncEngine, given_up: UUID, language: str, button: str, after: str
) -> None:
    await enter(page)
    assert "Book &lt;Corner&gt;" in (await page.get("/staff/partners", params={"lang": language})).text
    shown = (await page.get(BOOKS, params={"lang": language, "state": "given_up"})).text
    assert button in shown
    assert outbox.webhook_id(given_up) in shown
    answer = await page.post(
        f"{BOOKS}/{given_up}", params={"lang": language}, headers={"sec-fetch-site": "same-origin"}
    )
    assert answer.status_code == 303
    following = (await page.get(answer.headers["location"])).text
    assert after in following
    assert button not in following  # what waits is not pressed again
    assert await state_of(engine, given_up) == "waiting"


async def test_where_nothing_may_go_out_the_page_says_so(
    page: httpx.AsyncClient, engine: AsyncEngine, given_up: UUID
) -> None:
    await enter(page)
    async with async_sessionmaker(engine).begin() as session:
        (await session.get_one(Partner, "books")).out_stopped = "410"
    answer = await press(page, given_up)
    shown = (await page.get(answer.headers["location"])).text
    assert "It is not sent" in shown
    assert "stopped (410)" in shown
    assert await state_of(engine, given_up) == "given_up"


async def test_a_button_of_another_site_does_nothing(
    page: httpx.AsyncClient, engine: AsyncEngine, given_up: UUID
) -> None:
    await enter(page)
    for site in ("cross-site", "same-site", "none"):
        assert (await press(page, given_up, site)).status_code == 403
    stranger = {"origin": "https://evil.example"}
    assert (await page.post(f"{BOOKS}/{given_up}", headers=stranger)).status_code == 403
    assert (await enter(page, "staff", **{"sec-fetch-site": "cross-site"})).status_code == 403
    assert await state_of(engine, given_up) == "given_up"


async def test_what_is_not_there_and_what_is_too_long_are_pages_too(page: httpx.AsyncClient, given_up: UUID) -> None:
    assert (await page.post("/staff/enter", data={"token": "x" * 20_000})).status_code == 413
    await enter(page)
    for path in ("/staff/partners/nobody", "/staff/partners/NOBODY%3F"):
        assert (await page.get(path)).status_code == 404
    for row in (UUID(int=0), "no-id"):
        assert (await press(page, row)).status_code == 404
    assert (await page.get(f"{BOOKS}?state=nonsense&note=%3Cscript%3E&lang=xx")).status_code == 200


async def test_a_database_that_is_away_is_a_page(keyring: Keyring) -> None:
    nobody = create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    api = build(nobody, keyring, NoSms(), TOKENS, lambda: datetime.now(UTC))
    async with client("", api, ServiceToken(TOKENS)) as customers:
        app = Starlette(routes=staff.routes(staff.Partners(customers), TOKENS, PAPER, is_https=False))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            await enter(browser)
            answer = await browser.get("/staff/partners")
    assert answer.status_code == 503
    assert "The database is not answering" in answer.text
