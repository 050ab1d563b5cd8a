"""The platform's rules about who may be written to, when, how fast and how much, each refused with its own code."""

import json
from typing import Any

import pytest
from messenger_world import PAGE, TOKEN, Anna, World, error_of, picture, refusal

TEXT = {"text": "Hello"}
DAY_S = 24 * 3600
REPLY = {"content_type": "text", "title": "Red", "payload": "RED"}


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
        ({"persistent_menu": [{"locale": "default", "call_to_actions": [REPLY] * 21}]}, "must be one of"),
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


async def test_the_header_of_usage_says_for_how_many_minutes_a_page_is_shut_out(world: World, anna: Anna) -> None:
    """Rate limits: X-Business-Use-Case-Usage, estimated_time_to_regain_access in minutes."""
    fault = {"outcome": "too_fast", "method": "messages", "count": 1, "retry_after_s": 90}
    await world.http.put("/sandbox/phones/messenger/faults", json=fault)
    answer = await world.send(anna.psid, message=TEXT)
    (usage,) = json.loads(answer.headers["x-business-use-case-usage"]).values()
    assert usage[0]["estimated_time_to_regain_access"] == 2


async def test_a_wrong_switch_position_says_which_there_are(world: World) -> None:
    answer = await world.http.put("/sandbox/phones/messenger/faults", json={"outcome": "explode"})
    assert answer.status_code == 400
    assert "too_fast" in answer.json()["error"]
    assert "too_fast" in (await world.http.get("/sandbox/phones/messenger/faults")).json()["outcomes"]
