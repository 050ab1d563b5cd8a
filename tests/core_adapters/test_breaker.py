"""The life of a breaker by an injected clock, and a service that is left alone, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from prometheus_client import REGISTRY

from core_adapters.breaker import ILL_MAX, PAUSE_S, SLOW_S, WINDOW_S, Breaker, CanRest, Resting, let_through
from core_adapters.failures import BankFailure, Declined, TurnedAway, Unavailable, Unclear
from core_adapters.http import Service, client
from core_adapters.logins import BearerLogin

OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"
DOWN = OK.replace(b"200 OK", b"503 Service Unavailable")
NO = OK.replace(b"200 OK", b"422 No").replace(b": 2\r", b": 15\r").replace(b"{}", b'{"code": "bad"}')
AWAKE = {
    "a no": (NO, Declined),
    "a login refused": (OK.replace(b"200 OK", b"401 Unauthorized"), TurnedAway),
    "too many": (OK.replace(b"200 OK", b"429 Slow Down"), TurnedAway),
    "no JSON": (OK.replace(b"{}", b"[]"), Unclear),
    "busy with it": (OK.replace(b"200 OK", b"409 Conflict"), Unclear),
}
ILL = {"503": (DOWN, Unclear), "cut": (b"", Unclear), "half": (OK[:-2], Unclear), "nonsense": (b"?\r\n\r\n", Unclear)}


@dataclass
class Time:
    """Stands still unless told."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Core:
    """A service that says these bytes; ``calls`` counts requests, ``hold`` keeps the answers back."""

    service: Service
    time: Time
    said: bytes = OK
    calls: int = 0
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    async def fall_ill(self) -> None:
        self.said = DOWN
        for _ in range(ILL_MAX):
            with suppress(Unclear):
                await self.once()
        self.calls = 0

    async def under_way(self) -> asyncio.Task[None]:
        """A call whose request the service has, and whose answer it holds back."""
        self.hold.clear()
        while not self.arrived.empty():
            self.arrived.get_nowait()
        call = asyncio.create_task(self.once())
        await asyncio.wait_for(self.arrived.get(), 10)
        return call

    async def once(self) -> None:
        await self.service.order("POST", "/x", {})


@pytest.fixture
async def core() -> AsyncIterator[Core]:
    async with serving() as made:
        yield made


@asynccontextmanager
async def serving() -> AsyncIterator[Core]:
    answering: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.current_task())
        await reader.readuntil(b"\r\n\r\n")
        made.calls += 1
        made.arrived.put_nowait(None)
        await made.hold.wait()
        writer.write(made.said)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, client() as http:
        time = Time()
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        made = Core(Service(http, url, BearerLogin("secret"), Breaker(clock=time)), time)
        made.hold.set()
        yield made
        made.hold.set()
        await asyncio.gather(*(task for task in answering if task))


async def rests(core: Core) -> bool:
    before = core.calls
    try:
        await core.once()
    except Resting:
        assert core.calls == before, "nothing may be sent to a service that rests"
        return True
    except BankFailure:
        return False
    return False


@pytest.mark.parametrize("kind", ILL)
async def test_after_some_failures_a_service_is_left_alone_and_a_time_is_told(core: Core, kind: str) -> None:
    core.said, failure = ILL[kind]
    for _ in range(ILL_MAX):
        with pytest.raises(failure):
            await core.once()
    with pytest.raises(Unavailable, match=r"rests for another 10\.0 s") as raised:
        await core.once()
    assert isinstance(raised.value, Resting)
    assert raised.value.seconds == PAUSE_S
    assert core.calls == ILL_MAX


@pytest.mark.parametrize("kind", AWAKE)
async def test_a_service_that_says_no_is_awake(core: Core, kind: str) -> None:
    core.said, failure = AWAKE[kind]
    for _ in range(3 * ILL_MAX):
        with pytest.raises(failure):
            await core.once()
    assert core.calls == 3 * ILL_MAX


@pytest.mark.parametrize(("turns", "illness"), [([OK, OK, DOWN], False), ([OK, DOWN], True)], ids=["third", "half"])
async def test_it_takes_half_of_the_calls_to_be_ill(core: Core, turns: list[bytes], illness: bool) -> None:
    for said in turns * 3 * ILL_MAX:
        core.said = said
        with suppress(Unclear, Resting):
            await core.once()
    assert await rests(core) is illness


async def test_failures_that_lie_far_apart_are_no_illness(core: Core) -> None:
    core.said = DOWN
    for _ in range(3 * ILL_MAX):
        assert not await rests(core)
        core.time.now += WINDOW_S / (ILL_MAX - 1)


async def test_nobody_at_the_address_counts_as_ill() -> None:
    async with client() as http:
        service = Service(http, "http://127.0.0.1:9", BearerLogin("secret"), Breaker(clock=Time()))
        for _ in range(ILL_MAX):
            with pytest.raises(Unavailable, match="ConnectError"):
                await service.order("POST", "/x", {})
        with pytest.raises(Resting):
            await service.order("POST", "/x", {})


async def test_who_gives_up_on_a_silence_counts_and_who_leaves_at_once_does_not(core: Core) -> None:
    for waited_s, illness in ((0.0, False), (SLOW_S, True)):
        for _ in range(ILL_MAX):
            call = await core.under_way()
            core.time.now += waited_s
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
        assert (core.service.rest_s() > 0) is illness


async def test_after_the_pause_one_call_finds_out_and_the_others_are_spared(core: Core) -> None:
    await core.fall_ill()
    core.time.now += PAUSE_S - 1
    assert await rests(core)
    core.time.now += 1
    core.said = OK
    trial = await core.under_way()
    assert [await rests(core) for _ in range(5)] == [True] * 5
    core.hold.set()
    await trial
    assert [await rests(core) for _ in range(5)] == [False] * 5
    assert core.calls == 6


async def test_a_trial_that_goes_ill_means_another_pause(core: Core) -> None:
    await core.fall_ill()
    core.time.now += PAUSE_S
    assert not await rests(core)
    assert core.calls == 1
    assert await rests(core)
    core.time.now += PAUSE_S
    core.said = NO
    assert not await rests(core)
    assert not await rests(core)


async def test_a_trial_that_is_cancelled_leaves_its_place_to_the_next(core: Core) -> None:
    await core.fall_ill()
    core.time.now += PAUSE_S
    trial = await core.under_way()
    trial.cancel()
    await asyncio.gather(trial, return_exceptions=True)
    core.hold.set()
    assert not await rests(core)


async def test_an_enquiry_is_let_through_and_its_answer_ends_the_rest(core: Core) -> None:
    await core.fall_ill()
    with let_through(), pytest.raises(Unclear):
        await core.service.ask("/x")
    assert core.calls == 2
    assert await rests(core)
    core.said = OK
    with let_through():
        await core.service.ask("/x")
    assert not await rests(core)


async def test_a_question_to_a_service_that_rests_is_not_put_twice(core: Core) -> None:
    await core.fall_ill()
    with pytest.raises(Resting):
        await core.service.ask("/x")
    assert core.calls == 0


async def test_an_answer_from_before_the_rest_is_old_news(core: Core) -> None:
    early = await core.under_way()
    breaker = core.service.breaker
    for _ in range(ILL_MAX):
        with breaker.call() as call:
            call.health = "ill"
    core.hold.set()
    await early
    assert await rests(core)


async def test_orders_that_wait_are_sent_one_at_a_time_until_one_has_found_out(core: Core) -> None:
    assert isinstance(core.service, CanRest)
    assert core.service.rest_s() == 0
    await core.fall_ill()
    assert core.service.rest_s() == PAUSE_S
    core.time.now += PAUSE_S
    assert [core.service.rest_s() for _ in range(3)] == [0.0, SLOW_S, SLOW_S]
    core.time.now += SLOW_S
    assert core.service.rest_s() == 0
    core.said = OK
    await core.once()
    assert [core.service.rest_s() for _ in range(3)] == [0.0] * 3


async def test_a_clock_that_is_set_back_does_not_make_the_rest_longer(core: Core) -> None:
    await core.fall_ill()
    core.time.now -= 3600
    assert core.service.rest_s() == PAUSE_S
    core.time.now += PAUSE_S
    assert not await rests(core)


async def test_a_rest_shows_in_the_metrics_under_the_address_without_its_login() -> None:
    async with client() as http:
        service = Service(http, "http://name:secret@127.0.0.1:9", BearerLogin("secret"), Breaker(clock=Time()))
        for _ in range(ILL_MAX):
            with pytest.raises(Unavailable):
                await service.order("POST", "/x", {})
        with pytest.raises(Resting) as raised:
            await service.order("POST", "/x", {})
    assert "secret" not in str(raised.value)
    labels = {"service": "127.0.0.1:9"}
    assert REGISTRY.get_sample_value("teller_service_resting", labels) == 1
    assert REGISTRY.get_sample_value("teller_calls_spared_total", labels) >= 1
