"""Every kind of message that the Send API documents is taken, answered as documented, and stands on the phone."""

from typing import Any

import pytest
from messenger_world import PAGE, TOKEN, Anna, World, picture

COLOURS = [{"content_type": "text", "title": title, "payload": f"PICK_{title}"} for title in ("Red", "Green")]
BUTTONS = [
    {"type": "postback", "title": "Pay", "payload": "PAY"},
    {"type": "web_url", "title": "Look", "url": "https://example.org/rates"},
    {"type": "phone_number", "title": "Call", "payload": "+380441234567"},
]


def template(**payload: Any) -> dict[str, Any]:
    return {"attachment": {"type": "template", "payload": payload}}


async def test_the_answer_names_the_person_and_the_message(world: World, anna: Anna) -> None:
    """Send API: success is {"recipient_id", "message_id"}."""
    answer = await world.send(anna.psid, messaging_type="RESPONSE", message={"text": "Hello"})
    assert answer.json().keys() == {"recipient_id", "message_id"}
    assert answer.json()["recipient_id"] == anna.psid
    assert answer.json()["message_id"].startswith("m_")
    shown = (await world.history(anna.id))["messages"][-1]
    assert (shown["from"], shown["text"]) == ("bot", "Hello")


@pytest.mark.parametrize("text", ["a" * 2000, "ї" * 2000, "😀" * 2000], ids=["latin", "cyrillic", "emoji"])
async def test_a_text_of_the_full_length_passes(world: World, anna: Anna, text: str) -> None:
    """Send API: text of up to 2000 characters."""
    await world.sent(anna.psid, {"text": text})


async def test_me_is_the_page_of_the_token(world: World, anna: Anna) -> None:
    """Send API: /me/messages with a Page access token is that Page's own endpoint."""
    await world.graph("GET", "777", "token-of-another-page")
    answer = await world.send(anna.psid, "me", messaging_type="RESPONSE", message={"text": "Hello"})
    assert answer.status_code == 200, answer.text
    stranger = await world.graph(
        "POST", "me/messages", "token-of-another-page", recipient={"id": anna.psid}, message={"text": "x"}
    )
    assert stranger.json()["error"]["error_subcode"] == 2018001


async def test_quick_replies_stand_above_the_input_until_the_next_message(world: World, anna: Anna) -> None:
    """Quick replies: shown above the composer, for the newest message only."""
    await world.sent(anna.psid, {"text": "Which?", "quick_replies": COLOURS})
    rows = (await world.history(anna.id))["keyboard"]["rows"]
    assert [button["title"] for button in rows[0]] == ["Red", "Green"]
    await world.sent(anna.psid, {"text": "Never mind"})
    assert (await world.history(anna.id))["keyboard"] is None


async def test_thirteen_quick_replies_of_the_longest_titles_pass(world: World, anna: Anna) -> None:
    """Quick replies: up to 13, title 20, payload 1000."""
    replies = [{"content_type": "text", "title": f"{n:020}", "payload": "p" * 1000} for n in range(13)]
    await world.sent(anna.psid, {"text": "Which?", "quick_replies": replies})


async def test_a_button_template_is_text_with_buttons_under_it(world: World, anna: Anna) -> None:
    """Button template: text up to 640, one to three buttons of web_url, postback, phone_number."""
    await world.sent(anna.psid, template(template_type="button", text="т" * 640, buttons=BUTTONS))
    shown = (await world.history(anna.id))["messages"][-1]
    assert shown["text"] == "т" * 640
    assert shown["buttons"] == [
        [{"title": "Pay", "kind": "reply"}],
        [{"title": "Look", "kind": "url", "url": "https://example.org/rates"}],
        [{"title": "Call", "kind": "url", "url": "tel:+380441234567"}],
    ]


async def test_a_generic_template_is_cards(world: World, anna: Anna) -> None:
    """Generic template: up to 10 elements with title and subtitle up to 80."""
    elements = [{"title": f"{n}" * 80, "subtitle": "s" * 80, "buttons": BUTTONS} for n in range(10)]
    await world.sent(anna.psid, template(template_type="generic", elements=elements))
    shown = (await world.history(anna.id))["messages"][-1]
    assert [card["title"][0] for card in shown["cards"]] == [str(n) for n in range(10)]
    assert len(shown["buttons"]) == 30


@pytest.mark.parametrize(("kind", "shown"), [("image", "picture"), ("file", "document")])
async def test_a_file_may_come_in_the_form(world: World, anna: Anna, kind: str, shown: str) -> None:
    """Send API: a form with recipient, message and filedata; is_reusable gives an attachment_id."""
    form = {
        "recipient": f'{{"id": "{anna.psid}"}}',
        "messaging_type": "RESPONSE",
        "message": f'{{"attachment": {{"type": "{kind}", "payload": {{"is_reusable": true}}}}}}',
    }
    path = f"/sandbox/messenger/v25.0/{PAGE}/messages"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    files = {"filedata": ("receipt.png", picture(), "image/png")}
    answer = await world.http.post(path, data=form, files=files, headers=headers)
    assert answer.json().keys() == {"recipient_id", "message_id", "attachment_id"}, answer.text
    bubble = (await world.history(anna.id))["messages"][-1]
    assert (await world.http.get(f"/sandbox/{bubble[shown]['url']}")).content == picture()
    again = {"attachment": {"type": kind, "payload": {"attachment_id": answer.json()["attachment_id"]}}}
    await world.sent(anna.psid, again)
    assert shown in (await world.history(anna.id))["messages"][-1]


async def test_a_picture_may_be_named_by_its_address(world: World, anna: Anna) -> None:
    """Send API: attachment.payload.url is fetched by the platform."""
    uploaded = await world.http.post(
        f"/sandbox/messenger/v25.0/{PAGE}/message_attachments",
        data={"message": '{"attachment": {"type": "image", "payload": {"is_reusable": true}}}'},
        files={"filedata": ("card.png", picture(), "image/png")},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    url = f"{world.root}/sandbox/messenger/files/{uploaded.json()['attachment_id']}"
    await world.sent(anna.psid, {"attachment": {"type": "image", "payload": {"url": url}}})
    assert (await world.history(anna.id))["messages"][-1]["picture"]["width"] == 64


async def test_a_message_may_answer_another(world: World, anna: Anna) -> None:
    """Send API: reply_to.mid names a message of the thread."""
    said = await world.say(anna.id, text="How much?")
    mid = (await world.hook.next("message"))["message"]["mid"]
    answer = await world.send(anna.psid, messaging_type="RESPONSE", message={"text": "Ten"}, reply_to={"mid": mid})
    assert answer.status_code == 200, answer.text
    assert (await world.history(anna.id))["messages"][-1]["reply_to"] == said["id"]


async def test_typing_is_seen_and_answers_with_the_person_only(world: World, anna: Anna) -> None:
    """Sender actions: typing_on, typing_off, mark_seen; the answer is {"recipient_id"}."""
    said = await world.say(anna.id, text="Hello?")
    with world.phones.hub.listen(anna.id) as screen:
        for action in ("typing_on", "typing_off", "mark_seen"):
            answer = await world.send(anna.psid, sender_action=action)
            assert answer.json() == {"recipient_id": anna.psid}
        heard = [screen.get_nowait() for _ in range(screen.qsize())]
    kinds = [event["kind"] for event in heard if event["kind"] != "ticks"]
    assert kinds == ["typing", "typing_off"]
    shown = next(each for each in (await world.history(anna.id))["messages"] if each["id"] == said["id"])
    assert shown["ticks"] == 3


async def test_names_of_people_and_pages_can_be_asked(world: World, anna: Anna) -> None:
    """User profile: GET /{psid}?fields=first_name,last_name."""
    asked = await world.graph("GET", anna.psid, fields="first_name,last_name")
    assert asked.json() == {"first_name": "Anna", "last_name": "Koval", "id": anna.psid}
    assert (await world.graph("GET", str(PAGE))).json() == {"name": "Teller Bank", "id": str(PAGE)}
    assert (await world.graph("GET", "9" * 17)).json()["error"]["code"] == 100


async def test_a_template_is_filled_and_passes_outside_the_window(world: World, anna: Anna) -> None:
    """Utility messages: {"template": {"name", "language": {"code"}, "components"}} under messaging_type UTILITY."""
    body = {"type": "BODY", "text": "Dear {{1}}, {{2}} has come.", "example": {"body_text": [["Anna", "100 UAH"]]}}
    buttons = {"type": "BUTTONS", "buttons": [{"type": "POSTBACK", "text": "Show", "payload": "show_{{1}}"}]}
    about = {"name": "money_came", "language": "en", "category": "UTILITY", "components": [body, buttons]}
    made = await world.graph("POST", f"{PAGE}/message_templates", **about)
    assert made.json() == {"id": made.json()["id"], "status": "APPROVED", "category": "UTILITY"}
    assert (await world.graph("POST", f"{PAGE}/message_templates", **about)).json()["error"]["code"] == 100
    assert (await world.graph("GET", f"{PAGE}/message_templates", name="money")).json()["data"][0]["body"] == body[
        "text"
    ]
    words = [{"type": "text", "text": "Anna"}, {"type": "text", "text": "100 UAH"}]
    parts = [
        {"type": "body", "parameters": words},
        {"type": "buttons", "parameters": [{"type": "POSTBACK", "payload": "77"}]},
    ]
    named = {"name": "money_came", "language": {"code": "en"}, "components": parts}
    world.clock.ahead_s += 30 * 24 * 3600
    answer = await world.send(anna.psid, messaging_type="UTILITY", message={"template": named})
    assert answer.status_code == 200, answer.text
    shown = (await world.history(anna.id))["messages"][-1]
    assert (shown["text"], shown["buttons"]) == ("Dear Anna, 100 UAH has come.", [[{"title": "Show", "kind": "reply"}]])
    await world.do(anna.id, "taps", {"message": shown["id"], "row": 0})
    assert (await world.hook.next("postback", 2))["postback"]["payload"] == "show_77"
    few = named | {"components": parts[1:]}
    refused = await world.send(anna.psid, messaging_type="UTILITY", message={"template": few})
    assert refused.json()["error"]["code"] == 100
    gone = await world.graph("DELETE", f"{PAGE}/message_templates?name=money_came")
    assert gone.json() == {"success": True}
    refused = await world.send(anna.psid, messaging_type="UTILITY", message={"template": named})
    assert refused.json()["error"]["code"] == 100
