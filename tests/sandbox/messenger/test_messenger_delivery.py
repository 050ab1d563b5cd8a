"""News reaches the app signed, in order, again after a refusal, and only where it was asked for."""

import asyncio

from messenger_world import APP, PAGE, SECRET, VERIFY, Anna, World, newcomer

# Every body that arrives is checked against X-Hub-Signature-256 by the webhook of messenger_world.


async def test_a_callback_must_give_the_challenge_back(world: World) -> None:
    """Webhooks: hub.mode, hub.verify_token and hub.challenge are sent; a wrong answer is error 2200."""
    about = {"object": "page", "callback_url": world.hook_url, "fields": "messages"}
    refused = await world.graph("POST", f"{APP}/subscriptions", f"{APP}|{SECRET}", verify_token="another", **about)
    assert refused.json()["error"]["code"] == 2200
    taken = await world.graph("POST", f"{APP}/subscriptions", f"{APP}|{SECRET}", verify_token=VERIFY, **about)
    assert taken.json() == {"success": True}


async def test_the_signature_is_that_of_the_newest_secret(world: World, anna: Anna) -> None:
    """X-Hub-Signature-256: a wrong one would fail the webhook of the tests and be tried again for ever."""
    await world.say(anna.id, text="слава / 😀")
    assert (await world.hook.next("message"))["message"]["text"] == "слава / 😀"
    assert not [body for body in world.hook.bodies if body["object"] != "page"]


async def test_a_refused_event_comes_again_after_growing_pauses(world: World, anna: Anna) -> None:
    """Webhooks: what is not answered with 200 is sent again, less and less often."""
    graph, seen = world.messenger.platform.graph, world.hook.bodies
    began, world.hook.refuse = len(seen), 3
    await world.say(anna.id, text="one")
    waited_s, came_after_s = 0.0, list[float]()
    async with asyncio.timeout(10):
        while len(came_after_s) < 4:
            if len(seen) > began + len(came_after_s):
                came_after_s.append(waited_s)
                waited_s = 0.0
            elif came_after_s:
                world.clock.ahead_s += 1
                waited_s += 1
                graph.look()
            await asyncio.sleep(0.01)
    assert {body["entry"][0]["messaging"][0]["message"]["text"] for body in seen[began:]} == {"one"}
    first, second, third, fourth = came_after_s
    assert first == 0
    assert 4 <= second < third < fourth
    async with asyncio.timeout(10):
        while graph.pending():  # noqa: ASYNC110 seen only from outside
            await asyncio.sleep(0.01)


async def test_events_of_one_person_come_in_order(world: World, anna: Anna) -> None:
    """messages: always sent in order."""
    for number in range(10):
        await world.say(anna.id, text=f"{number}")
    await world.hook.next("message", 10)
    assert [item["message"]["text"] for item in world.hook.of("message")] == [f"{n}" for n in range(10)]


async def test_several_events_may_come_in_one_body(world: World, anna: Anna) -> None:
    """Webhooks: entry and messaging are arrays; neighbours of one Page share an entry."""
    fault = {"webhooks": {"count": 3, "batch": 3}}
    await world.http.put("/sandbox/phones/messenger/faults", json=fault)
    for text in ("one", "two", "three"):
        await world.say(anna.id, text=text)
    await world.hook.next("message", 3)
    (entry,) = world.hook.bodies[-1]["entry"]
    assert [item["message"]["text"] for item in entry["messaging"]] == ["one", "two", "three"]


async def test_an_event_may_come_twice(world: World, anna: Anna) -> None:
    """Webhooks: at least once; the mid is the same."""
    fault = {"webhooks": {"count": 1, "duplicate": 1}}
    await world.http.put("/sandbox/phones/messenger/faults", json=fault)
    await world.say(anna.id, text="one")
    await world.hook.next("message", 2)
    first, second = world.hook.of("message")
    assert first == second


async def test_only_fields_that_were_asked_for_are_told(world: World) -> None:
    """subscribed_apps: subscribed_fields says what of the Page an app hears; DELETE ends it."""
    anna = await newcomer(world)
    told = await world.graph("GET", f"{PAGE}/subscribed_apps")
    assert told.json()["data"][0]["id"] == APP
    await world.graph("POST", f"{PAGE}/subscribed_apps", subscribed_fields="messages,message_reads")
    await world.sent(anna.psid, {"text": "hello"})
    await world.history(anna.id)
    await world.say(anna.id, text="hello")
    await world.hook.next("message")
    assert not world.hook.of("delivery")
    assert len(world.hook.of("read")) == 1
    assert (await world.graph("DELETE", f"{PAGE}/subscribed_apps")).json() == {"success": True}
    assert (await world.graph("GET", f"{PAGE}/subscribed_apps")).json() == {"data": []}
    await world.say(anna.id, text="nobody hears")
    await world.graph("POST", f"{PAGE}/subscribed_apps", subscribed_fields="messages")
    await world.say(anna.id, text="heard")
    await world.hook.next("message", 2)
    assert [item["message"]["text"] for item in world.hook.of("message")] == ["hello", "heard"]


async def test_an_echo_tells_what_the_page_sent(world: World, anna: Anna) -> None:
    """message_echoes: the Page is the sender, is_echo is true, metadata comes back."""
    mid = await world.sent(anna.psid, {"text": "hello", "metadata": "row 7"})
    echo = await world.hook.next("echo")
    assert (echo["sender"], echo["recipient"]) == ({"id": str(PAGE)}, {"id": anna.psid})
    told = {"mid": mid, "is_echo": True, "app_id": int(APP)}
    assert echo["message"] == told | {"text": "hello", "metadata": "row 7"}
    template = {"template_type": "button", "text": "Pay?", "buttons": [
        {"type": "postback", "title": "Pay", "payload": "PAY"}]}  # fmt: skip
    await world.sent(anna.psid, {"attachment": {"type": "template", "payload": template}})
    (attachment,) = (await world.hook.next("echo", 2))["message"]["attachments"]
    assert attachment == {"type": "template", "payload": template}
