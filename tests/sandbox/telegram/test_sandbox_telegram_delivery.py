"""Updates reach a bot once, in order, through failures and restarts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from phones_world import BOT, World, a_world, served
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass
class Receiver:
    """A bot's webhook that refuses the first few, and may answer with a call."""

    refuse: int = 0
    answer: dict[str, Any] | None = None
    hold: asyncio.Event | None = None
    seen: list[tuple[str | None, dict[str, Any]]] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most_at_once: int = 0

    async def take(self, request: Request) -> Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        body = await request.json()
        self.seen.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), body))
        self.came.set()
        if self.hold:
            await self.hold.wait()
        self.at_once -= 1
        if self.refuse:
            self.refuse -= 1
            return Response(status_code=503)
        return JSONResponse(self.answer) if self.answer else Response()

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.seen) < count:
                self.came.clear()
                await self.came.wait()

    def texts(self) -> list[str]:
        return [body["message"]["text"] for _, body in self.seen]


@asynccontextmanager
async def received(receiver: Receiver) -> AsyncIterator[str]:
    async with served(Starlette(routes=[Route("/hook", receiver.take, methods=["POST"])])) as root:
        yield f"{root}/hook"


async def settled(world: World) -> dict[str, Any]:
    """What getWebhookInfo says once nothing is pending."""
    async with asyncio.timeout(10):
        while (info := (await world.call("getWebhookInfo"))["result"])["pending_update_count"]:  # noqa: ASYNC110 seen only from outside
            await asyncio.sleep(0.01)
    found: dict[str, Any] = info
    return found


async def test_a_webhook_gets_updates_in_order_with_its_secret(world: World, anna: int) -> None:
    receiver = Receiver()
    async with received(receiver) as url:
        assert (await world.call("setWebhook", url=url, secret_token="S3cr3t_-1"))["ok"]
        for text in ("one", "two", "three"):
            await world.say(anna, text=text)
        await receiver.wait_for(3)
        await settled(world)
    assert receiver.texts() == ["one", "two", "three"]
    assert {secret for secret, _ in receiver.seen} == {"S3cr3t_-1"}
    numbers = [body["update_id"] for _, body in receiver.seen]
    assert numbers == sorted(set(numbers))
    assert {message["ticks"] for message in (await world.history(anna))["messages"]} == {2}


async def test_a_refused_update_comes_again_before_the_next_one(world: World, anna: int) -> None:
    receiver = Receiver(refuse=2)
    async with received(receiver) as url:
        await world.call("setWebhook", url=url)
        await world.say(anna, text="one")
        await world.say(anna, text="two")
        await receiver.wait_for(1)
        async with asyncio.timeout(10):
            while len(receiver.seen) < 4:
                world.clock.ahead_s += 1  # the pauses grow; the clock of the test makes them pass
                world.telegram.platform.arrival(BOT).set()
                await asyncio.sleep(0.01)
        info = await settled(world)
    assert receiver.texts() == ["one", "one", "one", "two"]
    assert info["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"


async def test_what_was_not_delivered_waits_over_a_restart(tmp_path: Path) -> None:
    async with a_world(tmp_path) as before:
        await before.call("setWebhook", url="http://127.0.0.1:9/nobody-home", secret_token="s")
        person = await before.person()
        await before.say(person, text="are you there?")
    receiver = Receiver()
    async with a_world(tmp_path) as after, received(receiver) as url:
        assert [message["text"] for message in (await after.history(person))["messages"]] == ["are you there?"]
        await after.call("setWebhook", url=url)
        await receiver.wait_for(1)
    assert receiver.texts() == ["are you there?"]


async def test_a_webhook_may_answer_with_a_call(world: World, anna: int) -> None:
    receiver = Receiver(answer={"method": "sendMessage", "chat_id": anna, "text": "in the answer"})
    async with received(receiver) as url, asyncio.timeout(10):
        await world.call("setWebhook", url=url)
        with world.phones.hub.listen(anna) as screen:
            await world.say(anna, text="hello")
            while (await screen.get()).get("bubble", {}).get("text") != "in the answer":
                pass


async def test_people_are_served_side_by_side_up_to_max_connections_and_each_in_order(world: World, anna: int) -> None:
    others = [await world.person(f"+38050111223{n}", f"Person {n}") for n in range(4, 9)]
    receiver = Receiver(hold=asyncio.Event())
    async with received(receiver) as url:
        await world.call("setWebhook", url=url, max_connections=3)
        for person in [anna, *others]:
            await world.say(person, text="first")
            await world.say(person, text="second")
        await receiver.wait_for(3)
        assert receiver.hold is not None
        receiver.hold.set()
        await receiver.wait_for(12)
        await settled(world)
    assert receiver.most_at_once == 3
    for person in [anna, *others]:
        mine = [body["message"]["text"] for _, body in receiver.seen if body["message"]["chat"]["id"] == person]
        assert mine == ["first", "second"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"url": "http://127.0.0.1/x", "secret_token": "не-ascii"}, "secret token contains unallowed characters"),
        ({"url": "http://127.0.0.1/x", "secret_token": "a" * 257}, "secret token is too long"),
        ({"url": "ftp://127.0.0.1/x"}, "An HTTPS URL must be provided for webhook"),
    ],
)
async def test_a_webhook_that_cannot_work_is_refused(world: World, arguments: dict[str, str], words: str) -> None:
    assert words in (await world.call("setWebhook", **arguments))["description"]


async def test_a_webhook_says_what_it_wants_and_can_forget_the_rest(world: World, anna: int) -> None:
    await world.say(anna, text="dropped")
    url = "http://127.0.0.1:9/x"
    await world.call("setWebhook", url=url, allowed_updates=["callback_query"], drop_pending_updates=True)
    await world.say(anna, text="not wanted")
    info = (await world.call("getWebhookInfo"))["result"]
    assert (info["pending_update_count"], info["allowed_updates"]) == (0, ["callback_query"])


async def test_polling_is_for_one_and_not_beside_a_webhook(world: World, anna: int) -> None:
    pollers = {asyncio.create_task(world.call("getUpdates", timeout=10)) for _ in range(2)}
    (ended,), (waiting,) = await asyncio.wait(pollers, return_when=asyncio.FIRST_COMPLETED)
    assert (ended.result()["error_code"], ended.result()["description"][:9]) == (409, "Conflict:")
    await world.say(anna, text="hello")
    assert (await waiting)["result"][0]["message"]["text"] == "hello"
    await world.call("setWebhook", url="http://127.0.0.1:9/x")
    assert (await world.call("getUpdates"))["error_code"] == 409
    await world.call("deleteWebhook")
    assert len(await world.updates()) == 1


async def test_an_offset_confirms_and_a_negative_one_keeps_the_last(world: World, anna: int) -> None:
    for text in ("one", "two", "three"):
        await world.say(anna, text=text)
    first = (await world.updates())[0]["update_id"]
    rest = await world.updates(offset=first + 1)
    assert [update["message"]["text"] for update in rest] == ["two", "three"]
    assert [update["message"]["text"] for update in await world.updates(offset=-1)] == ["three"]
