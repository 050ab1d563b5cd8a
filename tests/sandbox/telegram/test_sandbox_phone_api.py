"""What a person does on the phone reaches the bot the way Telegram would tell it."""

import json
from pathlib import Path
from typing import Any

import pytest
from phones_world import BOT, TOKEN, World, a_world
from test_sandbox_telegram_clients import picture


async def last_update(world: World) -> dict[str, Any]:
    return (await world.updates())[-1]


async def test_start_with_a_payload_arrives_as_a_command(world: World, anna: int) -> None:
    await world.say(anna, start="ref_AB-12")
    message = (await last_update(world))["message"]
    assert message["text"] == "/start ref_AB-12"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["chat"] == {"id": anna, "first_name": "Anna", "last_name": "Koval", "type": "private"}
    assert message["from"]["language_code"] == "uk"
    refused = await world.do(anna, "messages", {"start": "no spaces"})
    assert refused.status_code == 409


async def test_a_contact_is_proven_own_only_when_it_is(world: World, anna: int) -> None:
    await world.say(anna, contact="own")
    own = (await last_update(world))["message"]
    assert own["contact"]["user_id"] == own["from"]["id"] == anna
    assert own["contact"]["phone_number"] == "380501112233"
    await world.say(anna, contact={"name": "Bohdan", "phone": "+380671112233"})
    assert "user_id" not in (await last_update(world))["message"]["contact"]
    await world.say(anna, contact={"name": "Anna", "phone": "+380501112233", "forwarded": True})
    forwarded = (await last_update(world))["message"]
    assert forwarded["contact"]["user_id"] == anna
    assert forwarded["forward_origin"]["type"] == "user"


async def test_a_photo_a_document_a_sticker_and_a_place(world: World, anna: int) -> None:
    path = f"/sandbox/phones/telegram/{anna}/{BOT}/messages"
    sent = await world.http.post(path, files={"photo": ("me.png", picture(), "image/png")}, data={"caption": "Me"})
    assert sent.status_code == 201
    assert (sent.json()["picture"]["width"], sent.json()["text"]) == (64, "Me")
    shown = await world.http.get(f"/sandbox/{sent.json()['picture']['url']}")
    assert (shown.headers["content-type"], shown.content) == ("image/png", picture())
    await world.http.post(path, files={"document": ("<a>.html", b"<script>", "text/html")})
    document = (await world.history(anna))["messages"][-1]["document"]
    file = await world.http.get(f"/sandbox/{document['url']}")
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"] == 'attachment; filename="_a_.html"'
    await world.say(anna, sticker="👍")
    await world.say(anna, location={"lat": 50.45, "lon": 30.52})
    kinds = [
        next(k for k in ("photo", "document", "sticker", "location") if k in u["message"])
        for u in await world.updates()
    ]
    assert kinds == ["photo", "document", "sticker", "location"]


async def test_edits_deletions_and_blocking_are_told_as_telegram_tells_them(world: World, anna: int) -> None:
    said = await world.say(anna, text="one")
    edited = await world.do(anna, f"messages/{said['id']}", {"text": "two"}, "PATCH")
    assert edited.status_code == 200
    assert (await last_update(world))["edited_message"]["text"] == "two"
    await world.do(anna, f"messages/{said['id']}", {}, "DELETE")
    assert all(message["id"] != said["id"] for message in (await world.history(anna))["messages"])
    await world.do(anna, "block", {"blocked": True}, "PUT")
    change = (await last_update(world))["my_chat_member"]
    assert (change["old_chat_member"]["status"], change["new_chat_member"]["status"]) == ("member", "kicked")
    refused = await world.do(anna, "messages", {"text": "hello?"})
    assert (refused.status_code, "unblock" in refused.json()["error"]) == (409, True)


async def test_a_query_may_be_answered_for_a_minute(world: World, anna: int) -> None:
    markup = {"inline_keyboard": [[{"text": "go", "callback_data": "x"}, {"text": "see", "url": "http://localhost/x"}]]}
    sent = (await world.call("sendMessage", chat_id=anna, text="?", reply_markup=markup))["result"]["message_id"]
    tap = {"message": sent, "row": 0, "column": 0}
    asked = (await world.do(anna, "taps", tap)).json()["query"]
    assert (await world.call("answerCallbackQuery", callback_query_id=asked))["ok"]
    late = (await world.do(anna, "taps", tap)).json()["query"]
    world.clock.ahead_s += 61
    assert "query is too old" in (await world.call("answerCallbackQuery", callback_query_id=late))["description"]
    assert (await world.do(anna, "taps", tap | {"column": 1})).json() == {"url": "http://localhost/x"}
    assert (await world.do(anna, "taps", tap | {"column": 2})).status_code == 409


async def test_history_comes_in_pages_and_survives_a_restart(tmp_path: Path) -> None:
    async with a_world(tmp_path, paced=False) as world:
        await world.call("getMe")
        person = await world.person()
        for number in range(7):
            await world.say(person, text=f"{number}")
    async with a_world(tmp_path) as world:
        newest = await world.history(person, limit=3)
        assert ([message["text"] for message in newest["messages"]], newest["more"]) == (["4", "5", "6"], True)
        older = await world.history(person, limit=5, before=newest["messages"][0]["id"])
        assert ([message["text"] for message in older["messages"]], older["more"]) == (["0", "1", "2", "3"], False)
        assert (await world.person()) == person


async def test_a_screen_hears_what_happens(world: World, anna: int) -> None:
    async with world.http.stream("GET", f"/sandbox/phones/people/{anna}/events") as stream:
        lines = (line async for line in stream.aiter_lines() if line.startswith("data: "))

        async def heard() -> dict[str, Any]:
            event: dict[str, Any] = json.loads((await anext(lines)).removeprefix("data: "))
            return event

        assert (await heard())["kind"] == "hello"
        await world.call("sendChatAction", chat_id=anna, action="typing")
        assert (await heard()) == {"kind": "typing", "channel": "telegram", "bot": BOT, "action": "typing"}
        sent = (await world.call("sendMessage", chat_id=anna, text="hello"))["result"]
        assert (await heard())["bubble"]["text"] == "hello"
        await world.call("deleteMessage", chat_id=anna, message_id=sent["message_id"])
        assert (await heard()) == {"kind": "deleted", "channel": "telegram", "bot": BOT, "id": sent["message_id"]}


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ({"first_name": "", "phone": "+380501112233"}, "first_name"),
        ({"first_name": "Anna", "phone": "123"}, "phone"),
        ({"first_name": "Anna", "phone": "+380501112233", "language": "Klingon"}, "language"),
        ({"first_name": 5}, "a person has"),
        ({"nick": "x"}, "a person has"),
    ],
)
async def test_a_person_that_cannot_be_is_explained(world: World, person: dict[str, Any], words: str) -> None:
    answer = await world.http.post("/sandbox/phones/people", json=person)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


async def test_the_number_decides_who_somebody_is(world: World) -> None:
    one = await world.person("+380 50 111-22-33", "Anna")
    assert await world.person("+380501112233", "Hanna") == one
    two = await world.person("+380670000000")
    changed = await world.http.patch(f"/sandbox/phones/people/{two}", json={"phone": "+380501112233"})
    assert changed.status_code == 400
    assert "another person" in changed.json()["error"]


async def test_a_page_of_another_site_cannot_press_buttons(world: World, anna: int) -> None:
    path = f"/sandbox/phones/telegram/{anna}/{BOT}/messages"
    answer = await world.http.post(path, json={"text": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


async def test_several_bots_live_side_by_side(world: World, anna: int) -> None:
    await world.call("getMe", token="2002:other")
    answer = await world.call("sendMessage", token="2002:other", chat_id=anna, text="x")
    assert answer["description"] == "Bad Request: chat not found"
    chats = (await world.http.get(f"/sandbox/phones/telegram/{anna}/chats")).json()["chats"]
    assert [chat["bot"]["id"] for chat in chats] == [1001, 2002]
    assert TOKEN not in json.dumps(chats)
