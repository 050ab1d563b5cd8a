"""News reaches the business signed, through failures and restarts; disorder comes on demand."""

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from whatsapp_sandbox_world import APP, NUMBER, SECRET, TOKEN, WA_ID, World, a_world


async def test_every_webhook_is_signed_over_its_bytes_and_names_the_number(world: World, anna: int) -> None:
    await world.say(anna, text="Привіт / 😀")
    message = await world.business.message("text")
    assert world.business.signed()
    body = world.business.bodies[-1][1]
    assert body.isascii()
    assert b"\\/" in body  # so that a body written again has another signature
    assert json.dumps(json.loads(body)).encode() != body
    value = world.business.values()[-1]
    assert json.loads(body)["object"] == "whatsapp_business_account"
    assert value["metadata"]["phone_number_id"] == NUMBER
    assert value["contacts"][0]["profile"] == {"name": "Anna Koval"}
    assert value["contacts"][0]["wa_id"] == message["from"] == WA_ID
    assert message["text"] == {"body": "Привіт / 😀"}
    assert message["id"].startswith("wamid.")


@pytest.mark.parametrize(
    ("change", "token", "code", "words"),
    [
        ({"verify_token": "wrong"}, f"{APP}|{SECRET}", 2200, "HTTP Status Code = 403"),
        ({"verify_token": ""}, f"{APP}|{SECRET}", 100, "verify_token"),
        ({"callback_url": "http://127.0.0.1:9/x"}, f"{APP}|{SECRET}", 2200, "Connection failed"),
        ({"callback_url": "nowhere"}, f"{APP}|{SECRET}", 100, "callback_url"),
        ({"object": "horoscope"}, f"{APP}|{SECRET}", 100, "WHATSAPP_BUSINESS_ACCOUNT"),
        ({"fields": "messages,horoscope"}, f"{APP}|{SECRET}", 100, "horoscope"),
        ({}, f"1|{SECRET}", 15, "app access_token"),
        ({}, TOKEN, 15, "app access_token"),
    ],
)
async def test_a_subscription_that_cannot_work_is_refused(
    world: World, change: dict[str, str], token: str, code: int, words: str
) -> None:
    body = {"object": "whatsapp_business_account", "callback_url": world.hook, "verify_token": "verify-token-of-tests"}
    answer = await world.graph_call(f"{APP}/subscriptions", body | {"fields": "messages"} | change, token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert words in answer.json()["error"]["message"]


async def test_a_handshake_gives_the_challenge_back_and_nothing_else(world: World) -> None:
    for garbled in ('"{}"', "{}\n", "ok"):
        world.business.echo = garbled
        answer = await world.subscribe()
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 2200)
        assert "does not match challenge" in answer.json()["error"]["message"]


async def test_an_app_sees_its_subscriptions_without_the_secret_and_may_leave(world: World, anna: int) -> None:
    token = f"{APP}|{SECRET}"
    listed = await world.graph_call(f"{APP}/subscriptions", token=token, verb="GET")
    (one,) = listed.json()["data"]
    assert (one["object"], one["callback_url"], one["active"]) == ("whatsapp_business_account", world.hook, True)
    assert SECRET not in listed.text
    left = await world.graph_call(f"{APP}/subscriptions", token=token, verb="DELETE")
    assert left.json() == {"success": True}
    await world.say(anna, text="anybody?")
    assert world.face.platform.graph.pending() == 0
    given = await world.http.get(f"{world.graph}/oauth/access_token?client_id={APP}&client_secret={SECRET}")
    assert given.json()["access_token"] == token


async def test_news_that_is_not_answered_200_comes_again_with_growing_pauses(world: World, anna: int) -> None:
    world.business.refuse = 3
    await world.say(anna, text="one")
    waited: list[float] = []
    for tries in range(1, 4):
        await world.business.until(partial(_tried, world, tries))
        async with asyncio.timeout(10):
            while not (due := _pauses(world, tries)):  # noqa: ASYNC110 seen only in the state
                await asyncio.sleep(0.001)
        waited.append(round(due[0], 3))
        world.clock.ahead_s += due[0]
        world.face.platform.graph.look()
    await world.settled()
    assert waited == [0.01, 0.02, 0.04]
    assert [body for _, body in world.business.bodies] == [world.business.bodies[0][1]] * 4


async def test_news_of_one_person_leaves_in_order_beside_that_of_others(world: World, anna: int) -> None:
    bohdan = await world.person("+380671112233", "Bohdan")
    world.business.hold = asyncio.Event()
    for text in ("one", "two", "three"):
        await world.say(anna, text=text)
    await world.say(bohdan, text="besides")
    await world.business.until(lambda: len(world.business.bodies) == 2)
    assert {message["text"]["body"] for message in world.business.messages()} == {"one", "besides"}
    world.business.hold.set()
    await world.settled()
    texts = [message["text"]["body"] for message in world.business.messages() if message["from"] == WA_ID]
    assert texts == ["one", "two", "three"]


def _tried(world: World, times: int) -> bool:
    return len(world.business.bodies) >= times


def _pauses(world: World, tries: int) -> list[float]:
    """The pauses that news has before it which failed so many times."""
    rows = world.face.platform.database.execute("select due_at from graph_news where tries = ?", (tries,))
    return [row["due_at"] - world.clock() for row in rows]


async def test_what_was_not_delivered_waits_over_a_restart_for_the_new_callback(tmp_path: Path) -> None:
    async with a_world(tmp_path) as before:
        await before.subscribe()
        await before.graph_call(f"{NUMBER}?fields=id", verb="GET")
        before.business.refuse = 10_000
        person = await before.person()
        await before.say(person, text="are you there?")
        await before.business.until(lambda: before.business.bodies)
    async with a_world(tmp_path) as after:
        assert [message["text"] for message in (await after.history(person))["messages"]] == ["are you there?"]
        await after.subscribe()
        assert (await after.business.message("text"))["text"] == {"body": "are you there?"}


async def test_ticks_come_as_the_business_takes_and_reads(world: World, anna: int) -> None:
    await world.say(anna, text="one")
    message = await world.business.message("text")
    await world.settled()
    assert (await world.shown(anna))["ticks"] == 2
    with world.face.platform.hub.listen(anna) as screen:
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": message["id"]}
        answer = await world.graph_call(f"{NUMBER}/messages", body | {"typing_indicator": {"type": "text"}})
        assert answer.json() == {"success": True}
        heard = [screen.get_nowait() for _ in range(screen.qsize())]
    assert [event["kind"] for event in heard] == ["ticks", "ticks", "typing"]
    assert {each["ticks"] for each in (await world.history(anna))["messages"]} == {3}
    unknown = await world.graph_call(f"{NUMBER}/messages", body | {"message_id": "wamid.nobody"})
    assert unknown.json()["error"]["code"] == 131009


async def test_statuses_go_from_sent_to_delivered_and_to_read_once_the_chat_is_opened(world: World, anna: int) -> None:
    wamid = await world.sent("text", {"body": "x"})
    await world.business.until(lambda: "delivered" in world.business.states())
    assert world.business.states() == ["sent", "delivered"]
    await world.history(anna)
    await world.business.until(lambda: "read" in world.business.states())
    assert {status["id"] for status in world.business.statuses()} == {wamid}
    assert {status["recipient_id"] for status in world.business.statuses()} == {WA_ID}
    delivered = world.business.statuses()[1]
    assert delivered["pricing"]["category"] == delivered["conversation"]["origin"]["type"] == "service"


async def test_a_message_on_an_open_phone_is_read_at_once(world: World, anna: int) -> None:
    with world.face.platform.hub.listen(anna):
        await world.sent("text", {"body": "x"})
        await world.business.until(lambda: "read" in world.business.states())


async def test_webhooks_may_come_twice(world: World, anna: int) -> None:
    await world.fault(outcome="ok", webhooks={"count": 1, "duplicate": 2})
    await world.say(anna, text="one")
    await world.say(anna, text="two")
    await world.business.until(lambda: len(world.business.bodies) == 4)
    texts = [message["text"]["body"] for message in world.business.messages()]
    assert (texts.count("one"), texts.count("two")) == (3, 1)


async def test_webhooks_may_come_together(world: World, anna: int) -> None:
    bohdan = await world.person("+380671112233", "Bohdan")
    await world.fault(outcome="ok", webhooks={"count": 3, "batch": 3})
    await world.say(anna, text="one")
    await world.say(anna, text="two")
    assert world.business.bodies == []
    await world.say(bohdan, text="three")
    await world.business.until(lambda: world.business.bodies)
    (body,) = [json.loads(body) for _, body in world.business.bodies]
    found = [[message["text"]["body"] for message in _value(entry)["messages"]] for entry in body["entry"]]
    assert found == [["one", "two"], ["three"]]
    assert world.business.signed()


def _value(entry: dict[str, Any]) -> dict[str, Any]:
    value: dict[str, Any] = entry["changes"][0]["value"]
    return value


async def test_webhooks_may_come_out_of_order(world: World, anna: int) -> None:
    await world.fault(outcome="ok", webhooks={"count": 2, "shuffle": True})
    await world.sent("text", {"body": "x"})
    await world.business.until(lambda: len(world.business.statuses()) == 2)
    assert world.business.states() == ["delivered", "sent"]


async def test_webhooks_may_come_late(world: World, anna: int) -> None:
    await world.fault(outcome="ok", webhooks={"count": 1, "delay_s": 30})
    await world.say(anna, text="one")
    assert world.face.platform.graph.pending() == 1
    world.clock.ahead_s += 31
    world.face.platform.graph.look()
    assert (await world.business.message("text"))["text"] == {"body": "one"}
