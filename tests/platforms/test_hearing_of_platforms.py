"""What customers say, tap and fill in, as the events that are stored of it."""

from datetime import UTC, datetime
from typing import Any

import platform_posts as posts
import pytest
from bank_in_front import Bank, button
from four_platforms import Seen, until

Json = dict[str, Any]
GRAPH = ["whatsapp", "messenger"]
SECONDS = {"telegram", "whatsapp"}


@pytest.mark.parametrize("channel", posts.CHANNELS)
def test_a_text_is_the_same_event_on_every_platform(bank: Bank, channel: str) -> None:
    user = posts.customer(channel)
    event = bank.heard(channel, posts.text(channel, user, "Привіт 👋 bank"), user)
    accounts = {"telegram": "7000000042", "whatsapp": posts.NUMBER, "messenger": posts.PAGE}
    assert (event["type"], event["content"]) == ("message", {"type": "text", "text": "Привіт 👋 bank"})
    assert (event["channel"], event["sender"]["channel_user_id"], event["address"]) == (channel, user, user)
    assert event["account_id"] == accounts.get(channel, event["account_id"])
    assert posts.VIBER_TOKEN not in event["account_id"]
    said = datetime.fromtimestamp(posts.SAID_AT_S + (0 if channel in SECONDS else 0.123), UTC)
    assert datetime.fromisoformat(event["occurred_at"]) == said
    assert event["message_id"]
    assert event["dedupe_key"]


def test_telegrams_start_with_a_payload_is_a_start_and_no_words(bank: Bank) -> None:
    user = posts.customer("telegram")
    event = bank.heard("telegram", posts.telegram(user, text="/start ref_AB-12"), user)
    assert (event["type"], event["referral"], event["content"]) == ("start", {"payload": "ref_AB-12"}, None)


def test_who_opens_a_viber_chat_is_greeted_in_the_answer_and_in_no_other_way(bank: Bank) -> None:
    user = posts.customer("viber")
    body = posts.viber(user, "conversation_started", type="open", context="context information", subscribed=False)
    answer = bank.hook("viber", body)
    assert answer.status_code == 200
    welcome = answer.json()
    assert "receiver" not in welcome
    assert (welcome["type"], bool(welcome["text"]), bool(welcome["sender"]["name"])) == ("text", True, True)
    (event,) = bank.events("viber", user)
    assert (event["type"], event["referral"]["payload"]) == ("start", "context information")
    assert event["details"]["subscribed"] == "no"
    until(lambda: bank.sql("select 1 from bot.inbox where id = $1::text::uuid and status = 'done'", event["id"]))
    assert bank.platforms.to("viber", user) == []


@pytest.mark.parametrize("kind", ["postback", "referral", "get started"])
def test_how_a_customer_came_to_messenger_is_kept(bank: Bank, kind: str) -> None:
    user = posts.customer("messenger")
    came = {"ref": "ref_AB-12", "source": "ADS", "type": "OPEN_THREAD", "ad_id": "6045246247433"}
    item = {
        "postback": {
            "postback": {"mid": f"m_p{posts.number()}", "title": "Apply", "payload": "card", "referral": came}
        },
        "referral": {"referral": came},
        "get started": {
            "postback": {
                "mid": f"m_p{posts.number()}",
                "title": "Get Started",
                "payload": "GET_STARTED",
                "referral": came,
            }
        },
    }[kind]
    event = bank.heard("messenger", posts.messenger(posts.fb_item(user, **item)), user)
    assert event["type"] == ("postback" if kind == "postback" else "start")
    assert event["referral"] == {
        "payload": "ref_AB-12",
        "source": "ADS",
        "type": "OPEN_THREAD",
        "ad_id": "6045246247433",
    }


def test_the_advertisement_that_led_to_whatsapp_is_kept(bank: Bank) -> None:
    user = posts.customer("whatsapp")
    block = {
        "source_url": "https://fb.example/x",
        "source_id": "120212",
        "source_type": "ad",
        "ctwa_clid": "ARAkLkA8rmlF",
    }
    event = bank.heard("whatsapp", posts.whatsapp(posts.wa_text(user, "Tell me more", referral=block)), user)
    assert event["type"] == "message"
    assert event["referral"] == block | {"ad_id": "120212"}


def test_a_prefilled_start_of_whatsapp_is_a_start(bank: Bank) -> None:
    user = posts.customer("whatsapp")
    event = bank.heard("whatsapp", posts.text("whatsapp", user, "START ref_AB-12"), user)
    assert (event["type"], event["referral"]) == ("start", {"payload": "ref_AB-12"})


@pytest.mark.parametrize("whose", ["own", "another's", "forwarded"])
def test_a_contact_of_telegram_is_the_customers_own_only_when_telegram_says_so(bank: Bank, whose: str) -> None:
    user = posts.customer("telegram")
    card: Json = {"phone_number": "380501112233", "first_name": "Anna", "user_id": int(user)}
    more: Json = (
        {"forward_origin": {"type": "hidden_user", "sender_user_name": "A", "date": 1}} if whose == "forwarded" else {}
    )
    card |= {"user_id": 17} if whose == "another's" else {}
    event = bank.heard("telegram", posts.telegram(user, contact=card, **more), user)
    assert (event["type"], event["own_contact"]) == ("contact_shared", whose == "own")
    assert event["content"]["phone"] == "+380501112233"


def test_a_contact_of_viber_is_the_customers_own_only_after_our_button(bank: Bank) -> None:
    user = posts.customer("viber")
    (asked,) = bank.delivers("viber", user, "Your phone?", button(1, "Share", kind="request_phone"))
    mark = asked.said["tracking_data"]
    tapped = {"type": "contact", "contact": {"phone_number": "380501112233"}, "tracking_data": mark}
    picked = {"type": "contact", "contact": {"name": "Petro", "phone_number": "+380 67 222-33-44"}}
    for message, silent in ((tapped, True), (picked, False), (picked | {"tracking_data": mark}, False)):
        bank.hear("viber", posts.viber(user, message=message, silent=silent))
    own, plain, picked_after = bank.events("viber", user)
    assert [one["type"] for one in (own, plain, picked_after)] == ["contact_shared"] * 3
    assert [one["own_contact"] for one in (own, plain, picked_after)] == [True, False, False]
    assert (own["content"]["phone"], plain["content"]["phone"]) == ("+380501112233", "+380672223344")


def places(user: str) -> dict[str, tuple[str, Json]]:
    named = {"latitude": 50.4501, "longitude": 30.5234, "name": "Branch 12", "address": "Street, 1"}
    bare = {"latitude": 50.4501, "longitude": 30.5234}
    venue = {"location": bare, "title": "Branch 12", "address": "Street, 1"}
    fb = [{"title": "Branch 12", "type": "location", "payload": {"coordinates": {"lat": 50.4501, "long": 30.5234}}}]
    return {
        "telegram": ("telegram", posts.telegram(user, location=bare)),
        "telegram venue": ("telegram", posts.telegram(user, location=bare, venue=venue)),
        "viber": (
            "viber",
            posts.viber(user, message={"type": "location", "location": {"lat": 50.4501, "lon": 30.5234}}),
        ),
        "whatsapp": ("whatsapp", posts.whatsapp(posts.wa_message(user, "location", location=bare))),
        "whatsapp chosen": ("whatsapp", posts.whatsapp(posts.wa_message(user, "location", location=named))),
        "messenger": ("messenger", posts.messenger(posts.fb_message(user, attachments=fb))),
    }


@pytest.mark.parametrize("kind", list(places("1")))
def test_a_place_is_a_pair_of_numbers_with_a_name_where_there_is_one(bank: Bank, kind: str) -> None:
    user = posts.customer(kind.partition(" ")[0])
    channel, body = places(user)[kind]
    content = bank.heard(channel, body, user)["content"]
    assert (content["type"], content["lat"], content["lon"]) == ("location", 50.4501, 30.5234)
    assert content["name"] == ("Branch 12" if kind in ("telegram venue", "whatsapp chosen", "messenger") else "")
    assert content["address"] == ("Street, 1" if kind in ("telegram venue", "whatsapp chosen") else "")


def drawn(channel: str, call: Seen, number: int) -> str:
    """What a button of the call carries back."""
    if channel == "telegram":
        rows = call.said["reply_markup"]["inline_keyboard"]
        return str([one for row in rows for one in row][number]["callback_data"])
    if channel == "viber":
        return str(call.said["keyboard"]["Buttons"][number]["ActionBody"])
    if channel == "whatsapp":
        action = call.said["interactive"]["action"]
        rows = [row for section in action.get("sections", []) for row in section["rows"]]
        return str((rows or [one["reply"] for one in action["buttons"]])[number]["id"])
    message = call.said["message"]
    return str((message.get("quick_replies") or message["attachment"]["payload"]["buttons"])[number]["payload"])


def tapped(channel: str, user: str, call: Seen, payload: str, kind: str) -> Json:
    """The webhook of a tap."""
    if channel == "telegram":
        shown = {"message_id": int(call.id), "date": posts.SAID_AT_S, "chat": {"id": int(user), "type": "private"}}
        return posts.telegram(user, "callback_query", id=str(posts.number()), message=shown, data=payload)
    if channel == "viber":
        message = {"type": "text", "text": payload, "tracking_data": call.said["tracking_data"]}
        return posts.viber(user, message=message, silent=True)
    if channel == "whatsapp":
        part: Json = {"type": kind, kind: {"id": payload, "title": "Choice 1"}}
        context = {"from": "380441234567", "id": call.id}
        return posts.whatsapp(posts.wa_message(user, "interactive", interactive=part, context=context))
    if kind == "quick_reply":
        return posts.messenger(posts.fb_message(user, text="Choice 1", quick_reply={"payload": payload}))
    return posts.messenger(
        posts.fb_item(user, postback={"mid": f"m_p{posts.number()}", "title": "Choice 1", "payload": payload})
    )


TAPS = [("telegram", "callback", 3), ("viber", "reply", 3), ("whatsapp", "button_reply", 3),
        ("whatsapp", "list_reply", 5), ("messenger", "postback", 3), ("messenger", "quick_reply", 5)]  # fmt: skip


@pytest.mark.parametrize(("channel", "kind", "count"), TAPS, ids=[f"{channel}-{kind}" for channel, kind, _ in TAPS])
def test_a_tap_gives_back_the_id_that_was_sent(bank: Bank, channel: str, kind: str, count: int) -> None:
    user = bank.greeted(channel)
    (call,) = bank.delivers(channel, user, "Which?", *[button(number) for number in range(count)])
    assert drawn(channel, call, 1) == "id-1"
    began = len(bank.platforms.calls)
    bank.hear(channel, tapped(channel, user, call, "id-1", kind))
    event = bank.events(channel, user)[-1]
    assert (event["type"], event["payload"]) == ("postback", "id-1")
    if channel in GRAPH:
        assert event["title"] == "Choice 1"
    if channel in ("telegram", "whatsapp"):
        assert event["in_reply_to"] == call.id
    if channel == "telegram":
        answered = until(lambda: [one for one in bank.platforms.calls[began:] if one.method == "answerCallbackQuery"])
        assert answered[0].said["callback_query_id"] == event["details"]["callback_query_id"]


def test_a_button_of_a_template_gives_back_its_payload(bank: Bank) -> None:
    user = posts.customer("whatsapp")
    said = posts.wa_message(user, "button", button={"payload": "yes-1", "text": "Yes"}, context={"id": "wamid.T"})
    event = bank.heard("whatsapp", posts.whatsapp(said), user)
    assert (event["type"], event["payload"], event["title"], event["in_reply_to"]) == (
        "postback",
        "yes-1",
        "Yes",
        "wamid.T",
    )


def test_who_comes_without_an_id_of_metas_is_taken_and_bound_to_nobody(bank: Bank) -> None:
    user = posts.customer("whatsapp")
    event = bank.heard("whatsapp", posts.text("whatsapp", user, "hello"), user)
    assert event["sender"]["alt_ids"] == {"phone": f"+{user}"}
    until(lambda: bank.platforms.to("whatsapp", user))
    assert bank.sql("select count(*) from customers.binding")[0][0] == 0


def test_who_hides_the_phone_is_known_and_answered_by_metas_id(bank: Bank) -> None:
    bsuid = f"UA.134912086{posts.number()}"
    said = {"from_user_id": bsuid, "id": f"wamid.IN{posts.number()}", "timestamp": str(posts.SAID_AT_S)}
    body = posts.whatsapp(
        said | {"type": "text", "text": {"body": "hello"}}, contacts=[{"profile": {"name": "A"}, "user_id": bsuid}]
    )
    event = bank.heard("whatsapp", body, bsuid)
    assert event["sender"]["alt_ids"] == {"bsuid": bsuid}
    (call, *_) = until(lambda: bank.platforms.to("whatsapp", bsuid))
    assert (call.said["recipient"], "to" in call.said) == (bsuid, False)


def test_a_filled_form_of_whatsapp_is_an_object_with_its_token_and_a_token_not_issued_does_nothing(bank: Bank) -> None:
    user = posts.customer("whatsapp")
    reply = {"name": "flow", "body": "Sent", "response_json": '{"flow_token": "ft-0001", "city": "Kyiv", "branch": 12}'}
    said = posts.wa_message(user, "interactive", interactive={"type": "nfm_reply", "nfm_reply": reply})
    event = bank.heard("whatsapp", posts.whatsapp(said), user)
    assert event["type"] == "form_response"
    assert event["details"]["flow_token"] == "ft-0001"
    assert event["details"]["data"] == '{"city":"Kyiv","branch":12}'
    key = event["conversation_key"]
    until(lambda: not bank.sql("select 1 from bot.inbox where conversation = $1::text::uuid and status = 'new'", key))
    assert not bank.sql("select 1 from bot.outbox where conversation = $1::text::uuid", key)
