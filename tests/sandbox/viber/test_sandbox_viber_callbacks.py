"""What an account hears from the imitated Viber: signed, in order, again until 200 comes."""

import io
import json
from pathlib import Path

from PIL import Image
from starlette.responses import Response
from viber_world import TOKEN, Account, Clock, World, a_world, welcome

BIGGER_THAN_A_DOUBLE = 2**53


async def test_setting_a_webhook_knocks_at_it_and_is_refused_without_200(viber: World) -> None:
    assert viber.account.heard("webhook")[0]["message_token"] > BIGGER_THAN_A_DOUBLE
    viber.account.answers.append(Response(status_code=404))
    assert (await viber.connect())["status"] == 1
    assert (await viber.call("set_webhook", url="nowhere"))["status"] == 1
    assert viber.account.unsigned == 0


async def test_a_chat_that_opens_tells_the_context_and_shows_the_welcome_of_the_answer(viber: World) -> None:
    person = await viber.person()
    viber.account.answers.append(welcome("Good morning, https://bank.example/start"))
    assert (await viber.do(person, "messages", {"start": "ref_AB-12"})).status_code == 200
    event = await viber.account.hears("conversation_started")
    assert (event["context"], event["subscribed"], event["type"]) == ("ref_AB-12", False, "open")
    assert event["user"]["name"] == "Anna Koval"
    await viber.account.hears("delivered")
    [bubble] = (await viber.phone(person))["messages"]
    assert (bubble["from"], bubble["text"]) == ("bot", "Good morning, https://bank.example/start")
    assert [each["offset"] for each in bubble["entities"]] == [14]
    refused = await viber.send(event["user"]["id"], text="One more?")
    assert (refused["status"], refused["status_message"]) == (6, "receiverNotSubscribed")


async def test_what_a_person_says_comes_signed_and_ticks_when_taken(viber: World) -> None:
    person = await viber.person()
    event = await viber.says(person, text="send 50 to mum")
    assert event["message"] == {"type": "text", "text": "send 50 to mum"}
    assert event["message_token"] > BIGGER_THAN_A_DOUBLE
    assert event["timestamp"] == int(viber.clock.now_s * 1000)
    assert viber.account.unsigned == 0
    assert (await viber.send(event["sender"]["id"], text="Done."))["status"] == 0
    mine, _ = (await viber.phone(person))["messages"]
    assert mine["ticks"] == 2


async def test_a_callback_comes_again_in_order_until_200(viber: World) -> None:
    person = await viber.person()
    viber.account.answers += [Response(status_code=500), Response(status_code=201)]
    await viber.do(person, "messages", {"text": "one"})
    await viber.do(person, "messages", {"text": "two"})
    await viber.account.until(lambda event: event.get("message", {}).get("text") == "two")
    assert [event["message"]["text"] for event in viber.account.heard("message")] == ["one", "one", "one", "two"]
    assert len({event["message_token"] for event in viber.account.heard("message")}) == 2


async def test_callbacks_outlive_a_restart_but_not_an_hour(tmp_path: Path) -> None:
    account, clock = Account(), Clock()
    async with a_world(tmp_path, account, clock) as before:
        await before.connect()
        account.answers += [Response(status_code=503)] * 1000
        await before.do(await before.person(), "messages", {"text": "one"})
        await account.hears("message")
    account.events.clear()
    account.answers.clear()
    clock.now_s += 3601
    async with a_world(tmp_path, account, clock) as after:
        await after.connect()
        await after.do(await after.person(), "messages", {"text": "two"})
        await account.hears("message")
    assert [event["message"]["text"] for event in account.heard("message")] == ["two"]


async def test_an_account_hears_only_the_events_it_asked_for(viber: World) -> None:
    answer = await viber.connect(event_types=["failed"])
    assert answer["event_types"] == ["message", "subscribed", "unsubscribed", "failed"]
    person = await viber.person()
    await viber.do(person, "messages", {"start": ""})
    event = await viber.says(person, text="hello")
    await viber.send(event["sender"]["id"], text="Hello.")
    await viber.says(person, text="again")
    assert {event["event"] for event in viber.account.events} == {"webhook", "message"}
    assert (await viber.connect(event_types=["gossip"]))["status"] == 3


async def test_leaving_and_coming_back_are_told_and_close_the_door_between(viber: World) -> None:
    person = await viber.person()
    user = (await viber.says(person, text="hello"))["sender"]["id"]
    await viber.do(person, "block", {"blocked": True}, "PUT")
    assert (await viber.account.hears("unsubscribed"))["user_id"] == user
    assert (await viber.send(user, text="Come back"))["status"] == 6
    assert (await viber.do(person, "messages", {"text": "hm"})).status_code == 409
    await viber.do(person, "block", {"blocked": False}, "PUT")
    assert (await viber.account.hears("subscribed"))["user"]["id"] == user
    assert (await viber.send(user, text="Welcome"))["status"] == 0


async def test_a_removed_webhook_hears_nothing_and_may_not_send(viber: World) -> None:
    person = await viber.person()
    user = (await viber.says(person, text="hello"))["sender"]["id"]
    assert (await viber.call("set_webhook", url=""))["status"] == 0
    await viber.do(person, "messages", {"text": "anybody there?"})
    assert (await viber.send(user, text="x"))["status"] == 10
    assert len(viber.account.heard("message")) == 1


async def test_a_phone_number_by_the_asked_button_carries_the_tracking_data_back(viber: World) -> None:
    person = await viber.person()
    user = (await viber.says(person, text="hello"))["sender"]["id"]
    button = {"ActionType": "share-phone", "ActionBody": "phone", "Text": "Share"}
    asked = {"Type": "keyboard", "Buttons": [button]}
    sent = await viber.send(user, text="?", keyboard=asked, tracking_data=json.dumps({"p": 1}), min_api_version=3)
    assert sent["status"] == 0
    assert (await viber.do(person, "presses", {"row": 0, "column": 0})).status_code == 201
    event = await viber.account.until(lambda event: event.get("message", {}).get("type") == "contact")
    assert event["message"]["contact"] == {"name": "Anna Koval", "phone_number": "380501112233"}
    assert event["message"]["tracking_data"] == '{"p": 1}'


async def test_a_file_from_the_phone_can_be_fetched_where_the_callback_says(viber: World) -> None:
    person = await viber.person()
    path = f"/sandbox/phones/viber/{person}/1/messages"
    uploaded = {"document": ("мій / чек 1.pdf", b"%PDF-1.4 paper", "application/pdf")}
    assert (await viber.http.post(path, files=uploaded)).status_code == 201
    message = (await viber.account.hears("message"))["message"]
    assert (message["type"], message["file_name"], message["size"]) == ("file", "мій / чек 1.pdf", 14)
    assert message["media"].isascii()
    assert (await viber.http.get(message["media"])).content == b"%PDF-1.4 paper"
    assert TOKEN not in json.dumps(message)


async def test_a_picture_from_the_phone_says_what_viber_says_and_no_more(viber: World) -> None:
    person = await viber.person()
    kept = io.BytesIO()
    Image.new("RGB", (40, 30)).save(kept, "PNG")
    uploaded = {"photo": ("me.png", kept.getvalue(), "image/png")}
    path = f"/sandbox/phones/viber/{person}/1/messages"
    bubble = (await viber.http.post(path, files=uploaded, data={"caption": "It is me"})).json()
    assert (bubble["picture"]["width"], bubble["text"]) == (40, "It is me")
    message = (await viber.account.hears("message"))["message"]
    assert set(message) == {"type", "text", "media", "thumbnail", "file_name", "size"}
    assert (await viber.http.get(message["media"])).headers["content-type"] == "image/png"
    no_picture = {"photo": ("me.png", b"words", "image/png")}
    assert (await viber.http.post(path, files=no_picture)).status_code == 409
