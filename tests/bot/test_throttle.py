"""Guessing is slowed down by address, and nobody who is let in notices."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.throttle import ADDRESSES_MAX, Throttle

A_MINUTE = 30


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> Throttle:
    async def answer(request: Request) -> Response:
        return Response(status_code=int(request.path_params["status"]))

    return Throttle(Starlette(routes=[Route("/{path:path}/{status}", answer)]), A_MINUTE, clock)


async def ask(throttle: Throttle, path: str, count: int = 1, address: str = "198.51.100.7") -> list[int]:
    transport = httpx.ASGITransport(throttle, client=(address, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://teller") as client:
        return [(await client.get(path)).status_code for _ in range(count)]


@pytest.mark.parametrize("refusal", [401, 403, 404])
async def test_who_is_refused_too_often_has_to_wait_and_hears_how_long(
    throttle: Throttle, clock: Clock, refusal: int
) -> None:
    assert await ask(throttle, f"/api/v1/{refusal}", A_MINUTE) == [refusal] * A_MINUTE
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(throttle, client=("198.51.100.7", 1)), base_url="http://teller"
    ) as client:
        answer = await client.get("/api/v1/200")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert answer.json()["code"] == "too_many_refusals"
    clock.now += 2
    assert await ask(throttle, f"/api/v1/{refusal}", 2) == [refusal, 429]
    clock.now += 60
    assert await ask(throttle, f"/api/v1/{refusal}", A_MINUTE + 1) == [refusal] * A_MINUTE + [429]


async def test_what_is_let_in_is_not_counted(throttle: Throttle) -> None:
    assert set(await ask(throttle, "/api/v1/200", 10 * A_MINUTE)) == {200}
    assert set(await ask(throttle, "/api/v1/422", 10 * A_MINUTE)) == {422}
    assert await ask(throttle, "/api/v1/401") == [401]


async def test_another_address_is_another_caller_and_a_network_of_ipv6_is_one(throttle: Throttle) -> None:
    await ask(throttle, "/api/v1/401", A_MINUTE)
    assert await ask(throttle, "/api/v1/401", address="198.51.100.8") == [401]
    await ask(throttle, "/api/v1/401", A_MINUTE, address="2001:db8:1:2:3::4")
    assert await ask(throttle, "/api/v1/401", address="2001:db8:1:2:ffff::9") == [429]
    assert await ask(throttle, "/api/v1/401", address="2001:db8:1:3:3::4") == [401]


async def test_a_messengers_webhooks_are_never_told_to_wait(throttle: Throttle) -> None:
    assert set(await ask(throttle, "/webhooks/401", 2 * A_MINUTE)) == {401}


async def test_nothing_is_counted_where_the_limit_is_nought(clock: Clock, throttle: Throttle) -> None:
    assert set(await ask(Throttle(throttle._app, 0, clock), "/api/v1/401", 2 * A_MINUTE)) == {401}


async def test_what_is_remembered_is_bounded(throttle: Throttle) -> None:
    for number in range(ADDRESSES_MAX + 5):
        throttle._count(f"a{number}")
    assert len(throttle._full_at) == ADDRESSES_MAX
