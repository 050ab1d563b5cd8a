"""What partners are told: signed, tried for three days, stopped by 410, never sent inside or after a withdrawal."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest
from customer_world import Clock
from partner_world import PARTNERS, new_secret, registered, secret_ids
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.keyring import Keyring
from customer_api.partners import outbox
from customer_api.partners.addresses import Addresses
from customer_api.partners.sending import Sender
from customer_api.partners.tables import Partner, PartnerDelivery
from customer_api.seals import Seals

URL = "https://hooks.books.example/teller"


@dataclass
class Shop:
    """A partner's endpoint: answers as it is told to, and keeps what it got."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def __call__(self, request: Request) -> Response:
        self.got.append((dict(request.headers), await request.body()))
        return Response(status_code=self.status, headers=self.headers)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def found() -> list[str]:
    """What the partner's name resolves to."""
    return ["93.184.215.14"]


@pytest.fixture
async def sender(
    engine: AsyncEngine, keyring: Keyring, clock: Clock, shop: Shop, found: list[str]
) -> AsyncIterator[Sender]:
    async def resolve(host: str) -> list[str]:
        return found

    async def take(request: Request) -> Response:
        return await shop(request)

    app = Starlette(routes=[Route("/teller", take, methods=["POST"]), Route("/other", take, methods=["GET", "POST"])])
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        yield Sender(sessions, Seals(keyring), Addresses(resolve=resolve), client, clock)


@pytest.fixture
async def tell(api: httpx.AsyncClient, engine: AsyncEngine, keyring: Keyring, clock: Clock) -> Callable[..., object]:
    await registered(api, "books", out_url=URL)
    await new_secret(api, "books", "out")

    async def one(name: str = "offer.accepted", roll_back: bool = False) -> None:
        async with async_sessionmaker(engine)() as session:
            partner = await session.get_one(Partner, "books")
            await outbox.tell(session, Seals(keyring), partner, name, {"claim": "c1"}, clock())
            await (session.rollback() if roll_back else session.commit())

    return one


async def deliveries(api: httpx.AsyncClient) -> list[dict[str, object]]:
    return (await api.get(f"{PARTNERS}/books/deliveries")).json()


async def test_it_is_signed_for_the_independent_library_and_both_secrets(
    api: httpx.AsyncClient, sender: Sender, shop: Shop, tell: Callable[..., object], clock: Clock
) -> None:
    following = await new_secret(api, "books", "out")
    await tell()
    assert await sender.send_due() == 1
    headers, body = shop.got[0]
    wire = Webhook(following)
    wire._Webhook__verify_timestamp = lambda stamp: clock.now  # the world of this test has its own clock
    assert wire.verify(body, headers)["type"] == "offer.accepted"
    assert headers["webhook-signature"].count("v1,") == 2
    assert headers["host"] == "hooks.books.example"
    assert (await deliveries(api))[0]["state"] == "delivered"
    assert await sender.send_due() == 0


async def test_what_is_rolled_back_is_not_told(sender: Sender, tell: Callable[..., object]) -> None:
    await tell(roll_back=True)
    assert await sender.send_due() == 0


async def test_it_is_tried_for_three_days_under_one_id_and_then_given_up(
    api: httpx.AsyncClient, sender: Sender, shop: Shop, tell: Callable[..., object], clock: Clock
) -> None:
    shop.status = 500
    await tell()
    began = clock.now
    while (await deliveries(api))[0]["state"] == "waiting":
        await sender.send_due()
        clock.pass_by(hours=1)
    assert clock.now - began <= timedelta(days=3, hours=1)
    assert 10 <= len(shop.got) <= 20
    assert len({(headers["webhook-id"], body) for headers, body in shop.got}) == 1
    assert (await deliveries(api))[0]["state"] == "given_up"


async def test_a_given_up_one_is_replayed_under_its_own_id(
    api: httpx.AsyncClient, sender: Sender, shop: Shop, tell: Callable[..., object], clock: Clock
) -> None:
    await tell()
    await sender.send_due()
    [told] = await deliveries(api)
    again = await api.post(f"{PARTNERS}/books/deliveries/{told['delivery_id']}/replay")
    assert again.json()["state"] == "waiting"
    await sender.send_due()
    assert len(shop.got) == 2
    assert shop.got[0][0]["webhook-id"] == shop.got[1][0]["webhook-id"]


async def test_410_stops_everything_until_staff_set_an_address(
    api: httpx.AsyncClient, sender: Sender, shop: Shop, tell: Callable[..., object]
) -> None:
    shop.status = 410
    await tell()
    await sender.send_due()
    await tell()
    assert await sender.send_due() == 0
    assert [one["state"] for one in await deliveries(api)] == ["stopped", "stopped"]
    path = f"{PARTNERS}/books/deliveries/{(await deliveries(api))[0]['delivery_id']}/replay"
    assert (await api.post(path)).json()["code"] == "cannot_replay"
    await api.put(f"{PARTNERS}/books", json={"name": "Books", "out_url": URL})
    shop.status = 204
    assert (await api.post(path)).status_code == 200
    assert await sender.send_due() == 1


async def test_a_redirect_is_not_followed(
    api: httpx.AsyncClient, sender: Sender, shop: Shop, tell: Callable[..., object]
) -> None:
    shop.status, shop.headers = 307, {"location": "https://hooks.books.example/other"}
    await tell()
    await sender.send_due()
    assert len(shop.got) == 1
    assert (await deliveries(api))[0] | {"state": "waiting", "told": "HTTP 307"} == (await deliveries(api))[0]


async def test_a_name_that_moves_inside_gets_nothing(
    api: httpx.AsyncClient, sender: Sender, shop: Shop, tell: Callable[..., object], found: list[str]
) -> None:
    found[:] = ["10.0.0.7"]
    await tell()
    await sender.send_due()
    assert shop.got == []
    assert "private network" in str((await deliveries(api))[0]["told"])


async def test_without_a_secret_nothing_goes_out(
    api: httpx.AsyncClient, sender: Sender, shop: Shop, tell: Callable[..., object]
) -> None:
    [secret] = await secret_ids(api, "books", "out")
    await api.delete(f"{PARTNERS}/books/secrets/{secret}")
    await tell()
    await sender.send_due()
    assert (shop.got, (await deliveries(api))[0]["state"]) == ([], "stopped")


def test_the_pauses_grow_and_have_a_tenth_of_chance_in_them(clock: Clock) -> None:
    pauses = []
    for tries in range(1, 12):
        row = PartnerDelivery(tries=tries, since=clock.now, state="waiting")
        outbox.again(row, "HTTP 500", clock.now, chance=lambda: 1.0)
        pauses.append((row.next_at - clock.now).total_seconds())
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (pytest.approx(5.5), pytest.approx(47_520))
