"""The imitated Viber takes and refuses what Viber does: always 200, with a status; the phone finds out the rest."""

import io
import json
from typing import Any

import pytest
from PIL import Image
from viber_world import SENDER, TOKEN, World

Subscriber = Any

TILE = {"Columns": 6, "Rows": 1, "ActionType": "reply", "ActionBody": "yes", "Text": "<font color='#FFFFFF'>Yes</font>"}


def keyboard(*buttons: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Type": "keyboard", "Buttons": list(buttons or (TILE,)), **more}


def png(side: int = 40) -> bytes:
    kept = io.BytesIO()
    Image.effect_noise((side, side), 90).save(kept, "PNG")
    return kept.getvalue()


REFUSED: dict[str, tuple[int, dict[str, Any]]] = {
    "a text that is too long": (3, {"text": "x" * 7001}),
    "no text": (4, {}),
    "a request that is too big": (3, {"text": "x" * 6000, "tracking_data": "y" * 3999, "padding": "z" * 22_000}),
    "a sender with a long name": (3, {"text": "hi", "sender": {"name": "x" * 29}}),
    "no sender": (4, {"text": "hi", "sender": None}),
    "long tracking data": (3, {"text": "hi", "tracking_data": "x" * 4001}),
    "an unknown type": (3, {"type": "telegram"}),
    "a keyboard without its Type": (3, {"text": "hi", "keyboard": {"Buttons": [TILE]}}),
    "a keyboard without buttons": (3, {"text": "hi", "keyboard": {"Type": "keyboard", "Buttons": []}}),
    "a long ActionBody": (3, {"text": "hi", "keyboard": keyboard(TILE | {"ActionBody": "x" * 251})}),
    "an empty ActionBody": (3, {"text": "hi", "keyboard": keyboard(TILE | {"ActionBody": ""})}),
    "share-phone in an old version": (14, {"text": "hi", "keyboard": keyboard(TILE | {"ActionType": "share-phone"})}),
    "a version that no phone has": (13, {"text": "hi", "min_api_version": 99}),
    "a picture without an address": (4, {"type": "picture", "text": ""}),
    "a picture at no address": (3, {"type": "picture", "text": "", "media": "card.png"}),
    "a file without its size": (4, {"type": "file", "media": "http://127.0.0.1/x.pdf", "file_name": "x.pdf"}),
    "a file that is too big": (3, {"type": "file", "media": "http://h/x", "file_name": "x", "size": 52_428_801}),
    "a place that is nowhere": (3, {"type": "location", "location": {"lat": 91, "lon": 0}}),
    "a carousel in an old version": (14, {"type": "rich_media", "rich_media": {"Type": "rich_media"}}),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_the_server_refuses_what_it_can_see(viber: World, anna: Subscriber, case: str) -> None:
    status, message = REFUSED[case]
    answer = await viber.send(anna.user, **message)
    assert answer["status"] == status, answer
    assert len((await viber.phone(anna.person))["messages"]) == 1


async def test_whom_an_account_may_not_write_to(viber: World, anna: Subscriber) -> None:
    assert (await viber.send("01234567890A=", text="hi"))["status"] == 5
    assert (await viber.call("send_message", token="short", receiver=anna.user))["status"] == 2
    nobody = await viber.http.post("/sandbox/viber/pa/send_message", json={"receiver": anna.user})
    assert nobody.json()["status_message"] == "missing_auth_token"
    other = {"token": "another-account-0000", "receiver": anna.user, "sender": SENDER, "type": "text", "text": "hi"}
    assert (await viber.call("send_message", **other))["status"] == 10


async def test_a_text_with_a_keyboard_is_drawn_in_tiles_and_pressed(viber: World, anna: Subscriber) -> None:
    halves = [
        TILE | {"Columns": 3, "BgColor": "#7360F2"},
        TILE | {"Columns": 3, "Text": "No &amp; never", "ActionBody": "no"},
    ]
    whole = TILE | {"ActionType": "open-url", "ActionBody": "https://bank.example/", "Text": "Open"}
    sent = await viber.send(anna.user, text="Sure?", keyboard=keyboard(*halves, whole, InputFieldState="hidden"))
    assert sent["message_token"] > 2**53
    page = await viber.phone(anna.person)
    rows = page["keyboard"]["rows"]
    assert [[tile["title"] for tile in row] for row in rows] == [["Yes", "No & never"], ["Open"]]
    assert rows[0][0] == {
        "title": "Yes", "kind": "text", "columns": 3, "height": 1, "colour": "#7360F2", "ink": "#FFFFFF"
    }  # fmt: skip
    assert page["keyboard"]["input"] == "hidden"
    assert (await viber.do(anna.person, "presses", {"row": 0, "column": 1})).json()["text"] == "no"
    pressed = await viber.account.until(lambda event: event.get("message", {}).get("text") == "no")
    assert pressed["silent"] is False
    opened = await viber.do(anna.person, "presses", {"row": 1, "column": 0})
    assert opened.json() == {"url": "https://bank.example/"}
    await viber.account.until(lambda event: event.get("message", {}).get("text") == "https://bank.example/")
    assert (await viber.do(anna.person, "presses", {"row": 9, "column": 0})).status_code == 409


async def test_the_last_keyboard_stays_and_a_silent_press_leaves_no_bubble(viber: World, anna: Subscriber) -> None:
    await viber.send(anna.user, text="Sure?", keyboard=keyboard(TILE | {"Silent": True}))
    await viber.send(anna.user, text="Take your time.")
    before = await viber.phone(anna.person)
    assert before["keyboard"] is not None
    await viber.do(anna.person, "presses", {"row": 0, "column": 0})
    event = await viber.account.until(lambda event: event.get("message", {}).get("text") == "yes")
    assert event["silent"] is True
    assert len((await viber.phone(anna.person))["messages"]) == len(before["messages"])


UNDRAWABLE = {
    "a text too long for its tile": TILE | {"Text": "x" * 251},
    "more columns than there are": TILE | {"Columns": 7},
    "a tile of three rows": TILE | {"Rows": 3},
    "a tile with nothing on it": {"ActionBody": "x"},
    "a colour in words": TILE | {"BgColor": "red"},
}


@pytest.mark.parametrize("case", UNDRAWABLE)
async def test_what_the_phone_cannot_draw_fails_after_it_was_taken(viber: World, anna: Subscriber, case: str) -> None:
    sent = await viber.send(anna.user, text="Sure?", keyboard=keyboard(UNDRAWABLE[case]))
    assert sent["status"] == 0
    failed = await viber.account.hears("failed")
    assert (failed["message_token"], failed["user_id"]) == (sent["message_token"], anna.user)
    assert failed["desc"]
    assert len((await viber.phone(anna.person))["messages"]) == 1


async def test_a_keyboard_of_thirteen_rows_does_not_fit_the_phone(viber: World, anna: Subscriber) -> None:
    await viber.send(anna.user, text="Many", keyboard=keyboard(*[TILE] * 12))
    await viber.account.hears("delivered")
    assert viber.account.heard("failed") == []
    await viber.send(anna.user, text="Too many", keyboard=keyboard(*[TILE] * 13))
    assert "12 rows" in (await viber.account.hears("failed"))["desc"]


async def test_a_picture_is_fetched_from_its_address_and_shown_with_its_caption(viber: World, anna: Subscriber) -> None:
    address = viber.put("card.png", png(), "image/png")
    await viber.send(anna.user, type="picture", text="Your card", media=address)
    bubble = (await viber.phone(anna.person))["messages"][-1]
    assert (bubble["text"], bubble["picture"]["width"]) == ("Your card", 40)
    assert (await viber.http.get(f"/sandbox/{bubble['picture']['url']}")).content == png_of(viber, "card.png")


async def test_a_picture_that_is_none_or_too_big_or_away_fails(viber: World, anna: Subscriber) -> None:
    noise = png(1100)
    assert len(noise) > 1024 * 1024
    addresses = [
        viber.put("words.png", b"no picture", "image/png"),
        viber.put("huge.png", noise, "image/png"),
        "http://127.0.0.1:9/card.png",
    ]
    for address in addresses:
        assert (await viber.send(anna.user, type="picture", text="", media=address))["status"] == 0
    await viber.says(anna.person, text="still there?")
    assert len(viber.account.heard("failed")) == 3
    assert len((await viber.phone(anna.person))["messages"]) == 2


async def test_a_file_a_place_a_contact_and_a_link_are_shown(viber: World, anna: Subscriber) -> None:
    address = viber.put("receipt.pdf", b"%PDF-1.4", "application/pdf")
    await viber.send(anna.user, type="file", media=address, size=8, file_name="receipt.pdf")
    await viber.send(anna.user, type="location", location={"lat": "50.45", "lon": 30.52})
    await viber.send(anna.user, type="contact", contact={"name": "Bank", "phone_number": "+380441112233"})
    await viber.send(anna.user, type="url", media="https://bank.example/help")
    file, place, contact, link = (await viber.phone(anna.person))["messages"][1:]
    assert file["document"] == {"url": file["document"]["url"], "name": "receipt.pdf", "size": 8}
    assert place["location"] == {"lat": 50.45, "lon": 30.52}
    assert contact["contact"]["phone"] == "+380441112233"
    assert link["entities"][0]["type"] == "url"


async def test_delivered_comes_at_once_and_seen_when_somebody_looks(viber: World, anna: Subscriber) -> None:
    token = (await viber.send(anna.user, text="Done."))["message_token"]
    assert (await viber.account.hears("delivered"))["message_token"] == token
    assert viber.account.heard("seen") == []
    page = await viber.phone(anna.person)
    assert page["messages"][-1]["ticks"] == 3
    assert (await viber.account.hears("seen"))["message_token"] == token


async def test_whoever_has_the_phone_in_hand_sees_a_message_as_it_comes(viber: World, anna: Subscriber) -> None:
    async with viber.http.stream("GET", f"/sandbox/phones/people/{anna.person}/events") as screen:
        lines = screen.aiter_lines()
        await anext(lines)
        token = (await viber.send(anna.user, text="Done."))["message_token"]
        assert (await viber.account.hears("seen"))["message_token"] == token
        async for line in lines:
            if "Done." in line:
                event = json.loads(line.removeprefix("data: "))
                assert (event["kind"], event["channel"], event["bubble"]["from"]) == ("message", "viber", "bot")
                break


async def test_a_carousel_is_tapped_like_a_keyboard(viber: World, anna: Subscriber) -> None:
    buttons = [TILE | {"Rows": 7}, TILE | {"ActionType": "open-url", "ActionBody": "https://bank.example/card"}]
    carousel = {"Type": "rich_media", "ButtonsGroupColumns": 6, "ButtonsGroupRows": 7, "Buttons": buttons}
    assert (await viber.send(anna.user, type="rich_media", rich_media=carousel, min_api_version=2))["status"] == 0
    shown = (await viber.phone(anna.person))["messages"][-1]
    assert [row[0]["kind"] for row in shown["buttons"]] == ["reply", "url"]
    tapped = await viber.do(anna.person, "taps", {"message": shown["id"], "row": 0, "column": 0})
    assert tapped.json()["text"] == "yes"
    await viber.account.until(lambda event: event.get("message", {}).get("text") == "yes")
    nothing = await viber.do(anna.person, "taps", {"message": shown["id"], "row": 2, "column": 0})
    assert nothing.status_code == 409


async def test_a_hundred_messages_without_a_word_are_enough(viber: World, anna: Subscriber) -> None:
    for _ in range(100):
        assert (await viber.send(anna.user, text="And another thing."))["status"] == 0
    assert (await viber.send(anna.user, text="And another thing."))["status"] == 12
    await viber.says(anna.person, text="enough")
    assert (await viber.send(anna.user, text="Sorry."))["status"] == 0


async def test_a_broadcast_names_whom_it_did_not_reach(viber: World, anna: Subscriber) -> None:
    body = {"sender": SENDER, "type": "text", "text": "News"}
    answer = await viber.call("broadcast_message", broadcast_list=[anna.user, "nobody"], **body)
    assert answer["status"] == 0
    assert [(each["receiver"], each["status"]) for each in answer["failed_list"]] == [("nobody", 5)]
    assert (await viber.call("broadcast_message", broadcast_list=["x"] * 301, **body))["status"] == 3
    assert (await viber.phone(anna.person))["messages"][-1]["text"] == "News"


async def test_an_account_may_ask_about_itself_and_its_people(viber: World, anna: Subscriber) -> None:
    account = await viber.call("get_account_info")
    assert (account["name"], account["subscribers_count"]) == ("Teller Bank", 1)
    assert TOKEN not in str(account)
    assert (await viber.call("get_user_details", id=anna.user))["user"]["language"] == "uk"
    assert (await viber.call("get_user_details", id="nobody"))["status"] == 5
    [online] = (await viber.call("get_online", ids=[anna.user]))["users"]
    assert online["online_status"] == 1


async def test_trouble_on_demand_meets_the_next_calls(viber: World, anna: Subscriber) -> None:
    switch = await viber.http.put("/sandbox/phones/viber/faults", json={"outcome": "throttle", "count": 1})
    assert switch.json()["count"] == 1
    assert (await viber.send(anna.user, text="hi"))["status"] == 12
    assert (await viber.send(anna.user, text="hi"))["status"] == 0
    assert (await viber.http.put("/sandbox/phones/viber/faults", json={"outcome": "rain"})).status_code == 400


def png_of(viber: World, name: str) -> bytes:
    return viber.account.files[name][0]
