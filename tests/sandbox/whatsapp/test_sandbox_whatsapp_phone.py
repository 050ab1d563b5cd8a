"""What a person does on the phone reaches the business the way WhatsApp would tell it, and what it sends is shown."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from test_sandbox_whatsapp_limits import buttons, link, menu
from whatsapp_sandbox_world import NUMBER, TOKEN, WA_ID, World, picture, served

PDF = b"%PDF-1.7 receipt"


async def test_a_number_appears_on_the_phones_with_its_first_call(world: World) -> None:
    (known,) = (await world.http.get("/sandbox/phones/whatsapp/bots")).json()["bots"]
    assert (known["id"], known["name"], known["commands"]) == (NUMBER, "Teller Bank", [])
    await world.graph_call("7007/messages", {"messaging_product": "whatsapp"})
    bots = (await world.http.get("/sandbox/phones/whatsapp/bots")).json()["bots"]
    assert {bot["id"] for bot in bots} == {NUMBER, "7007"}
    unknown = await world.graph_call("123456789", verb="GET")
    assert (unknown.json()["error"]["code"], unknown.json()["error"]["error_subcode"]) == (100, 33)


async def test_a_start_link_writes_its_words_into_the_field(world: World, anna: int) -> None:
    await world.say(anna, start="ref_AB-12")
    assert (await world.business.message("text"))["text"] == {"body": "START ref_AB-12"}
    advert = {"source_url": "https://fb.me/x", "source_type": "ad", "source_id": "12", "ctwa_clid": "abc"}
    await world.say(anna, text="Hello", referral=advert)
    await world.settled()
    assert world.business.messages()[-1]["referral"] == advert


async def test_reply_buttons_are_rows_and_a_tap_answers_with_their_id(world: World, anna: int) -> None:
    content = buttons("Pay", "Cancel", ids=["q.pay", "q.no"], footer={"text": "Teller"})
    wamid = await world.sent("interactive", content)
    shown = await world.shown(anna)
    assert shown["buttons"] == [[{"title": "Pay", "kind": "reply"}], [{"title": "Cancel", "kind": "reply"}]]
    assert (shown["text"], shown["footer"]) == ("Choose", "Teller")
    tapped = await world.do(anna, "taps", {"message": shown["id"], "row": 1, "column": 0})
    assert (tapped.status_code, tapped.json()["text"], tapped.json()["reply_to"]) == (201, "Cancel", shown["id"])
    reply = await world.business.message("interactive")
    assert reply["interactive"] == {"type": "button_reply", "button_reply": {"id": "q.no", "title": "Cancel"}}
    assert reply["context"]["id"] == wamid
    gone = await world.do(anna, "taps", {"message": shown["id"], "row": 2, "column": 0})
    assert gone.status_code == 409


async def test_a_list_is_one_button_that_opens_rows(world: World, anna: int) -> None:
    await world.sent("interactive", menu(10, description="more words"))
    shown = await world.shown(anna)
    ((one,),) = shown["buttons"]
    assert (one["title"], one["kind"], len(one["rows"])) == ("Menu", "list", 10)
    assert one["rows"][7] == {"title": "Row 7", "description": "more words", "section": ""}
    await world.do(anna, "taps", {"message": shown["id"], "row": 7, "column": 0})
    reply = await world.business.message("interactive")
    chosen = {"id": "r7", "title": "Row 7", "description": "more words"}
    assert reply["interactive"] == {"type": "list_reply", "list_reply": chosen}


async def test_a_link_opens_and_a_request_for_a_place_is_answered_with_one(world: World, anna: int) -> None:
    await world.sent("interactive", link(url="https://example.org/pay"))
    opened = await world.do(anna, "taps", {"message": (await world.shown(anna))["id"], "row": 0})
    assert opened.json() == {"url": "https://example.org/pay"}
    body = {"type": "location_request_message", "body": {"text": "Where?"}, "action": {"name": "send_location"}}
    wamid = await world.sent("interactive", body)
    shown = await world.shown(anna)
    assert shown["buttons"][0][0]["kind"] == "location"
    await world.do(anna, "taps", {"message": shown["id"], "row": 0, "column": 0})
    place = await world.business.message("location")
    assert (place["location"]["latitude"], place["context"]["id"]) == (50.4501, wamid)


async def test_a_request_for_the_own_number_is_answered_with_a_contact_that_says_so(world: World, anna: int) -> None:
    body = {
        "type": "request_contact_info", "body": {"text": "Your number?"}, "action": {"name": "request_contact_info"},
    }  # fmt: skip
    wamid = await world.sent("interactive", body)
    shown = await world.shown(anna)
    assert shown["buttons"][0][0]["kind"] == "contact"
    await world.do(anna, "taps", {"message": shown["id"], "row": 0, "column": 0})
    shared = await world.business.message("contacts")
    assert (shared["contacts"][0]["origin"], shared["context"]["id"]) == ("contact_request", wamid)


async def test_places_contacts_and_stickers(world: World, anna: int) -> None:
    await world.person("+380671112233", "Bohdan")
    await world.say(anna, location={"lat": 49.84, "lon": 24.03})
    assert (await world.business.message("location"))["location"] == {"latitude": 49.84, "longitude": 24.03}
    await world.say(anna, contact={"name": "Bohdan Koval", "phone": "+380 67 111-22-33"})
    (card,) = (await world.business.message("contacts"))["contacts"]
    assert card["name"]["formatted_name"] == "Bohdan Koval"
    assert card["phones"] == [{"phone": "+380671112233", "type": "CELL", "wa_id": "380671112233"}]
    assert (await world.say(anna, contact="own"))["contact"]["phone"] == f"+{WA_ID}"
    assert (await world.say(anna, sticker="👍"))["sticker"] == "👍"
    sticker = await world.business.message("sticker")
    assert set(sticker["sticker"]) == {"id", "mime_type", "sha256", "animated"}


@pytest.mark.parametrize(
    ("field", "name", "data", "mime", "kind", "told"),
    [
        ("photo", "me.png", picture(), "image/png", "image", "image/png"),
        ("document", "receipt.pdf", PDF, "application/pdf", "document", "application/pdf"),
        ("voice", "voice.ogg", b"OggS", "audio/ogg", "audio", "audio/ogg; codecs=opus"),
        ("video", "film.mp4", b"ftyp", "video/mp4", "video", "video/mp4"),
    ],
)
async def test_a_file_of_a_person_is_fetched_with_the_token_for_a_while(
    world: World, anna: int, field: str, name: str, data: bytes, mime: str, kind: str, told: str
) -> None:
    path = f"/sandbox/phones/whatsapp/{anna}/{NUMBER}/messages"
    sent = await world.http.post(path, files={field: (name, data, mime)}, data={"caption": "Me"})
    assert sent.status_code == 201, sent.text
    content = (await world.business.message(kind))[kind]
    assert content["mime_type"] == told
    about = (await world.graph_call(content["id"], verb="GET")).json()
    assert (about["mime_type"], about["file_size"], about["sha256"]) == (told, len(data), content["sha256"])
    other = await world.graph_call(f"{content['id']}?phone_number_id=1", verb="GET")
    assert other.json()["error"]["error_subcode"] == 33
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert (await world.http.get(about["url"], headers=bearer)).content == data
    assert (await world.http.get(about["url"])).status_code == 401
    assert (await world.http.get(about["url"][:-4] + "0000", headers=bearer)).status_code == 404
    world.clock.ahead_s += 301
    assert (await world.http.get(about["url"], headers=bearer)).status_code == 404
    world.clock.ahead_s += 7 * 24 * 3600
    assert (await world.graph_call(content["id"], verb="GET")).json()["error"]["code"] == 100


async def test_a_picture_goes_by_id_or_by_link_and_is_shown(world: World, anna: int) -> None:
    async def upload(data: bytes, mime: str, name: str = "file") -> Any:
        form = {"messaging_product": "whatsapp", "type": mime}
        headers = {"Authorization": f"Bearer {TOKEN}"}
        files = {"file": (name, data, mime)}
        return await world.http.post(f"{world.graph}/{NUMBER}/media", data=form, files=files, headers=headers)

    media = (await upload(picture(), "image/png")).json()["id"]
    await world.sent("image", {"id": media, "caption": "Card"})
    shown = await world.shown(anna)
    assert (shown["text"], shown["picture"]["width"], shown["picture"]["height"]) == ("Card", 64, 40)
    seen = await world.http.get(f"/sandbox/{shown['picture']['url']}")
    assert (seen.headers["content-type"], seen.content) == ("image/png", picture())
    receipt = (await upload(PDF, "application/pdf", "r.pdf")).json()["id"]
    await world.sent("document", {"id": receipt, "filename": "receipt.pdf"})
    assert (await world.shown(anna))["document"]["name"] == "receipt.pdf"
    header = {"type": "image", "image": {"id": media}}
    await world.sent("interactive", buttons("Pay", header=header))
    assert (await world.shown(anna))["picture"]["width"] == 64
    assert (await world.send("image", {"id": receipt})).json()["error"]["code"] == 131053
    assert (await upload(b"<svg/>", "image/svg+xml")).json()["error"]["code"] == 100
    assert (await upload(b"GIF89a", "image/png")).json()["error"]["code"] == 131053
    assert (await upload(b"x" * (5 * 1024 * 1024 + 1), "image/png")).json()["error"]["code"] == 131053
    assert (await world.graph_call(media, verb="DELETE")).json() == {"success": True}
    assert (await world.send("image", {"id": media})).json()["error"]["code"] == 100


async def test_a_link_is_fetched_after_the_message_was_accepted(world: World, anna: int) -> None:
    async def serve(request: Request) -> Response:
        if request.path_params["name"] == "card.png":
            return Response(picture(), media_type="image/png")
        return Response("nothing", 404)

    async with served(Starlette(routes=[Route("/{name}", serve)])) as elsewhere:
        await world.sent("image", {"link": f"{elsewhere}/card.png"})
        await world.business.until(lambda: "delivered" in world.business.states())
        assert (await world.shown(anna))["picture"]["width"] == 64
        await world.sent("image", {"link": f"{elsewhere}/lost.png"})
        assert (await world.business.failed())["code"] == 131053
        await world.sent("video", {"link": f"{elsewhere}/card.png"})
        await world.business.until(lambda: world.business.states().count("failed") == 2)
    assert "mime type image/png" in (await world.business.failed())["error_data"]["details"]


async def test_reactions_go_both_ways_and_are_no_messages(world: World, anna: int) -> None:
    wamid = await world.sent("text", {"body": "Paid"})
    shown = await world.shown(anna)
    await world.do(anna, "reactions", {"message": shown["id"], "emoji": "👍"}, "PUT")
    assert (await world.business.message("reaction"))["reaction"] == {"message_id": wamid, "emoji": "👍"}
    assert (await world.shown(anna))["reaction"] == "👍"
    await world.do(anna, "reactions", {"message": shown["id"], "emoji": ""}, "PUT")
    await world.business.until(lambda: world.business.messages()[-1]["reaction"] == {"message_id": wamid})
    said = await world.say(anna, text="Thanks")
    theirs = (await world.business.message("text"))["id"]
    await world.sent("reaction", {"message_id": theirs, "emoji": "❤️"})
    last = await world.shown(anna)
    assert (last["id"], last["reaction"]) == (said["id"], "❤️")


async def test_an_answer_names_the_message_it_answers(world: World, anna: int) -> None:
    said = await world.say(anna, text="How much?")
    asked = (await world.business.message("text"))["id"]
    wamid = await world.sent("text", {"body": "50.00 UAH"}, context={"message_id": asked})
    shown = await world.shown(anna)
    assert shown["reply_to"] == said["id"]
    await world.say(anna, text="Fine", reply_to=shown["id"])
    await world.settled()
    display = world.business.values()[-1]["metadata"]["display_phone_number"]
    assert world.business.messages()[-1]["context"] == {"from": display, "id": wamid}


async def test_edits_and_deletions_are_told_while_they_are_allowed(world: World, anna: int) -> None:
    said = await world.say(anna, text="one")
    wamid = (await world.business.message("text"))["id"]
    assert (await world.do(anna, f"messages/{said['id']}", {"text": "two"}, "PATCH")).status_code == 200
    edit = (await world.business.message("edit"))["edit"]
    assert edit["original_message_id"] == wamid
    assert edit["message"] == {"context": {"id": wamid}, "type": "text", "text": {"body": "two"}}
    world.clock.ahead_s += 16 * 60
    assert (await world.do(anna, f"messages/{said['id']}", {"text": "three"}, "PATCH")).status_code == 409
    await world.do(anna, f"messages/{said['id']}", {}, "DELETE")
    assert (await world.business.message("revoke"))["revoke"] == {"original_message_id": wamid}
    assert all(message["id"] != said["id"] for message in (await world.history(anna))["messages"])


async def test_a_new_number_is_announced_and_the_old_one_is_nobodys(world: World, anna: int) -> None:
    await world.http.patch(f"/sandbox/phones/people/{anna}", json={"phone": "+380509998877"})
    await world.say(anna, text="it is me")
    change = await world.business.message("system")
    assert (change["from"], change["system"]["type"]) == (WA_ID, "user_changed_number")
    assert change["system"]["wa_id"] == "380509998877"
    assert (await world.business.message("text"))["from"] == "380509998877"
    await world.sent("text", {"body": "x"})
    assert (await world.business.failed())["code"] == 131026


async def test_a_person_with_a_username_is_known_by_an_id_and_reached_by_it(world: World, anna: int) -> None:
    await world.do(anna, "number", {"hidden": True}, "PUT")
    await world.say(anna, text="who am I?")
    message = await world.business.message("text")
    (who,) = world.business.values()[-1]["contacts"]
    assert "from" not in message
    assert "wa_id" not in who
    assert who["profile"]["username"]
    assert who["user_id"] == message["from_user_id"]
    assert who["user_id"].startswith("UA.")
    answer = await world.send("text", {"body": "I know you"}, to=None, recipient=who["user_id"])
    assert answer.json()["contacts"] == [{"input": who["user_id"], "user_id": who["user_id"]}]
    assert (await world.shown(anna))["text"] == "I know you"
    await world.sent("text", {"body": "x"}, to=None, recipient="UA.1")
    assert (await world.business.failed())["code"] == 131026


async def test_history_comes_in_pages(world: World, anna: int) -> None:
    for number in range(4):
        await world.say(anna, text=f"{number}")
    newest = await world.history(anna, limit=3)
    assert ([each["text"] for each in newest["messages"]], newest["more"]) == (["1", "2", "3"], True)
    older = await world.history(anna, before=newest["messages"][0]["id"])
    assert ([each["text"] for each in older["messages"]], older["more"]) == (["Hello", "0"], False)
    chats = (await world.http.get(f"/sandbox/phones/whatsapp/{anna}/chats")).json()["chats"]
    assert (chats[0]["bot"]["id"], chats[0]["last"]["text"]) == (NUMBER, "3")


async def test_a_page_of_another_site_cannot_press_buttons(world: World, anna: int) -> None:
    path = f"/sandbox/phones/whatsapp/{anna}/{NUMBER}/messages"
    answer = await world.http.post(path, json={"text": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
