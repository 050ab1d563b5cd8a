"""The platform refuses what Telegram refuses, in Telegram's words."""

from typing import Any

import pytest
from phones_world import World


def inline(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [[button] for button in buttons]}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": "  \n "}, "message text is empty"),
        ({"text": "a" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities: Can't find end tag corresponding to start tag"),
        ({"text": "ї<x>", "parse_mode": "HTML"}, 'can\'t parse entities: Unsupported start tag "x" at byte offset 2'),
        ({"text": "<b>x</i>", "parse_mode": "HTML"}, 'Unmatched end tag, expected "</b>", found "</i>"'),
        ({"text": "1 < 2", "parse_mode": "HTML"}, "can't parse entities"),
        ({"text": "50.00", "parse_mode": "MarkdownV2"}, "Character '.' is reserved and must be escaped"),
        ({"text": "*x", "parse_mode": "MarkdownV2"}, "Can't find end of Bold entity at byte offset 0"),
        ({"text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        ({"text": "x", "reply_markup": inline({"text": "a", "callback_data": "ї" * 33})}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": inline({"text": "a", "callback_data": ""})}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": inline({"text": "a"})}, "Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "reply_markup": inline({"text": " ", "url": "https://example.org"})}, "BUTTON_TEXT_INVALID"),
        ({"text": "x", "reply_markup": inline({"text": "a", "url": "javascript:alert(1)"})}, "Wrong HTTP URL"),
        ({"text": "x", "reply_markup": inline(*[{"text": "a", "callback_data": "b"}] * 101)}, "REPLY_MARKUP_TOO_LONG"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply markup JSON object"),
        ({"text": "x", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"text": "x", "chat_id": 42}, "chat not found"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
    ],
)
async def test_a_message_that_telegram_refuses_is_refused(
    world: World, anna: int, arguments: dict[str, Any], words: str
) -> None:
    answer = await world.call("sendMessage", **({"chat_id": anna} | arguments))
    assert answer["error_code"] == 400
    assert answer["description"].startswith("Bad Request: ")
    assert words in answer["description"]


async def test_a_text_of_the_full_length_passes_and_markup_does_not_count(world: World, anna: int) -> None:
    text = "<b>" + "😀" * 2048 + "</b>"
    answer = await world.call("sendMessage", chat_id=anna, text=text, parse_mode="HTML")
    assert answer["result"]["entities"] == [{"type": "bold", "offset": 0, "length": 4096}]


@pytest.mark.parametrize(
    ("mode", "source", "text", "entities"),
    [
        ("HTML", " a &lt;b&gt; <i>ї😀</i> ", "a <b> ї😀", [("italic", 6, 3)]),
        ("HTML", '<a href="https://example.org/?a=1&amp;b=2">go</a>', "go", [("text_link", 0, 2)]),
        ("HTML", "<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("HTML", '<pre><code class="language-python">x</code></pre>', "x", [("pre", 0, 1)]),
        ("MarkdownV2", r"*bold* 50\.00 `a.b`", "bold 50.00 a.b", [("bold", 0, 4), ("code", 11, 3)]),
        ("MarkdownV2", "[go](https://example.org) ||no||", "go no", [("text_link", 0, 2), ("spoiler", 3, 2)]),
        ("MarkdownV2", ">one\n>two\nthree", "one\ntwo\nthree", [("blockquote", 0, 7)]),
    ],
)
async def test_markup_becomes_text_and_entities(
    world: World, anna: int, mode: str, source: str, text: str, entities: list[tuple[str, int, int]]
) -> None:
    answer = await world.call("sendMessage", chat_id=anna, text=source, parse_mode=mode)
    assert answer["ok"], answer
    assert answer["result"]["text"] == text
    assert [(e["type"], e["offset"], e["length"]) for e in answer["result"]["entities"]] == entities


async def test_a_burst_is_let_through_and_then_the_chat_must_wait(world: World, anna: int) -> None:
    answers = [await world.call("sendMessage", chat_id=anna, text=f"{n}") for n in range(25)]
    refused = [answer for answer in answers if not answer["ok"]]
    assert len(refused) == 5
    assert refused[0]["error_code"] == 429
    assert refused[0]["parameters"]["retry_after"] == 1
    world.clock.ahead_s += 1.5
    assert (await world.call("sendMessage", chat_id=anna, text="later"))["ok"]


@pytest.mark.parametrize(
    ("outcome", "code"), [("throttle", 429), ("blocked", 403), ("unauthorized", 401), ("unavailable", 500)]
)
async def test_trouble_comes_on_demand_and_goes_away(world: World, anna: int, outcome: str, code: int) -> None:
    fault = {"outcome": outcome, "method": "sendMessage", "count": 1, "retry_after_s": 7}
    assert (await world.http.put("/sandbox/phones/telegram/faults", json=fault)).status_code == 200
    assert (await world.call("getMe"))["ok"]
    answer = await world.call("sendMessage", chat_id=anna, text="x")
    assert answer["error_code"] == code
    assert answer.get("parameters", {}).get("retry_after") == (7 if code == 429 else None)
    assert (await world.call("sendMessage", chat_id=anna, text="x"))["ok"]


async def test_a_wrong_switch_position_says_which_there_are(world: World) -> None:
    answer = await world.http.put("/sandbox/phones/telegram/faults", json={"outcome": "explode"})
    assert answer.status_code == 400
    assert "throttle" in answer.json()["error"]


async def test_an_edit_that_changes_nothing_is_refused_and_one_that_does_is_kept(world: World, anna: int) -> None:
    sent = (await world.call("sendMessage", chat_id=anna, text="one"))["result"]
    same = await world.call("editMessageText", chat_id=anna, message_id=sent["message_id"], text="one")
    assert same["description"].startswith("Bad Request: message is not modified")
    edited = await world.call("editMessageText", chat_id=anna, message_id=sent["message_id"], text="two")
    assert edited["result"]["text"] == "two"
    assert edited["result"]["edit_date"] >= sent["date"]
    assert (await world.history(anna))["messages"][-1]["edited"] is True
    missing = await world.call("editMessageText", chat_id=anna, message_id=999, text="two")
    assert missing["description"] == "Bad Request: message to edit not found"


async def test_a_message_can_be_deleted_for_48_hours(world: World, anna: int) -> None:
    young, old = [(await world.call("sendMessage", chat_id=anna, text=t))["result"]["message_id"] for t in "ab"]
    assert (await world.call("deleteMessage", chat_id=anna, message_id=young))["result"] is True
    again = await world.call("deleteMessage", chat_id=anna, message_id=young)
    assert again["description"] == "Bad Request: message to delete not found"
    world.clock.ahead_s += 49 * 3600
    late = await world.call("deleteMessage", chat_id=anna, message_id=old)
    assert late["description"] == "Bad Request: message can't be deleted for everyone"


@pytest.mark.parametrize(
    ("token", "code"), [("nonsense", 404), ("12:", 401), ("abc:def", 401), ("77:any-secret_will-do", 200)]
)
async def test_a_token_is_any_digits_and_characters(world: World, token: str, code: int) -> None:
    answer = await world.http.get(f"/sandbox/telegram/bot{token}/getMe")
    assert answer.status_code == code
    assert answer.json()["ok"] is (code == 200)


async def test_arguments_may_come_in_the_query_a_form_or_json_and_names_in_any_case(world: World, anna: int) -> None:
    path = f"/sandbox/telegram/bot1001:x/sendmessage?chat_id={anna}"
    markup = '{"inline_keyboard": [[{"text": "go", "callback_data": "x"}]]}'
    for answer in (
        await world.http.get(path + "&text=query"),
        await world.http.post(path, data={"text": "form", "reply_markup": markup}),
        await world.http.post(path, json={"text": "json"}),
    ):
        assert answer.json()["ok"], answer.text
    texts = [message["text"] for message in (await world.history(anna))["messages"]]
    assert texts == ["/start", "query", "form", "json"]


async def test_an_unknown_method_is_not_found(world: World) -> None:
    assert (await world.call("sendHolograms"))["error_code"] == 404
