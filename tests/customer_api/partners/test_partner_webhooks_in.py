"""What partners send: proved over the raw bytes, taken once for good, and never faster than we can take it."""

import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import httpx
import pytest
from customer_world import Clock
from partner_world import PARTNERS, SENT, Books, OwnKey, new_secret, registered, secret_ids
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from starlette.applications import Starlette

from bot.partner_webhooks import partner_route
from bot.postgres import sqlalchemy_url
from customer_api.partners.door import BODY_BYTES_MAX, Door
from customer_api.partners.pace import Pace, Rates, TooFast


async def taken(engine: AsyncEngine) -> list[tuple[str, str, str | None, str]]:
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("select partner, type, about, outcome from customers.partner_event order by partner, id")
        )
        return [tuple(row) for row in rows]


async def test_a_signed_event_is_taken(books: Books, engine: AsyncEngine) -> None:
    assert (await books.send()).status_code == 204
    assert await taken(engine) == [("books", "referral.sent", "ref_ANNA", "done")]


async def test_the_same_again_is_answered_alike_and_taken_once(books: Books, engine: AsyncEngine, clock: Clock) -> None:
    for _ in range(3):
        assert (await books.send()).status_code == 204
        clock.pass_by(days=400)
    assert len(await taken(engine)) == 1


async def test_twenty_at_once_are_one(books: Books, engine: AsyncEngine) -> None:
    answers = await asyncio.gather(*(books.send() for _ in range(12)))
    assert {answer.status_code for answer in answers} == {204}
    assert len(await taken(engine)) == 1


async def test_an_id_stands_for_one_body(books: Books, engine: AsyncEngine) -> None:
    await books.send()
    other = await books.send(SENT | {"data": {"code": "ref_PETRO"}})
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")
    assert await taken(engine) == [("books", "referral.sent", "ref_ANNA", "done")]


async def test_what_was_taken_can_be_neither_changed_nor_removed(books: Books, engine: AsyncEngine) -> None:
    await books.send()
    for statement in ("delete from customers.partner_event", "update customers.partner_event set about = 'x'"):
        with pytest.raises(DBAPIError, match="what was decided stays"):
            async with engine.begin() as connection:
                await connection.execute(text(statement))


def forged(headers: dict[str, str], **changed: str) -> dict[str, str]:
    return headers | {name.replace("_", "-"): value for name, value in changed.items()}


async def test_forged_and_mutated_ones_are_refused_and_leave_nothing(books: Books, engine: AsyncEngine) -> None:
    body = json.dumps(SENT).encode()
    true = books.signed("msg_1", body)
    mark = true["webhook-signature"]
    mutations = [
        (body + b" ", true),
        (body.replace(b"ANNA", b"ANNB"), true),
        (body, forged(true, webhook_id="msg_2")),
        (body, forged(true, webhook_timestamp=str(int(true["webhook-timestamp"]) + 1))),
        (body, forged(true, webhook_timestamp="")),
        (body, forged(true, webhook_timestamp="1e9")),
        (body, forged(true, webhook_timestamp="9" * 40)),
        (body, forged(true, webhook_signature="")),
        (body, forged(true, webhook_signature=mark[:-4] + "AAA=")),
        (body, forged(true, webhook_signature=mark.replace("v1,", "v2,"))),
        (body, forged(true, webhook_signature=mark.replace("v1,", "v1a,"))),
        (body, forged(true, webhook_signature=mark.removeprefix("v1,"))),
        (body, forged(true, webhook_signature="v1,")),
        (body, forged(true, webhook_signature="v1,é")),
        (body, forged(true, webhook_id="x" * 201)),
        (body, {}),
        (body, books.signed("msg_1", body, "whsec_" + "A" * 44)),
    ]
    for content, headers in mutations:
        encoded = [(name, value.encode("latin-1")) for name, value in headers.items()]
        answer = await books.webhooks.post("/webhooks/partners/books", content=content, headers=encoded)
        assert answer.status_code == 401, headers
    assert await taken(engine) == []


@pytest.mark.parametrize(("late_s", "status"), [(299, 204), (301, 401), (-299, 204), (-301, 401)])
async def test_five_minutes_either_way(books: Books, late_s: float, status: int) -> None:
    assert (await books.send(late_s=late_s)).status_code == status


async def test_another_partners_signature_opens_nothing(books: Books, api: httpx.AsyncClient) -> None:
    await registered(api, "coffee")
    body = json.dumps(SENT).encode()
    assert (await books.post(body, books.signed("msg_1", body), partner="coffee")).status_code == 401


async def test_both_secrets_are_good_while_they_rotate(books: Books, api: httpx.AsyncClient) -> None:
    (current,) = await secret_ids(api, "books", "in")
    following = await new_secret(api, "books", "in")
    assert (await books.send(event_id="msg_1")).status_code == 204
    assert (await books.send(event_id="msg_2", secret=following)).status_code == 204
    assert (await api.delete(f"{PARTNERS}/books/secrets/{current}")).status_code == 200
    assert (await books.send(event_id="msg_3")).status_code == 401
    assert (await books.send(event_id="msg_3", secret=following)).status_code == 204


async def test_one_right_signature_of_several_is_enough(books: Books) -> None:
    body = json.dumps(SENT).encode()
    true = books.signed("msg_1", body)
    strange = f"v9,abc v1a,AAAA v1,{'A' * 43}= {true['webhook-signature']}"
    assert (await books.post(body, true | {"webhook-signature": strange})).status_code == 204


async def test_a_partner_may_sign_with_a_key_of_its_own(books: Books, api: httpx.AsyncClient, clock: Clock) -> None:
    own, body = OwnKey(), json.dumps(SENT).encode()
    await new_secret(api, "books", "in", secret=own.public)
    headers = own.signed("msg_1", int(clock.now.timestamp()), body)
    assert (await books.post(body + b" ", headers)).status_code == 401
    assert (await books.post(body, OwnKey().signed("msg_1", int(clock.now.timestamp()), body))).status_code == 401
    assert (await books.post(body, headers)).status_code == 204


async def test_an_unknown_type_is_taken_and_noted(books: Books, engine: AsyncEngine) -> None:
    assert (await books.send({"type": "moon.landed", "data": [1, {"a": None}]})).status_code == 204
    assert await taken(engine) == [("books", "moon.landed", None, "noted")]


@pytest.mark.parametrize("event", [[], "text", {"type": 7}, {"type": ""}, {"type": "x\u0000y"}, {"kind": "sent"}])
async def test_what_is_no_event_is_unreadable(books: Books, engine: AsyncEngine, event: object) -> None:
    assert (await books.send(event)).status_code == 400
    assert await taken(engine) == []


@pytest.mark.parametrize("data", [None, {}, {"code": 5}, {"code": ""}, {"code": "a b"}, {"code": "x" * 65}])
async def test_a_known_type_must_name_what_it_is_about(books: Books, engine: AsyncEngine, data: object) -> None:
    answer = await books.send({"type": "promo.used", "data": data})
    assert (answer.status_code, answer.json()["code"]) == (422, "misshapen")
    assert await taken(engine) == []


DEEP = b'{"type":"a","data":' + b'{"a":' * 400 + b"1" + b"}" * 401


@pytest.mark.parametrize("body", [b"[" * 100_000, DEEP, b'{"type": NaN}', b""])
async def test_deep_and_broken_json_is_refused(books: Books, engine: AsyncEngine, body: bytes) -> None:
    assert (await books.post(body, books.signed("msg_1", body))).status_code == 400
    assert await taken(engine) == []


async def test_a_body_over_the_limit_is_refused_before_it_is_read(books: Books) -> None:
    body = b" " * (BODY_BYTES_MAX + 1)
    assert (await books.post(body, books.signed("msg_1", body))).status_code == 413

    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 65_536

    told = await books.webhooks.post("/webhooks/partners/books", content=unannounced())
    assert told.status_code == 413


async def test_who_is_not_in_the_registry_or_is_paused_is_not_there(books: Books, api: httpx.AsyncClient) -> None:
    assert (await books.post(b"{}", {}, partner="nobody")).status_code == 404
    await api.put(f"{PARTNERS}/books", json={"name": "Books", "state": "paused"})
    assert (await books.send()).status_code == 404


async def test_a_database_that_does_not_answer_in_time_is_503_and_a_slow_sender_408(
    books: Books, database: str, door: Door, engine: AsyncEngine, clock: Clock
) -> None:
    hasty = create_async_engine(sqlalchemy_url(database), connect_args={"command_timeout": 0.3})
    door.sessions = async_sessionmaker(hasty)
    async with engine.begin() as holder:
        await holder.execute(text("lock table customers.partner_event"))
        assert (await books.send()).status_code == 503
    await hasty.dispose()
    assert await taken(engine) == []

    async def dripping() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(1)

    app = Starlette(routes=[partner_route(door, body_s=0.05)])
    door.sessions = async_sessionmaker(engine)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://teller") as impatient:
        assert (await impatient.post("/webhooks/partners/books", content=dripping())).status_code == 408


@dataclass
class TenThousandASecond:
    """The pace's clock in a flood: whatever the machine, it moves a ten-thousandth of a second a call."""

    now: float = 1000.0

    def __call__(self) -> float:
        self.now += 1 / 10_000
        return self.now


def test_of_ten_thousand_calls_a_second_each_pace_lets_through_what_its_rate_says() -> None:
    pace, entered, proved = Pace(Rates(), TenThousandASecond()), 0, 0
    for _ in range(10_000):
        try:
            pace.enter("books")
        except TooFast:
            continue
        entered += 1
        with suppress(TooFast):
            pace.take("books")
            proved += 1
        pace.leave("books")
    assert 1000 <= entered <= 1600  # two seconds saved up, and one or a little more at 500
    assert 100 <= proved <= 160


class TestAFlood:
    @pytest.fixture
    def pace(self) -> Pace:
        return Pace(Rates(arrivals_a_second=100, taken_a_second=20, burst_s=1), TenThousandASecond())

    async def test_is_told_to_wait_and_the_others_are_served(
        self, books: Books, api: httpx.AsyncClient, engine: AsyncEngine, clock: Clock
    ) -> None:
        books_door = books.webhooks
        coffee = Books(books_door, clock, "coffee", await registered(api, "coffee"))
        body = json.dumps(SENT).encode()
        headers = [books.signed(f"msg_{n}", body) for n in range(1000)]
        tracemalloc.start()
        answers: list[httpx.Response] = []
        for at in range(0, len(headers), 200):
            answers += await asyncio.gather(*(books.post(body, one) for one in headers[at : at + 200]))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        statuses = [answer.status_code for answer in answers]
        assert set(statuses) == {204, 429}
        assert all(int(one.headers["retry-after"]) >= 1 for one in answers if one.status_code == 429)
        stored = [row for row in await taken(engine) if row[0] == "books"]
        assert 0 < len(stored) == statuses.count(204) <= 25  # the burst, and what a tenth of a second adds
        assert (await coffee.send()).status_code == 204
        assert peak < 100_000_000

    async def test_in_our_name_by_others_reaches_no_database(self, books: Books, engine: AsyncEngine) -> None:
        answers = await asyncio.gather(*(books.post(b"{}", {"webhook-id": "x"}) for _ in range(300)))
        assert {answer.status_code for answer in answers} == {401, 429}
        assert await taken(engine) == []
