"""What is written unasked needs the customer's consent at the moment when it leaves; the service itself does not."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from api_rig import Api, Customers, serving
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from turn_rig import Recorder, until

from bot.consents import Consents
from bot.keyring import Keyring
from bot.postgres import sqlalchemy_url
from customer_api import bindings, consents, people
from customer_api.app import build
from customer_api.consents import Evidence, Wording
from customer_api.people import Claim
from customer_api.seals import Chat, Seals
from flows.ports import Principal

READY_S = 5.0  # how long what is placed lies ready: enough for a slow machine to change its mind meanwhile


class Anyone:
    """Takes every caller for a service of ours."""

    def verify(self, token: str) -> Principal:
        return Principal("bot", frozenset({"service"}))


class NoSms:
    async def send(self, to: str, text: str, key: str) -> None:
        raise AssertionError("nobody is sent a code here")


class People(Customers):
    """The true CustomerAPI, over the test's own database; ``away`` cuts the line to it."""

    def __init__(self, database: str, keyring: Keyring) -> None:
        super().__init__()
        self.in_vain = 0
        # One connection, made at the first use: a second one could be cut off by the end of a test while it is made.
        self.engine = create_async_engine(sqlalchemy_url(database), pool_size=1, max_overflow=0)
        self.seals = Seals(keyring)
        self.app = build(self.engine, keyring, NoSms(), Anyone(), lambda: datetime.now(UTC))

    def client(self) -> httpx.AsyncClient:
        there = httpx.ASGITransport(app=self.app)

        async def answer(request: httpx.Request) -> httpx.Response:
            if self.away:
                self.in_vain += 1
                raise httpx.ConnectError("away")
            return await there.handle_async_request(request)

        headers = {"authorization": "Bearer ours"}
        return httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://customers", headers=headers)

    async def asked_in_vain(self, times: int) -> None:
        """Until the line was found cut so often."""
        async with asyncio.timeout(15):
            while self.in_vain < times:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)

    async def enrol(self, address: str, phone: str) -> UUID:
        """A customer who has proved a phone in this chat."""
        now = datetime.now(UTC)
        async with AsyncSession(self.engine) as session, session.begin():
            customer = await people.enrol(session, self.seals, Claim(phone, "Anna", "Koval", "en"), now)
            await bindings.bind(session, self.seals, Chat("post", "1", address), customer, "shared", now)
            return customer.id

    async def allow(self, customer: UUID) -> None:
        async with AsyncSession(self.engine) as session, session.begin():
            await consents.give(session, customer, "marketing", Wording("1", "en"), _by_tap())

    async def take_back(self, customer: UUID) -> None:
        async with AsyncSession(self.engine) as session, session.begin():
            assert await consents.withdraw(session, customer, "marketing", _by_tap())


def _by_tap() -> Evidence:
    return Evidence(uuid4(), "post", datetime.now(UTC))


@pytest.fixture
async def there(database: str, keyring: Keyring) -> AsyncIterator[People]:
    people_there = People(database, keyring)
    yield people_there
    await people_there.engine.dispose()


async def news(api: Api, *chats: str, **more: Any) -> str:
    to = [{"channel": "post", "address": chat} for chat in chats]
    body = {"idempotency_key": "n", "to": to, "content": {"type": "text", "text": "news"}, "rate_per_s": 500} | more
    answer = await api.ask("POST", "/broadcasts", body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["broadcast_id"])


def soon() -> str:
    """From now: to begin serving takes as long as the machine is slow."""
    return (datetime.now(UTC) + timedelta(seconds=READY_S)).isoformat()


async def over(api: Api, id_: str) -> dict[str, Any]:
    async with asyncio.timeout(15):
        while True:
            found = dict((await api.ask("GET", f"/broadcasts/{id_}")).json())
            if found["state"] == "done":
                return found
            await asyncio.sleep(0.02)


async def test_news_go_only_to_who_has_allowed_them(
    database: str, keyring: Keyring, recorder: Recorder, there: People
) -> None:
    await there.allow(await there.enrol("anna", "+380501112233"))
    await there.enrol("olha", "+380501112234")
    async with serving(database, keyring, recorder, customers=there, consents=Consents(there.client())) as api:
        found = await over(api, await news(api, "anna", "olha", "a guest"))
    assert [call["chat"] for call in recorder.calls] == ["anna"]
    assert found["counts"] == {"sent": 1, "skipped": 2}
    assert found["skipped"] == {"the customer has not allowed marketing": 2}


async def test_what_belongs_to_the_service_reaches_everybody(
    database: str, keyring: Keyring, recorder: Recorder, there: People
) -> None:
    await there.enrol("olha", "+380501112234")
    async with serving(database, keyring, recorder, customers=there, consents=Consents(there.client())) as api:
        found = await over(api, await news(api, "olha", "a guest", consent="service"))
    assert found["counts"] == {"sent": 2}


async def test_a_withdrawal_stops_what_lies_ready_already(
    database: str, keyring: Keyring, recorder: Recorder, there: People
) -> None:
    anna = await there.enrol("anna", "+380501112233")
    await there.allow(anna)
    async with serving(database, keyring, recorder, customers=there, consents=Consents(there.client())) as api:
        id_ = await news(api, "anna", not_before=soon())
        await until(database, "select 1 from bot.outbox")
        await there.take_back(anna)
        found = await over(api, id_)
    assert (found["counts"], recorder.calls) == ({"cancelled": 1}, [])


async def test_while_nobody_knows_it_waits(database: str, keyring: Keyring, recorder: Recorder, there: People) -> None:
    await there.allow(await there.enrol("anna", "+380501112233"))
    async with serving(database, keyring, recorder, customers=there, consents=Consents(there.client())) as api:
        id_ = await news(api, "anna", not_before=soon())
        await until(database, "select 1 from bot.outbox")
        there.away = True
        await there.asked_in_vain(2)
        assert recorder.calls == []
        there.away = False
        found = await over(api, id_)
    assert found["counts"] == {"sent": 1}
    assert [call["chat"] for call in recorder.calls] == ["anna"]


async def test_a_process_without_the_guard_sends_nothing_that_needs_it(
    database: str, keyring: Keyring, recorder: Recorder, there: People
) -> None:
    await there.allow(await there.enrol("anna", "+380501112233"))
    async with serving(database, keyring, recorder, customers=there) as api:
        found = await over(api, await news(api, "anna"))
    assert (found["counts"], recorder.calls) == ({"cancelled": 1}, [])
