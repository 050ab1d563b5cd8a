"""What a person does on the phone reaches the bot the way the Messenger Platform tells it."""

import json
from pathlib import Path
from typing import Any

import pytest
from messenger_world import PAGE, Anna, World, a_world, newcomer, picture

MENU = [
    {"type": "postback", "title": "Balance", "payload": "/balance"},
    {"type": "web_url", "title": "Rates", "url": "https://example.org/rates"},
]
ANSWERS = [
    {"content_type": "text", "title": "Так", "payload": "q.yes"},
    {"content_type": "user_phone_number"},
    {"content_type": "user_email"},
]


def button_template(*buttons: dict[str, Any]) -> dict[str, Any]:
    payload = {"template_type": "button", "text": "Pay 100?", "buttons": list(buttons)}
    return {"attachment": {"type": "template", "payload": payload}}


async def test_a_text_arrives_in_an_entry_of_the_page(world: World, anna: Anna) -> None:
    """messages: {"object": "page", "entry": [{"id","time","messaging": [{"sender","recipient",…}]}]}."""
    said = await world.say(anna.id, text="Привіт 👋")
    item = await world.hook.next("message")
    mid = item["message"]["mid"]
    now_ms = int(world.clock() * 1000)
    assert item == {
        "sender": {"id": anna.psid},
        "recipient": {"id": str(PAGE)},
        "timestamp": now_ms,
        "message": {"mid": mid, "text": "Привіт 👋"},
    }
    assert mid.startswith("m_")
    body = world.hook.bodies[-1]
    assert (body["object"], body["entry"][0]["id"], body["entry"][0]["time"]) == ("page", str(PAGE), now_ms)
    assert (said["from"], said["text"], said["ticks"]) == ("me", "Привіт 👋", 1)


async def test_get_started_is_a_postback_and_a_link_adds_where_it_led_from(world: World) -> None:
    """messaging_postbacks: a new thread from m.me?ref= tells its referral beside the payload."""
    bots = (await world.http.get("/sandbox/phones/messenger/bots")).json()["bots"]
    assert (bots[0]["id"], bots[0]["name"], bots[0]["start"]) == (PAGE, "Teller Bank", "Get Started")
    plain = await newcomer(world)
    item = world.hook.of("postback")[-1]
    assert item["postback"] == {
        "mid": item["postback"]["mid"], "title": "Get Started", "payload": "GET_STARTED",
    }  # fmt: skip
    linked = await world.person("+380671112233", "Bohdan")
    await world.say(linked, start="ref_AB-12")
    item = await world.hook.next("postback", 2)
    assert item["postback"]["referral"] == {"ref": "ref_AB-12", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    assert item["sender"]["id"] != plain.psid


async def test_a_link_into_a_thread_that_exists_is_a_referral_and_opens_the_window(world: World, anna: Anna) -> None:
    """messaging_referrals: the person already has a thread with the Page."""
    world.clock.ahead_s += 48 * 3600
    answer = await world.do(anna.id, "messages", {"start": "spring"})
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    item = await world.hook.next("referral")
    assert item["referral"] == {"ref": "spring", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    await world.sent(anna.psid, {"text": "Welcome back"})
    again = await world.do(anna.id, "messages", {"start": ""})
    assert again.status_code == 409


async def test_a_tapped_quick_reply_is_a_message_with_the_payload(world: World, anna: Anna) -> None:
    """messages: message.quick_reply.payload beside the title as text; the row goes away."""
    await world.sent(anna.psid, {"text": "Sure?", "quick_replies": ANSWERS})
    keyboard = (await world.history(anna.id))["keyboard"]
    assert keyboard == {
        "rows": [[
            {"title": "Так", "kind": "text"},
            {"title": "+380501112233", "kind": "contact"},
            {"title": "Send email", "kind": "email"},
        ]],
        "placeholder": "",
        "above": True,
    }  # fmt: skip
    pressed = await world.do(anna.id, "presses", {"row": 0, "column": 0})
    assert (pressed.status_code, pressed.json()["text"]) == (201, "Так")
    item = (await world.hook.next("message"))["message"]
    assert item == {"mid": item["mid"], "text": "Так", "quick_reply": {"payload": "q.yes"}}
    assert (await world.history(anna.id))["keyboard"] is None
    assert (await world.do(anna.id, "presses", {"row": 0, "column": 0})).status_code == 409


@pytest.mark.parametrize(("column", "sent"), [(1, "+380501112233"), (2, "@example.org")], ids=["phone", "email"])
async def test_own_data_is_given_where_the_page_asks(world: World, anna: Anna, column: int, sent: str) -> None:
    """Quick replies user_phone_number and user_email: the payload is the person's own, from the profile."""
    refused = await world.do(anna.id, "messages", {"contact": "own"})
    assert refused.status_code == 409
    await world.sent(anna.psid, {"text": "Your data?", "quick_replies": ANSWERS})
    deed = ("messages", {"contact": "own"}) if column == 1 else ("presses", {"row": 0, "column": column})
    assert (await world.do(anna.id, *deed)).status_code == 201
    item = (await world.hook.next("message"))["message"]
    assert item["quick_reply"]["payload"].endswith(sent)
    assert item["text"] == item["quick_reply"]["payload"]


async def test_a_tapped_button_is_a_postback(world: World, anna: Anna) -> None:
    """messaging_postbacks: {"mid","title","payload"}; the title stands in the thread as the person's own words."""
    pay = {"type": "postback", "title": "Pay", "payload": "f.pay.100"}
    await world.sent(anna.psid, button_template(pay, MENU[1]))
    shown = (await world.history(anna.id))["messages"][-1]["id"]
    tapped = await world.do(anna.id, "taps", {"message": shown, "row": 0, "column": 0})
    newest = (await world.history(anna.id))["messages"][-1]
    assert tapped.json() == {"message": newest["id"]}
    assert (newest["from"], newest["text"]) == ("me", "Pay")
    item = (await world.hook.next("postback", 2))["postback"]
    assert item == {"mid": item["mid"], "title": "Pay", "payload": "f.pay.100"}
    assert (await world.do(anna.id, "taps", {"message": shown, "row": 1})).json() == {"url": MENU[1]["url"]}
    assert (await world.do(anna.id, "taps", {"message": shown, "row": 2})).status_code == 409


async def test_the_menu_stands_on_the_phone_and_its_items_are_postbacks(world: World, anna: Anna) -> None:
    """Persistent menu: postback and web_url items; the greeting is what an empty thread shows."""
    ours = [MENU[0] | {"title": "Баланс"}, MENU[1] | {"title": "Курси"}]
    menu = [
        {"locale": "default", "composer_input_disabled": False, "call_to_actions": MENU},
        {"locale": "uk_UA", "composer_input_disabled": False, "call_to_actions": ours},
    ]
    greeting = [{"locale": "default", "text": "Good day, {{user_first_name}}!"}, {"locale": "uk_UA", "text": "Вітаємо"}]
    await world.graph("POST", f"{PAGE}/messenger_profile", persistent_menu=menu, greeting=greeting)
    bot = (await world.http.get("/sandbox/phones/messenger/bots")).json()["bots"][0]
    assert bot["menu"] == [
        {"title": "Balance", "kind": "reply"},
        {"title": "Rates", "kind": "url", "url": "https://example.org/rates"},
    ]
    assert bot["description"] == "Good day, {{user_first_name}}!"
    asked = await world.http.get("/sandbox/phones/messenger/bots", params={"person": anna.id})
    own = asked.json()["bots"][0]
    assert ([item["title"] for item in own["menu"]], own["description"]) == (["Баланс", "Курси"], "Вітаємо")
    await world.do(anna.id, "taps", {"menu": 0})
    told = (await world.hook.next("postback", 2))["postback"]
    assert (told["title"], told["payload"]) == ("Баланс", "/balance")
    assert (await world.do(anna.id, "taps", {"menu": 7})).status_code == 409


async def test_a_picture_and_a_file_have_addresses_that_the_bot_can_open(world: World, anna: Anna) -> None:
    """messages: attachments [{"type","payload": {"url"}}]; what is written beside a picture is a message of its own."""
    path = f"/sandbox/phones/messenger/{anna.id}/{PAGE}/messages"
    sent = await world.http.post(path, files={"photo": ("me.png", picture(), "image/png")}, data={"caption": "Me"})
    assert (sent.status_code, sent.json()["picture"]["width"]) == (201, 64)
    assert (await world.hook.next("message", 2))["message"]["text"] == "Me"
    (attachment,) = world.hook.of("message")[0]["message"]["attachments"]
    assert attachment["type"] == "image"
    assert attachment["payload"]["url"].startswith(f"{world.root}/sandbox/messenger/files/")
    fetched = await world.http.get(attachment["payload"]["url"])
    assert (fetched.headers["content-type"], fetched.content) == ("image/png", picture())
    await world.http.post(path, files={"document": ("<a>.html", b"<script>", "text/html")})
    (attachment,) = (await world.hook.next("message", 3))["message"]["attachments"]
    assert attachment["type"] == "file"
    fetched = await world.http.get(attachment["payload"]["url"])
    assert fetched.headers["content-type"] == "application/octet-stream"
    assert (await world.http.get("/sandbox/messenger/files/1")).status_code == 404
    no_picture = await world.http.post(path, files={"photo": ("x.png", b"x", "image/png")})
    assert no_picture.status_code == 409


async def test_a_sticker_and_a_place(world: World, anna: Anna) -> None:
    """messages: since September 2026 a sticker is of type sticker; a place has coordinates lat and long."""
    await world.say(anna.id, sticker="👍")
    (sticker,) = (await world.hook.next("message"))["message"]["attachments"]
    assert (sticker["type"], sticker["payload"]["sticker_id"]) == ("sticker", 369239263222822)
    assert (await world.http.get(sticker["payload"]["url"])).headers["content-type"] == "image/png"
    shown = await world.say(anna.id, location={"lat": 50.45, "lon": 30.52})
    assert shown["location"] == {"lat": 50.45, "lon": 30.52}
    (place,) = (await world.hook.next("message", 2))["message"]["attachments"]
    assert (place["type"], place["payload"]) == ("location", {"coordinates": {"lat": 50.45, "long": 30.52}})
    assert (await world.do(anna.id, "messages", {"location": {"lat": 91, "lon": 0}})).status_code == 409


async def test_a_reply_names_what_it_answers(world: World, anna: Anna) -> None:
    """messages: message.reply_to {"mid","is_self_reply"}."""
    mid = await world.sent(anna.psid, {"text": "Ten hryvnias"})
    asked = (await world.history(anna.id))["messages"][-1]["id"]
    said = await world.say(anna.id, text="Why so much?", reply_to=asked)
    assert said["reply_to"] == asked
    assert (await world.hook.next("message"))["message"]["reply_to"] == {"mid": mid, "is_self_reply": False}


async def test_an_edit_is_told_five_times_and_no_more(world: World, anna: Anna) -> None:
    """message_edits: {"mid","text","num_edit"}; the client lets a person edit five times."""
    said = await world.say(anna.id, text="one")
    mid = (await world.hook.next("message"))["message"]["mid"]
    for number in range(1, 6):
        done = await world.do(anna.id, f"messages/{said['id']}", {"text": f"edit {number}"}, "PATCH")
        assert done.status_code == 200
    item = await world.hook.next("message_edit", 5)
    assert item["message_edit"] == {"mid": mid, "text": "edit 5", "num_edit": 5}
    assert (await world.do(anna.id, f"messages/{said['id']}", {"text": "six"}, "PATCH")).status_code == 409
    shown = (await world.history(anna.id))["messages"][-1]
    assert (shown["text"], shown["edited"]) == ("edit 5", True)
    late = await world.say(anna.id, text="late")
    world.clock.ahead_s += 15 * 60 + 1
    assert (await world.do(anna.id, f"messages/{late['id']}", {"text": "x"}, "PATCH")).status_code == 409


async def test_reactions_come_and_go(world: World, anna: Anna) -> None:
    """message_reactions: {"reaction","emoji","action","mid"}; other than the seven is "other"."""
    mid = await world.sent(anna.psid, {"text": "Done"})
    shown = (await world.history(anna.id))["messages"][-1]["id"]
    for count, (emoji, name) in enumerate((("❤️", "love"), ("🎉", "other")), 1):
        await world.do(anna.id, "reactions", {"message": shown, "emoji": emoji}, "PUT")
        told = (await world.hook.next("reaction", count))["reaction"]
        assert told == {"reaction": name, "emoji": emoji, "action": "react", "mid": mid}
    assert (await world.history(anna.id))["messages"][-1]["reaction"] == "🎉"
    await world.do(anna.id, "reactions", {"message": shown, "emoji": ""}, "PUT")
    assert (await world.hook.next("reaction", 3))["reaction"] == {"action": "unreact", "mid": mid}
    assert "reaction" not in (await world.history(anna.id))["messages"][-1]


async def test_deleting_and_blocking_are_not_told_and_opting_in_is(world: World, anna: Anna) -> None:
    """There is no event for a deletion or a block of a Page; messaging_optins: {"optin": {"ref"}}."""
    said = await world.say(anna.id, text="oops")
    await world.hook.next("message")
    await world.do(anna.id, f"messages/{said['id']}", {}, "DELETE")
    assert all(message["id"] != said["id"] for message in (await world.history(anna.id))["messages"])
    await world.do(anna.id, "block", {"blocked": True}, "PUT")
    refused = await world.do(anna.id, "messages", {"text": "hello?"})
    assert (refused.status_code, "unblock" in refused.json()["error"]) == (409, True)
    await world.do(anna.id, "block", {"blocked": False}, "PUT")
    before = len(world.hook.items)
    await world.do(anna.id, "optins", {"ref": "from-the-site"})
    assert (await world.hook.next("optin"))["optin"] == {"ref": "from-the-site"}
    assert len(world.hook.items) == before + 1


async def test_receipts_come_when_the_phone_is_opened(world: World, anna: Anna) -> None:
    """message_deliveries: {"mids","watermark"} without a timestamp; message_reads: {"watermark"}."""
    mids = []
    for text in ("one", "two"):
        mids.append(await world.sent(anna.psid, {"text": text}))
        world.clock.ahead_s += 1
    assert not world.hook.of("delivery")
    last_ms = int((world.clock() - 1) * 1000)
    await world.history(anna.id)
    delivered = await world.hook.next("delivery")
    assert delivered == {
        "sender": {"id": anna.psid},
        "recipient": {"id": str(PAGE)},
        "delivery": {"mids": mids, "watermark": last_ms},
    }
    read = await world.hook.next("read")
    assert (read["read"], read["timestamp"]) == ({"watermark": last_ms}, int(world.clock() * 1000))
    await world.history(anna.id)
    await world.say(anna.id, text="seen")
    await world.hook.next("message")
    assert len(world.hook.of("read")) == 1


async def test_receipts_come_at_once_while_somebody_looks(world: World, anna: Anna) -> None:
    with world.phones.hub.listen(anna.id):
        mid = await world.sent(anna.psid, {"text": "Look"})
        assert (await world.hook.next("delivery"))["delivery"]["mids"] == [mid]
        await world.hook.next("read")


async def test_the_person_sees_that_the_bot_took_the_message(world: World, anna: Anna) -> None:
    with world.phones.hub.listen(anna.id) as screen:
        said = await world.say(anna.id, text="hello")
        assert (await screen.get())["bubble"]["ticks"] == 1
        event = await screen.get()
        while event["kind"] != "ticks":
            event = await screen.get()
    assert event == {"kind": "ticks", "channel": "messenger", "bot": PAGE, "id": said["id"], "ticks": 2}


async def test_an_id_of_a_person_is_of_one_page_only(world: World, anna: Anna) -> None:
    """Page-scoped ids: another Page knows the same person by another id; the phone number is in neither."""
    await world.graph("POST", "777/subscribed_apps", subscribed_fields="messages")
    answer = await world.http.post(f"/sandbox/phones/messenger/{anna.id}/777/messages", json={"text": "hi"})
    assert answer.status_code == 201
    item = await world.hook.next("message")
    assert item["recipient"] == {"id": "777"}
    assert item["sender"]["id"] not in (anna.psid, str(anna.id))
    assert "380501112233" not in json.dumps(world.hook.bodies)
    chats = (await world.http.get(f"/sandbox/phones/messenger/{anna.id}/chats")).json()["chats"]
    assert [chat["bot"]["id"] for chat in chats] == [PAGE, 777]


async def test_a_page_without_get_started_asks_for_a_message(world: World) -> None:
    """Without the button a new thread begins with what the person writes; a link is a referral."""
    await world.graph("POST", "777/subscribed_apps", subscribed_fields="messages,messaging_referrals")
    person = await world.person()
    path = f"/sandbox/phones/messenger/{person}/777/messages"
    assert (await world.http.post(path, json={"start": ""})).status_code == 409
    assert (await world.http.post(path, json={"start": "spring"})).status_code == 200
    assert (await world.hook.next("referral"))["referral"]["ref"] == "spring"


async def test_threads_survive_a_restart_and_come_in_pages(tmp_path: Path) -> None:
    async with a_world(tmp_path, paced=False) as before:
        await before.connect()
        anna = await newcomer(before)
        for number in range(7):
            await before.say(anna.id, text=f"{number}")
    async with a_world(tmp_path) as after:
        newest = await after.history(anna.id, limit=3)
        assert ([message["text"] for message in newest["messages"]], newest["more"]) == (["4", "5", "6"], True)
        older = await after.history(anna.id, limit=9, before=newest["messages"][0]["id"])
        assert [message["text"] for message in older["messages"]] == ["Get Started", "0", "1", "2", "3"]
        assert older["more"] is False
        await after.sent(anna.psid, {"text": "still here"})


async def test_a_page_of_another_site_cannot_press_buttons(world: World, anna: Anna) -> None:
    path = f"/sandbox/phones/messenger/{anna.id}/{PAGE}/messages"
    answer = await world.http.post(path, json={"text": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
