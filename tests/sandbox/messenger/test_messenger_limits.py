"""What the platform refuses is refused with its code and in its words; nothing of it reaches the phone."""

from typing import Any

import httpx
import pytest
from messenger_world import PAGE, TOKEN, Anna, World, picture

TEXT = {"text": "Hello"}
DAY_S = 24 * 3600


def quick(*replies: dict[str, Any]) -> dict[str, Any]:
    return {"text": "Which?", "quick_replies": list(replies)}


def reply(**changes: Any) -> dict[str, Any]:
    whole = {"content_type": "text", "title": "Red", "payload": "RED"} | changes
    return {name: value for name, value in whole.items() if value is not None}


def template(kind: str, **payload: Any) -> dict[str, Any]:
    return {"attachment": {"type": "template", "payload": {"template_type": kind} | payload}}


def button(**changes: Any) -> dict[str, Any]:
    whole = {"type": "postback", "title": "Pay", "payload": "PAY"} | changes
    return template("button", text="What?", buttons=[{n: v for n, v in whole.items() if v is not None}])


def element(**changes: Any) -> dict[str, Any]:
    return template("generic", elements=[{"title": "Card", "subtitle": "Gold"} | changes])


def error_of(answer: httpx.Response) -> tuple[int, int | None, str]:
    error = answer.json()["error"]
    assert {"message", "type", "code", "fbtrace_id"} <= error.keys()
    return error["code"], error.get("error_subcode"), error["message"]


async def refusal(world: World, anna: Anna, **call: Any) -> tuple[int, int | None, str]:
    """How a call that is refused is refused; the phone shows nothing new."""
    before = len((await world.history(anna.id))["messages"])
    answer = await world.send(anna.psid, **call)
    assert answer.status_code == 400, answer.text
    assert len((await world.history(anna.id))["messages"]) == before
    return error_of(answer)


# The words are those that the platform has answered with, as far as client libraries have recorded them.
@pytest.mark.parametrize(
    ("message", "code", "subcode", "words"),
    [
        ({"text": "a" * 2001}, 100, None, "Length of param message[text] must be less than or equal to 2000"),
        ({"text": ""}, 100, 2018034, "Message cannot be empty, must provide valid attachment or text"),
        ({"metadata": "x"}, 100, 2018034, "Message cannot be empty, must provide valid attachment or text"),
        ({"text": "x", "attachment": {"type": "image"}}, 100, None, "both text and an attachment"),
        ({"attachment": {"payload": {}}}, 100, None, "The parameter message[attachment][type] is required"),
        ({"attachment": {"type": "hologram"}}, 100, None, "message[attachment][type] must be one of"),
        ({"attachment": {"type": "image"}}, 100, 2018005, "Must upload exactly one file"),
        ({"attachment": {"type": "image", "payload": {"attachment_id": "1"}}}, 100, 2018074, "attachment id"),
        ({"attachment": {"type": "image", "payload": {"url": "ftp://x/y"}}}, 100, None, "should represent a valid URL"),
        ({"attachment": {"type": "file", "payload": {"url": "http://127.0.0.1:9/x"}}}, 100, 2018008, "Failed to fetch"),
        ({"attachment": {"type": "template"}}, 100, None, "The parameter message[attachment][payload] is required"),
        (template("carousel"), 100, None, "Invalid template type"),
        (quick(), 194, None, "param message[quick_replies] has too few elements."),
        (quick(*[reply()] * 14), 105, None, "param message[quick_replies] has too many elements."),
        (quick(reply(title="r" * 21)), 100, None, "message[quick_replies][0][title] must be less than or equal to 20"),
        (quick(reply(payload="p" * 1001)), 100, None, "[0][payload] must be less than or equal to 1000"),
        (quick(reply(title=None)), 100, 2018098, "Title is required for this quick reply content type"),
        (quick(reply(payload=None)), 100, 2018099, "Payload is required for this quick reply content type"),
        (quick(reply(content_type=None)), 100, None, "message[quick_replies][0][content_type] is required"),
        (quick(reply(content_type="location")), 100, None, "content_type] must be one of"),
        (template("button", buttons=[]), 100, None, "The parameter name_placeholder[text] is required"),
        (template("button", text="t" * 641, buttons=[]), 100, None, "[text] must be less than or equal to 640"),
        (template("button", text="t"), 100, None, "The parameter name_placeholder[buttons] is required"),
        (template("button", text="t", buttons=[]), 100, None, "param name_placeholder[buttons] must be non-empty."),
        (template("button", text="t", buttons=[{}] * 4), 105, None, "name_placeholder[buttons] has too many elements."),
        (button(type=None), 100, None, "The parameter name_placeholder[buttons][0][type] is required"),
        (button(title=None), 100, 2018053, "Element button title cannot be empty."),
        (button(title=""), 100, None, "name_placeholder[buttons][0][title] must be a non-empty UTF-8 encoded string"),
        (button(title="b" * 21), 100, None, "[buttons][0][title] must be less than or equal to 20"),
        (button(payload=None), 100, 2018040, "Payload cannot be empty for postback type button"),
        (button(payload="p" * 1001), 100, None, "[buttons][0][payload] must be less than or equal to 1000"),
        (button(type="web_url"), 100, 2018041, "Web url cannot be empty for url type button"),
        (button(type="web_url", url="javascript:x"), 100, None, "[buttons][0][url] should represent a valid URL"),
        (template("generic", elements=[]), 194, None, "param name_placeholder[elements] has too few elements."),
        (template("generic", elements=[{}] * 11), 105, None, "name_placeholder[elements] has too many elements."),
        (element(subtitle=""), 100, 2018035, "Incomplete element data"),
        (element(title="t" * 81), 100, None, "[elements][0][title] must be less than or equal to 80"),
        (element(subtitle="s" * 81), 100, None, "[elements][0][subtitle] must be less than or equal to 80"),
        (element(buttons=[]), 194, None, "name_placeholder[elements][0][buttons] has too few elements."),
    ],
)  # fmt: skip
async def test_a_message_that_the_platform_refuses_is_refused(
    world: World, anna: Anna, message: dict[str, Any], code: int, subcode: int | None, words: str
) -> None:
    """Send API: the limits of messages, quick replies and templates."""
    found = await refusal(world, anna, messaging_type="RESPONSE", message=message)
    assert found[:2] == (code, subcode)
    assert found[2].startswith(f"(#{code}) ")
    assert words in found[2]


@pytest.mark.parametrize(
    ("call", "subcode", "words"),
    [
        ({}, 2018015, "Must send either message or state"),
        ({"message": TEXT, "sender_action": "typing_on"}, None, "both message and state at the same time"),
        ({"sender_action": "dance"}, None, "sender_action must be one of"),
        ({"message": TEXT, "messaging_type": "GREETING"}, None, "messaging_type must be one of"),
        ({"message": TEXT, "messaging_type": "MESSAGE_TAG"}, None, "tag is required"),
        ({"message": TEXT, "messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"}, None, "Invalid parameter"),
        ({"message": TEXT, "messaging_type": "MESSAGE_TAG", "tag": "FUN"}, None, "tag must be one of"),
        ({"message": TEXT, "messaging_type": "UTILITY"}, None, "message[template]"),
        ({"message": {"template": {"name": "unknown", "language": {"code": "en"}}}}, None, "does not exist in en"),
        ({"message": TEXT, "reply_to": {"mid": "m_unknown"}}, None, "reply_to"),
        ({"message": "text"}, None, "message must be"),
    ],
)
async def test_a_call_that_makes_no_sense_is_refused(
    world: World, anna: Anna, call: dict[str, Any], subcode: int | None, words: str
) -> None:
    """Send API: parameters; the tags other than HUMAN_AGENT were withdrawn in April 2026."""
    code, found, message = await refusal(world, anna, **call)
    assert (code, found) == (100, subcode)
    assert words in message


async def test_a_stranger_is_no_matching_user(world: World, anna: Anna) -> None:
    """Error 100/2018001: the page-scoped id is nobody's; a person's id of another Page is a stranger's too."""
    for psid, page in (("1234567890123456", PAGE), (anna.psid, 555)):
        answer = await world.send(psid, str(page), message=TEXT)
        assert error_of(answer) == (100, 2018001, "(#100) No matching user found")


async def test_the_window_closes_after_a_day_of_silence(world: World, anna: Anna) -> None:
    """Error 10/2018278: more than 24 hours after the person's last message; typing is refused then, too."""
    world.clock.ahead_s += DAY_S
    await world.sent(anna.psid, TEXT)
    world.clock.ahead_s += 1
    for call in ({"messaging_type": "RESPONSE"}, {"messaging_type": "UPDATE"}, {}):
        found = await refusal(world, anna, message=TEXT, **call)
        assert found == (10, 2018278, "(#10) This message is sent outside of allowed window.")
    assert (await refusal(world, anna, sender_action="typing_on"))[:2] == (10, 2018278)
    await world.say(anna.id, text="I am back")
    await world.sent(anna.psid, TEXT)


async def test_a_human_agent_has_a_week(world: World, anna: Anna) -> None:
    """Message tags: HUMAN_AGENT within 7 days."""
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT", "message": TEXT}
    world.clock.ahead_s += 7 * DAY_S
    assert (await world.send(anna.psid, **tagged)).status_code == 200
    world.clock.ahead_s += 1
    assert (await refusal(world, anna, **tagged))[:2] == (10, 2018278)


async def test_who_blocked_the_page_is_unavailable(world: World, anna: Anna) -> None:
    """Error 551/1545041; the Page hears of it in no other way."""
    await world.do(anna.id, "block", {"blocked": True}, "PUT")
    expected = (551, 1545041, "(#551) This person isn't available right now.")
    assert await refusal(world, anna, message=TEXT) == expected
    assert await refusal(world, anna, sender_action="typing_on") == expected
    await world.do(anna.id, "block", {"blocked": False}, "PUT")
    await world.sent(anna.psid, TEXT)


async def test_a_page_that_writes_too_fast_must_wait(world: World, anna: Anna) -> None:
    """Error 613: more than 300 calls a second for one Page."""
    world.clock.ahead_s += 5
    for _ in range(300):
        world.messenger.platform.pace.take(PAGE)
    assert await refusal(world, anna, message=TEXT) == (
        613,
        None,
        "(#613) Calls to this api have exceeded the rate limit.",
    )
    world.clock.ahead_s += 0.5
    await world.sent(anna.psid, TEXT)


async def test_a_picture_must_be_one_and_a_file_small_enough(world: World, anna: Anna) -> None:
    """Errors 100/2018047 and 100/2018109: uploads up to 25 MB, pictures by address up to 8 MB."""

    async def upload(kind: str, data: bytes) -> tuple[int, int | None, str]:
        form = {"recipient": f'{{"id": "{anna.psid}"}}', "message": f'{{"attachment": {{"type": "{kind}"}}}}'}
        path, headers = f"/sandbox/messenger/v25.0/{PAGE}/messages", {"Authorization": f"Bearer {TOKEN}"}
        files = {"filedata": ("x.png", data, "image/png")}
        return error_of(await world.http.post(path, data=form, files=files, headers=headers))

    assert (await upload("image", b"no picture"))[:2] == (100, 2018047)
    assert (await upload("file", b"x" * (25 * 1024 * 1024 + 1)))[:2] == (100, 2018109)
    files = world.messenger.platform.files
    large = files.add(PAGE, "file", "x.png", "image/png", world.clock(), picture() + b"\0" * (8 * 1024 * 1024))
    url = f"{world.root}/sandbox/messenger/files/{large.id}"
    found = await refusal(world, anna, message={"attachment": {"type": "image", "payload": {"url": url}}})
    assert found[:2] == (100, 2018109)


async def test_a_saved_file_is_gone_after_90_days(world: World, anna: Anna) -> None:
    """Attachment upload: ids expire after 90 days."""
    saved = world.messenger.platform.files.add(PAGE, "file", "x.pdf", "application/pdf", world.clock(), b"%PDF")
    world.clock.ahead_s += 90 * DAY_S + 1
    await world.say(anna.id, text="hello")
    message = {"attachment": {"type": "file", "payload": {"attachment_id": saved.id}}}
    assert (await refusal(world, anna, message=message))[0] == 100


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({}, "Requires one of the params"),
        ({"get_started": {}}, "get_started[payload] is required"),
        ({"get_started": {"payload": "p" * 1001}}, "less than or equal to 1000"),
        ({"greeting": [{"locale": "uk_UA", "text": "Вітаю"}]}, "locale default"),
        ({"greeting": [{"locale": "default", "text": "g" * 161}]}, "less than or equal to 160"),
        ({"persistent_menu": [{"locale": "default", "call_to_actions": [reply()] * 21}]}, "must be one of"),
        (
            {"persistent_menu": [{"locale": "default", "call_to_actions": [
                {"type": "postback", "title": "m" * 31, "payload": "X"}]}]},
            "less than or equal to 30",
        ),
    ],
)  # fmt: skip
async def test_a_profile_that_cannot_be_is_refused(world: World, properties: dict[str, Any], words: str) -> None:
    """Messenger profile: payload 1000, greeting 160, menu titles 30, a default locale in each list."""
    code, _, message = error_of(await world.graph("POST", f"{PAGE}/messenger_profile", **properties))
    assert code == 100
    assert words in message


async def test_a_menu_needs_a_get_started_button(world: World) -> None:
    """Messenger profile, error 100/2018145: no menu without Get Started, set or left."""
    menu = [{"locale": "default", "call_to_actions": [{"type": "postback", "title": "Help", "payload": "/help"}]}]
    refused = await world.graph("POST", "777/messenger_profile", persistent_menu=menu)
    assert error_of(refused)[:2] == (100, 2018145)
    both = {"get_started": {"payload": "GO"}, "persistent_menu": menu}
    assert (await world.graph("POST", "777/messenger_profile", **both)).json() == {"result": "success"}
    read = await world.graph("GET", "777/messenger_profile", fields="get_started,persistent_menu,greeting")
    assert read.json() == {"data": [both]}
    kept = await world.graph("DELETE", "777/messenger_profile", fields=["get_started"])
    assert error_of(kept)[:2] == (100, 2018145)
    gone = await world.graph("DELETE", "777/messenger_profile", fields=["get_started", "persistent_menu"])
    assert gone.json() == {"result": "success"}
    assert (await world.graph("GET", "777/messenger_profile", fields="get_started")).json() == {"data": []}


async def test_what_is_no_pages_call_is_refused(world: World, anna: Anna) -> None:
    """Graph: an app's token is no Page's (100), no token (104), a node that is none (100/33), fields that are none."""
    assert error_of(await world.graph("POST", f"{PAGE}/messages", "880088|x", message=TEXT))[0] == 100
    bare = await world.http.post(f"/sandbox/messenger/v25.0/{PAGE}/messages", json={"message": TEXT})
    assert (bare.status_code, error_of(bare)[0]) == (401, 104)
    assert error_of(await world.graph("POST", "no-page/messages", message=TEXT))[:2] == (100, 33)
    assert error_of(await world.graph("POST", f"{PAGE}/subscribed_apps"))[0] == 100
    assert error_of(await world.graph("POST", f"{PAGE}/subscribed_apps", subscribed_fields="feelings"))[0] == 100


@pytest.mark.parametrize(
    ("outcome", "status", "code", "subcode"),
    [
        ("too_fast", 400, 613, None),
        ("window", 400, 10, 2018278),
        ("blocked", 400, 551, 1545041),
        ("stranger", 400, 100, 2018001),
        ("unauthorized", 401, 190, None),
        ("unavailable", 500, 2, None),
    ],
)
async def test_trouble_comes_on_demand_and_goes_away(
    world: World, anna: Anna, outcome: str, status: int, code: int, subcode: int | None
) -> None:
    """The codes that a bot must tell apart: 613, 10/2018278, 551/1545041, 100/2018001, 190, 2 (transient)."""
    fault = {"outcome": outcome, "method": "messages", "count": 1}
    assert (await world.http.put("/sandbox/phones/messenger/faults", json=fault)).status_code == 200
    assert (await world.graph("GET", str(PAGE))).status_code == 200
    answer = await world.send(anna.psid, message=TEXT)
    assert (answer.status_code, *error_of(answer)[:2]) == (status, code, subcode)
    assert answer.json()["error"].get("is_transient", False) is (code == 2)
    await world.sent(anna.psid, TEXT)


async def test_a_wrong_switch_position_says_which_there_are(world: World) -> None:
    answer = await world.http.put("/sandbox/phones/messenger/faults", json={"outcome": "explode"})
    assert answer.status_code == 400
    assert "too_fast" in answer.json()["error"]
    assert "too_fast" in (await world.http.get("/sandbox/phones/messenger/faults")).json()["outcomes"]
