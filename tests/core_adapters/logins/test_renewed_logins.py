"""A token that is fetched, shared, renewed and replaced, over real sockets, by an injected clock."""

import asyncio

import httpx
import pytest
from logins_world import SECRET, Core, Endpoint, Time, core_served, endpoint_served, service, told

from core_adapters.breaker import ILL_MAX, Resting
from core_adapters.failures import TurnedAway, Unavailable
from core_adapters.logins import ExpiringToken, TokenShape

MANY = 90  # as many as have a connection of their own, so that none waits for another's
SHAPE = TokenShape(name="login", password="word", token="token", seconds="ttl.seconds")


@pytest.fixture
async def core():
    async with core_served() as made:
        yield made


@pytest.fixture
async def endpoint():
    async with endpoint_served() as made:
        yield made


@pytest.fixture
def time():
    return Time()


def login_at(endpoint: Endpoint, time: Time, shape: TokenShape = SHAPE) -> ExpiringToken:
    return ExpiringToken(f"{endpoint.url}/token", "teller", SECRET, shape, time)


@pytest.fixture
async def bank(core: Core, endpoint: Endpoint, time: Time):
    async with service(core, login_at(endpoint, time)) as made:
        yield made


async def test_a_name_and_a_password_become_a_token_that_goes_with_each_request(bank, core, endpoint):
    await bank.ask("/cards")
    await bank.order("POST", "/order", {})
    assert core.seen == ["token-1", "token-1"]
    assert endpoint.asked == [{"login": "teller", "word": SECRET}]


async def test_the_shape_may_be_a_form_and_another_scheme(core, endpoint, time):
    shape = TokenShape("user", "pass", "token", "ttl.seconds", "form", "Token")
    async with httpx.AsyncClient(auth=login_at(endpoint, time, shape), trust_env=False) as http:
        answer = await http.get(core.url)
    assert answer.request.headers["authorization"] == "Token token-1"
    assert endpoint.asked == [{"user": "teller", "pass": SECRET}]


async def test_many_requests_at_once_make_one_token_call(bank, core, endpoint):
    endpoint.open.clear()
    waiting = [asyncio.create_task(bank.ask("/cards")) for _ in range(MANY)]
    await endpoint.arrived.wait()
    endpoint.open.set()
    await asyncio.gather(*waiting)
    assert (endpoint.calls, core.seen) == (1, ["token-1"] * MANY)


async def test_who_is_cancelled_while_waiting_does_not_take_the_token_from_the_others(bank, endpoint):
    endpoint.open.clear()
    first, second = (asyncio.create_task(bank.ask("/cards")) for _ in range(2))
    await endpoint.arrived.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    endpoint.open.set()
    assert (await second).status == 200
    assert endpoint.calls == 1


async def test_from_four_fifths_of_its_life_a_token_is_renewed_while_it_still_serves(bank, core, endpoint, time):
    await bank.ask("/cards")
    time.now += 79
    await bank.ask("/cards")
    assert endpoint.calls == 1
    time.now += 1
    endpoint.open.clear()
    endpoint.arrived.clear()
    await asyncio.gather(*(bank.ask("/cards") for _ in range(20)))
    await asyncio.wait_for(endpoint.arrived.wait(), 10)
    assert core.seen == ["token-1"] * 22
    endpoint.open.set()
    async with asyncio.timeout(10):
        while core.seen[-1] != "token-2":
            await bank.ask("/cards")
    assert endpoint.calls == 2


async def test_a_token_at_its_end_is_waited_for(bank, core, endpoint, time):
    await bank.ask("/cards")
    time.now += 95
    await bank.ask("/cards")
    assert core.seen == ["token-1", "token-2"]


async def test_a_token_endpoint_that_fails_leaves_the_old_token_in_use_to_its_end(bank, core, endpoint, time):
    await bank.ask("/cards")
    endpoint.status = 500
    for later_s in (80, 14):
        time.now += later_s
        endpoint.arrived.clear()
        await bank.ask("/cards")
        await asyncio.wait_for(endpoint.arrived.wait(), 10)
    assert core.seen == ["token-1"] * 3
    time.now += 1
    with pytest.raises(Unavailable):
        await bank.order("POST", "/order", {})
    assert core.orders == 0


FAILING = {
    "down": (503, b"{}"),
    "wrong password": (401, b'{"error": "hush-hush-hush is wrong"}'),
    "moved": (302, b"{}"),
    "no JSON": (200, b"<html>hush-hush-hush</html>"),
    "a list": (200, b"[1]"),
    "no token": (200, b'{"ttl": {"seconds": 5}}'),
    "a token with a line's end": (200, b'{"token": "a\\r\\nx: hush-hush-hush", "ttl": {"seconds": 5}}'),
    "an empty token": (200, b'{"token": "", "ttl": {"seconds": 5}}'),
    "no life": (200, b'{"token": "hush-hush-hush", "ttl": {"seconds": 0}}'),
    "a life that is text": (200, b'{"token": "hush-hush-hush", "ttl": {"seconds": "5"}}'),
    "a life that is yes": (200, b'{"token": "hush-hush-hush", "ttl": {"seconds": true}}'),
    "too deep": (200, b'{"token":' + b"[" * 30_000),
    "too large": (200, b'{"token": "' + b"h" * 100_000 + b'", "ttl": {"seconds": 5}}'),
}


@pytest.mark.parametrize("kind", FAILING)
async def test_without_a_token_nothing_is_sent_and_nothing_secret_is_said(bank, core, endpoint, kind):
    endpoint.status, endpoint.said = FAILING[kind]
    with pytest.raises(Unavailable) as raised:
        await bank.order("POST", "/order", {})
    assert type(raised.value) is Unavailable
    assert core.seen == []
    assert SECRET not in told(raised.value)


async def test_a_token_endpoint_that_is_away_is_unavailable(core, endpoint, time):
    login = ExpiringToken("http://127.0.0.1:9/token", "teller", SECRET, SHAPE, time)
    async with service(core, login) as bank:
        with pytest.raises(Unavailable, match="ConnectError") as raised:
            await bank.order("POST", "/order", {})
    assert SECRET not in told(raised.value)
    assert core.seen == []


async def test_a_token_endpoint_that_is_silent_is_given_up(core, endpoint, time, monkeypatch):
    monkeypatch.setattr("core_adapters.logins.fresh.ASK_S_MAX", 0.05)
    endpoint.open.clear()
    async with service(core, login_at(endpoint, time)) as bank:
        with pytest.raises(Unavailable, match="TimeoutError"):
            await bank.order("POST", "/order", {})
    assert core.seen == []


async def test_after_a_failure_the_endpoint_is_left_alone_for_a_moment(bank, core, endpoint, time):
    endpoint.status = 401
    for _ in range(3):
        with pytest.raises(Unavailable):
            await bank.order("POST", "/order", {})
    assert endpoint.calls == 1
    endpoint.status = 200
    time.now += 2
    await bank.order("POST", "/order", {})
    assert (endpoint.calls, core.seen) == (2, ["token-2"])


async def test_a_core_whose_tokens_cannot_be_had_is_left_alone_as_an_ill_one(bank, endpoint):
    endpoint.status = 500
    for _ in range(ILL_MAX):
        with pytest.raises(Unavailable):
            await bank.order("POST", "/order", {})
    with pytest.raises(Resting):
        await bank.order("POST", "/order", {})


@pytest.mark.parametrize("ask", ["ask", "ask_with"])
async def test_a_question_whose_token_is_refused_is_put_again_with_another(bank, core, endpoint, time, ask):
    await bank.ask("/cards")
    core.good = {"token-2"}
    time.now += 5
    reply = await (bank.ask("/cards") if ask == "ask" else bank.ask_with("/quotes", {}))
    assert reply.status == 200
    assert core.seen == ["token-1", "token-1", "token-2"]


async def test_an_order_whose_token_is_refused_is_not_repeated_and_the_next_has_another(bank, core, endpoint, time):
    await bank.ask("/cards")
    core.good = {"token-2"}
    time.now += 5
    with pytest.raises(TurnedAway):
        await bank.order("POST", "/order", {})
    assert (core.orders, endpoint.calls) == (1, 1)
    await bank.order("POST", "/order", {})
    assert core.seen == ["token-1", "token-1", "token-2"]


async def test_a_request_that_does_not_say_what_it_is_counts_as_an_order(core, endpoint, time):
    core.good = set()
    async with httpx.AsyncClient(auth=login_at(endpoint, time), trust_env=False) as http:
        time.now += 5
        assert (await http.get(core.url)).status_code == 401
    assert len(core.seen) == 1


async def test_many_questions_refused_at_once_fetch_one_token(bank, core, endpoint, time):
    await bank.ask("/cards")
    core.good = {"token-2"}
    time.now += 5
    await asyncio.gather(*(bank.ask("/cards") for _ in range(50)))
    assert endpoint.calls == 2
    assert core.seen.count("token-2") == 50


async def test_a_core_that_refuses_every_token_is_not_answered_with_more_of_them(bank, core, endpoint, time):
    core.good = set()
    for _ in range(10):
        with pytest.raises(TurnedAway):
            await bank.ask("/cards")
    assert endpoint.calls == 1
    time.now += 5
    with pytest.raises(TurnedAway):
        await bank.ask("/cards")
    assert endpoint.calls == 2


async def test_if_the_new_token_cannot_be_had_in_the_middle_a_question_is_unavailable(bank, core, endpoint, time):
    await bank.ask("/cards")
    core.good, endpoint.status = set(), 500
    time.now += 5
    with pytest.raises(Unavailable) as raised:
        await bank.ask("/cards")
    assert "token-1" not in told(raised.value)


async def test_a_promise_of_years_is_not_believed(bank, core, endpoint, time):
    endpoint.life_s = 10**9
    await bank.ask("/cards")
    time.now += 86_400
    await bank.ask("/cards")
    assert core.seen == ["token-1", "token-2"]


async def test_nothing_secret_shows(bank, core, endpoint, time):
    await bank.ask("/cards")
    login = bank.login
    shown = f"{bank!r} {login!r} {login._fresh!r} {login._fresh._held!r}"
    assert SECRET not in shown
    assert "token-1" not in shown


def test_a_client_that_cannot_wait_is_told_so():
    login = ExpiringToken("http://127.0.0.1:9/token", "teller", SECRET)
    with httpx.Client(auth=login, trust_env=False) as http, pytest.raises(RuntimeError, match="AsyncClient"):
        http.get("http://127.0.0.1:9")
