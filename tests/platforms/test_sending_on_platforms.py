"""What becomes of a message when a platform says no: who waits, who is given up, what goes instead, who is told."""

import json
from typing import Any

import platform_posts as posts
import pytest
from bank_in_front import Bank
from four_platforms import until

Json = dict[str, Any]
TEMPLATE = {"name": "balance_ready", "language": "uk", "values": ["5 UAH"]}
SOON = "1"  # for how many seconds a platform asks us to wait


def telegram_says(code: int, description: str, **parameters: int) -> Json:
    told: Json = {"ok": False, "error_code": code, "description": description}
    return told | ({"parameters": parameters} if parameters else {})


def texts(bank: Bank, channel: str, user: str) -> list[str]:
    """What a chat saw or was refused, in order."""
    calls = bank.platforms.to(channel, user)
    said = [call.said["message"] if channel == "messenger" else call.said for call in calls]
    return [str(one["text"]["body"]) if channel == "whatsapp" else str(one["text"]) for one in said]


def alarms(bank: Bank, code: str) -> list[Json]:
    """What staff were told under a code."""
    lines = [json.loads(line) for line in bank.log().splitlines() if f'"{code}"' in line]
    return [line for line in lines if line.get("code") == code]


def delays(bank: Bank) -> int:
    """How often a platform's wish for a pause was understood."""
    return bank.log().count('"send_delayed"')


def heard_ago(bank: Bank, user: str, ago: str) -> None:
    """Move the customer's last word into the past."""
    key = bank.events("whatsapp", user)[0]["conversation_key"]
    bank.sql("update bot.conversation set heard_at = now() - $2::text::interval where id = $1::text::uuid", key, ago)


def out_of_reach(bank: Bank, channel: str, user: str) -> None:
    """News is not even tried any more."""
    key = bank.events(channel, user)[0]["conversation_key"]
    until(lambda: bank.sql("select 1 from bot.conversation where id = $1::text::uuid and unreachable <> ''", key))
    before = len(bank.platforms.to(channel, user))
    refused = bank.ended(bank.write(channel, user, "News", purpose="update"))
    assert (refused["state"], refused["error"]["code"]) == ("failed", "unreachable")
    assert len(bank.platforms.to(channel, user)) == before


def test_a_chat_that_telegram_slows_down_waits_in_order_and_the_others_go_on(bank: Bank) -> None:
    slow, other = bank.greeted("telegram"), bank.greeted("telegram")
    told = telegram_says(429, "Too Many Requests: retry after 1", retry_after=1)
    bank.platforms.will_answer("telegram", slow, 429, told)
    waiting = [bank.write("telegram", slow, text) for text in ("one", "two", "three")]
    until(lambda: bank.platforms.to("telegram", slow))
    (quick,) = bank.delivers("telegram", other, "hello")
    for message in waiting:
        bank.sent("telegram", message)
    assert texts(bank, "telegram", slow) == ["one", "one", "two", "three"]
    refused, again, *_ = bank.platforms.to("telegram", slow)
    assert again.at - refused.at >= 1
    assert quick.at < again.at


@pytest.mark.parametrize(("code", "words"), [(403, "Forbidden: bot was blocked by the user"),
    (400, "Bad Request: chat not found")], ids=["blocked", "no chat"])  # fmt: skip
def test_a_customer_whom_telegram_does_not_reach_is_not_tried_again(bank: Bank, code: int, words: str) -> None:
    user = bank.greeted("telegram")
    bank.platforms.will_answer("telegram", user, code, telegram_says(code, words))
    refused = bank.ended(bank.write("telegram", user, "hello"))
    assert (refused["state"], refused["error"]["code"]) == ("failed", str(code))
    assert texts(bank, "telegram", user) == ["hello"]
    out_of_reach(bank, "telegram", user)


@pytest.mark.parametrize("code", [130429, 80007, 4, 0], ids=["130429", "80007", "4", "http 429"])
def test_a_number_that_whatsapp_slows_down_holds_all_its_chats(bank: Bank, code: int) -> None:
    slow, other = bank.greeted("whatsapp"), bank.greeted("whatsapp")
    if code:
        bank.platforms.will_refuse("whatsapp", slow, code, retry_after=SOON)
    else:
        bank.platforms.will_answer("whatsapp", slow, 429, {}, retry_after=SOON)
    before = delays(bank)
    first = bank.write("whatsapp", slow, "one")
    (refused,) = until(lambda: bank.platforms.to("whatsapp", slow))
    until(lambda: delays(bank) > before)
    (elsewhere,) = bank.delivers("whatsapp", other, "hello")
    (again,) = bank.sent("whatsapp", first)
    assert again.at - refused.at >= 1
    assert elsewhere.at - refused.at >= 1


@pytest.mark.parametrize("code", [613, 4])
def test_a_page_that_meta_slows_down_sends_again_after_the_pause(bank: Bank, code: int) -> None:
    user = bank.greeted("messenger")
    bank.platforms.will_refuse("messenger", user, code, retry_after=SOON)
    (again,) = bank.delivers("messenger", user, "one")
    assert texts(bank, "messenger", user) == ["one", "one"]
    assert again.at - bank.platforms.to("messenger", user)[0].at >= 1


def test_a_recipient_whom_whatsapp_slows_down_waits_alone(bank: Bank) -> None:
    slow, other = bank.greeted("whatsapp"), bank.greeted("whatsapp")
    bank.platforms.will_refuse("whatsapp", slow, 131056, retry_after=SOON)
    first = bank.write("whatsapp", slow, "one")
    until(lambda: bank.platforms.to("whatsapp", slow))
    (quick,) = bank.delivers("whatsapp", other, "hello")
    (again,) = bank.sent("whatsapp", first)
    assert quick.at < again.at
    assert again.at - bank.platforms.to("whatsapp", slow)[0].at >= 1


@pytest.mark.parametrize("fallback", [None, TEMPLATE], ids=["without", "with template"])
@pytest.mark.parametrize("how", ["answer", "later", "own clock"])
def test_after_the_window_of_whatsapp_only_an_approved_template_leaves(
    bank: Bank, how: str, fallback: Json | None
) -> None:
    user = bank.greeted("whatsapp")
    if how == "own clock":
        heard_ago(bank, user, "24 hours 1 second")
    elif how == "answer":
        bank.platforms.will_refuse("whatsapp", user, 131047)
    message = bank.write("whatsapp", user, "Your balance", fallback_template=fallback)
    if how == "later":
        (call,) = bank.sent("whatsapp", message)
        status = posts.wa_status(user, call.id, "failed", {"code": 131047, "title": "Re-engagement message"})
        bank.hear("whatsapp", posts.whatsapp(statuses=(status,)))
        until(lambda: bank.standing(message)["state"] != "sent" or len(bank.platforms.to("whatsapp", user)) == 2)
    standing = bank.ended(message)
    kinds = [call.said["type"] for call in bank.platforms.to("whatsapp", user)]
    tried = [] if how == "own clock" else ["text"]
    assert kinds == tried + (["template"] if fallback else [])
    if fallback is None:
        assert standing["state"] == "window_closed"
        key = bank.events("whatsapp", user)[0]["conversation_key"]
        assert [one for one in alarms(bank, "window_closed") if one.get("conversation") == key]
    else:
        assert (standing["state"], "template" in standing["degradations"]) == ("sent", True)
        assert bank.platforms.to("whatsapp", user)[-1].said["template"]["name"] == "balance_ready"


def test_a_minute_before_the_window_shuts_free_words_leave(bank: Bank) -> None:
    user = bank.greeted("whatsapp")
    heard_ago(bank, user, "23 hours 59 minutes")
    (call,) = bank.delivers("whatsapp", user, "Your balance", fallback_template=TEMPLATE)
    assert call.said["type"] == "text"


def test_a_customer_whom_whatsapp_does_not_reach_is_not_tried_again(bank: Bank) -> None:
    user = bank.greeted("whatsapp")
    bank.platforms.will_refuse("whatsapp", user, 131026)
    assert bank.ended(bank.write("whatsapp", user, "hello"))["error"]["code"] == "131026"
    assert texts(bank, "whatsapp", user) == ["hello"]
    out_of_reach(bank, "whatsapp", user)


@pytest.mark.parametrize("code", [131051, 132001, 132015])
def test_a_message_or_template_that_whatsapp_refuses_is_told_to_staff_and_not_repeated(bank: Bank, code: int) -> None:
    user = bank.greeted("whatsapp")
    bank.platforms.will_refuse("whatsapp", user, code)
    refused = bank.ended(bank.write("whatsapp", user, {"type": "template", **TEMPLATE}))
    assert (refused["state"], refused["error"]["code"]) == ("failed", str(code))
    bank.delivers("whatsapp", user, "The next one goes on")
    assert [call.said["type"] for call in bank.platforms.to("whatsapp", user)] == ["template", "text"]
    key = bank.events("whatsapp", user)[0]["conversation_key"]
    (told,) = [one for one in alarms(bank, "message_not_sent") if one.get("conversation") == key]
    assert str(code) in json.dumps(told)


@pytest.mark.parametrize("times", [1, 2])
def test_a_file_that_whatsapp_could_not_take_is_tried_once_more_and_not_again(bank: Bank, times: int) -> None:
    user = bank.greeted("whatsapp")
    media = bank.keep(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", "a.pdf", "application/pdf")
    for _ in range(times):
        bank.platforms.will_refuse("whatsapp", user, 131053)
    standing = bank.ended(bank.write("whatsapp", user, {"type": "document", "media_id": media, "file_name": "a.pdf"}))
    assert standing["state"] == ("sent" if times == 1 else "failed")
    assert len(bank.platforms.to("whatsapp", user)) == 2


def test_a_moment_of_trouble_at_messenger_is_tried_again(bank: Bank) -> None:
    user = bank.greeted("messenger")
    bank.platforms.will_refuse("messenger", user, 2, status=500)
    bank.delivers("messenger", user, "hello")
    assert texts(bank, "messenger", user) == ["hello", "hello"]


@pytest.mark.parametrize(("code", "subcode"), [(551, 1545041), (100, 2018001)], ids=["away", "unknown"])
def test_a_customer_whom_messenger_does_not_reach_is_not_tried_again(bank: Bank, code: int, subcode: int) -> None:
    user = bank.greeted("messenger")
    bank.platforms.will_refuse("messenger", user, code, subcode)
    refused = bank.ended(bank.write("messenger", user, "hello"))
    assert (refused["state"], refused["error"]["code"]) == ("failed", f"{code}/{subcode}")
    assert texts(bank, "messenger", user) == ["hello"]
    out_of_reach(bank, "messenger", user)


def test_a_window_that_messenger_has_shut_ends_the_message(bank: Bank) -> None:
    user = bank.greeted("messenger")
    bank.platforms.will_refuse("messenger", user, 10, 2018278)
    assert bank.ended(bank.write("messenger", user, "hello"))["state"] == "window_closed"
    assert texts(bank, "messenger", user) == ["hello"]


def viber_says(bank: Bank, user: str, status: int) -> None:
    bank.platforms.will_answer("viber", user, 200, {"status": status, "status_message": "no"})


def test_who_is_not_subscribed_on_viber_is_not_tried_again(bank: Bank) -> None:
    user = bank.greeted("viber")
    viber_says(bank, user, 6)
    refused = bank.ended(bank.write("viber", user, "hello"))
    assert (refused["state"], refused["error"]["code"]) == ("failed", "6")
    out_of_reach(bank, "viber", user)


def test_a_chat_that_viber_slows_down_is_deferred_and_its_message_kept(bank: Bank) -> None:
    slow, other = bank.greeted("viber"), bank.greeted("viber")
    viber_says(bank, slow, 12)
    message = bank.write("viber", slow, "hello")
    until(lambda: bank.standing(message)["state"] == "deferred")
    bank.delivers("viber", other, "hello")
    assert texts(bank, "viber", slow) == ["hello"]


def test_a_message_that_viber_cannot_read_is_told_to_staff_and_the_next_goes_on(bank: Bank) -> None:
    user = bank.greeted("viber")
    viber_says(bank, user, 3)
    refused = bank.ended(bank.write("viber", user, "hello"))
    assert (refused["state"], refused["error"]["code"]) == ("failed", "3")
    bank.delivers("viber", user, "and on")
    key = bank.events("viber", user)[0]["conversation_key"]
    assert [one for one in alarms(bank, "message_not_sent") if one.get("conversation") == key]


def test_what_is_too_new_for_the_customers_viber_goes_once_more_in_simpler_form(bank: Bank) -> None:
    user = bank.greeted("viber")
    viber_says(bank, user, 13)
    bank.delivers("viber", user, "Your phone?", {"id": "p", "title": "Share", "kind": "request_phone"})
    first, second = bank.platforms.to("viber", user)
    assert (first.said["min_api_version"], second.said.get("min_api_version", 1)) == (3, 1)
    assert second.said["text"].startswith("Your phone?")
    assert "share-phone" not in json.dumps(second.said)


@pytest.mark.parametrize("status", [23, 24])
def test_what_viber_does_not_take_outside_of_a_session_ends_as_a_closed_window(bank: Bank, status: int) -> None:
    user = bank.greeted("viber")
    viber_says(bank, user, status)
    standing = bank.ended(bank.write("viber", user, "hello"))
    assert standing["state"] == "window_closed"
    assert texts(bank, "viber", user) == ["hello"]


@pytest.mark.parametrize("channel", posts.CHANNELS)
def test_five_messages_arrive_in_order_and_one_that_is_refused_for_good_costs_no_other(
    bank: Bank, channel: str
) -> None:
    user = bank.greeted(channel)
    bank.platforms.will_take(channel, user)
    if channel == "telegram":
        bank.platforms.will_answer(channel, user, 400, telegram_says(400, "Bad Request: message text is wrong"))
    elif channel == "viber":
        viber_says(bank, user, 3)
    else:
        bank.platforms.will_refuse(channel, user, 131009 if channel == "whatsapp" else 100)
    messages = [bank.write(channel, user, text) for text in ("one", "two", "three", "four", "five")]
    states = [bank.ended(message)["state"] for message in messages]
    assert states == ["sent", "failed", "sent", "sent", "sent"]
    assert texts(bank, channel, user) == ["one", "two", "three", "four", "five"]


@pytest.mark.parametrize("caption", ["", "Paid"], ids=["alone", "with words"])
def test_a_file_that_is_gone_before_it_leaves_is_said_in_words_or_told_to_staff(bank: Bank, caption: str) -> None:
    user = bank.greeted("messenger")
    media = bank.keep(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", "a.pdf", "application/pdf")
    bank.turn("messenger", "off")
    try:
        content = {"type": "document", "media_id": media, "caption": caption}
        message = bank.write("messenger", user, content)
        bank.sql("delete from bot.media where id = $1::text::uuid", media)
    finally:
        bank.turn("messenger", "on")
    standing = bank.ended(message)
    if caption:
        assert (standing["state"], "picture_not_drawn" in standing["degradations"]) == ("sent", True)
        assert texts(bank, "messenger", user) == ["Paid"]
    else:
        assert (standing["state"], standing["error"]["code"]) == ("failed", "file")
        assert bank.platforms.to("messenger", user) == []
