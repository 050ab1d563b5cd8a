"""What platforms tell of our messages and of their customers, and files and things that nobody knows yet."""

import io
from datetime import UTC, datetime
from typing import Any

import platform_posts as posts
import pytest
from bank_in_front import Bank
from four_platforms import until
from PIL import Image

Json = dict[str, Any]
GRAPH = ["whatsapp", "messenger"]


@pytest.mark.parametrize(("state", "error"), [("sent", None), ("delivered", None), ("read", None),
    ("failed", {"code": 131000, "title": "Something went wrong", "message": "m", "error_data": {"details": "Why"}}),
    ("failed", {"code": 131026, "title": "Message undeliverable"}), ("failed", {"title": "Only a title"})],
    ids=["sent", "delivered", "read", "failed", "failed without message", "failed without code"])  # fmt: skip
def test_news_of_a_message_of_whatsapp_is_an_event(bank: Bank, state: str, error: Json | None) -> None:
    user, id_ = posts.customer("whatsapp"), f"wamid.ELSEWHERE{posts.number()}"
    errors = (error,) if error else ()
    event = bank.heard("whatsapp", posts.whatsapp(statuses=(posts.wa_status(user, id_, state, *errors),)), user)
    assert (event["type"], event["in_reply_to"], event["details"]["state"]) == ("delivery_status", id_, state)
    if error:
        assert event["details"]["title"] == error["title"]
        assert event["details"].get("code") == (str(error["code"]) if "code" in error else None)
        assert event["details"].get("reason", "") == ("Why" if "error_data" in error else "")


def test_messenger_tells_of_all_messages_up_to_a_moment(bank: Bank) -> None:
    user = bank.greeted("messenger")
    messages = [bank.write("messenger", user, f"Message {number}") for number in range(2)]
    calls = [bank.sent("messenger", message)[0] for message in messages]
    mark = int(datetime.now(UTC).timestamp() * 1000) + 1000
    bank.hear("messenger", posts.messenger(posts.fb_item(user, delivery={"mids": [calls[1].id], "watermark": mark})))
    until(lambda: [bank.standing(message)["delivery"] for message in messages] == ["delivered"] * 2,
          lambda: [bank.standing(message) for message in messages])  # fmt: skip
    bank.hear("messenger", posts.messenger(posts.fb_item(user, read={"watermark": mark})))
    until(lambda: [bank.standing(message)["delivery"] for message in messages] == ["read"] * 2)
    assert {event["type"] for event in bank.events("messenger", user)[1:]} == {"delivery_status"}


def test_viber_tells_of_a_message_and_of_what_we_never_sent_nothing_comes(bank: Bank) -> None:
    user = posts.customer("viber")
    message = bank.write("viber", user, "Hello")
    (call,) = bank.sent("viber", message)
    bank.hear("viber", posts.viber(user, "delivered", message_token=posts.number()))
    for callback, state in (("delivered", "delivered"), ("seen", "read")):
        bank.hear("viber", posts.viber(user, callback, message_token=int(call.id)))
        until(lambda: bank.standing(message)["delivery"] == state)  # noqa: B023 - asked in this round
    assert [event["details"]["state"] for event in bank.events("viber", user)] == ["delivered", "delivered", "read"]


def test_a_message_that_viber_could_not_show_has_failed_with_its_words(bank: Bank) -> None:
    user = posts.customer("viber")
    message = bank.write("viber", user, "Hello")
    (call,) = bank.sent("viber", message)
    bank.hear("viber", posts.viber(user, "failed", message_token=int(call.id), desc="failure description"))
    until(lambda: bank.standing(message)["delivery"] == "failed")
    assert "failure description" in bank.standing(message)["error"]["reason"]


SUBSCRIPTIONS = [("viber", "subscribed"), ("viber", "unsubscribed"), ("telegram", "kicked"), ("telegram", "member"),
                 ("messenger", "optin")]  # fmt: skip


@pytest.mark.parametrize(
    ("channel", "kind"), SUBSCRIPTIONS, ids=[f"{channel}-{kind}" for channel, kind in SUBSCRIPTIONS]
)
def test_who_comes_and_goes_is_a_subscription(bank: Bank, channel: str, kind: str) -> None:
    user = posts.customer(channel)
    if channel == "viber":
        body = posts.viber(user, kind)
    elif channel == "telegram":
        body = posts.telegram(
            user, "my_chat_member", old_chat_member={"status": "left"}, new_chat_member={"status": kind}
        )
    else:
        body = posts.messenger(posts.fb_item(user, optin={"ref": "news", "user_ref": "box-1"}))
    event = bank.heard(channel, body, user)
    states = {"kicked": "blocked", "member": "subscribed", "optin": "subscribed"}
    assert (event["type"], event["details"]["state"]) == ("subscription", states.get(kind, kind))


def test_a_changed_number_of_whatsapp_is_told_and_moves_nobody(bank: Bank) -> None:
    user, new = posts.customer("whatsapp"), posts.customer("whatsapp")
    said = posts.wa_message(user, "system", system={"body": "changed", "wa_id": new, "type": "user_changed_number"})
    event = bank.heard("whatsapp", posts.whatsapp(said, contacts=[]), user)
    assert event["type"] == "subscription"
    assert event["details"] == {"state": "number_changed", "new_id": new}
    assert bank.events("whatsapp", new) == []
    assert bank.sql("select count(*) from customers.binding")[0][0] == 0


def changes(channel: str, user: str, target: str) -> tuple[Json, Json | None]:
    """An edit of a message and, where the platform tells of it, its deletion."""
    if channel == "telegram":
        return posts.telegram(
            user, "edited_message", message_id=int(target), text="send 500", edit_date=posts.SAID_AT_S
        ), None
    if channel == "whatsapp":
        words = {"type": "text", "text": {"body": "send 500"}}
        edit = posts.wa_message(user, "edit", edit={"original_message_id": target, "message": words})
        return posts.whatsapp(edit), posts.whatsapp(
            posts.wa_message(user, "revoke", revoke={"original_message_id": target})
        )
    edit = posts.fb_item(user, message_edit={"mid": target, "text": "send 500", "num_edit": 1})
    return posts.messenger(edit), posts.messenger(posts.fb_item(user, message={"mid": target, "is_deleted": True}))


@pytest.mark.parametrize("channel", ["telegram", *GRAPH])
def test_an_edit_or_a_deletion_is_an_event_and_moves_no_money(bank: Bank, channel: str) -> None:
    user = posts.customer(channel)
    bank.hear(channel, posts.text(channel, user, "send 50"))
    (first,) = bank.events(channel, user)
    edit, deletion = changes(channel, user, first["message_id"])
    bank.hear(channel, edit)
    if deletion is not None:
        bank.hear(channel, deletion)
    _, edited, *deleted = bank.events(channel, user)
    assert (edited["type"], edited["message_id"]) == ("message_edited", first["message_id"])
    assert edited["content"]["text"] == "send 500"
    assert [one["type"] for one in deleted] == (["message_deleted"] if deletion is not None else [])
    keys = "select 1 from bot.inbox where conversation = $1::text::uuid and status = 'new'"
    until(lambda: not bank.sql(keys, first["conversation_key"]))
    assert not bank.sql("select 1 from money.operation")


@pytest.mark.parametrize("channel", ["telegram", *GRAPH])
def test_a_reaction_and_its_removal_name_their_message_and_are_not_answered(bank: Bank, channel: str) -> None:
    user = posts.customer(channel)
    shown = [{"type": "emoji", "emoji": "👍"}]
    for number, there in enumerate((True, False)):
        if channel == "telegram":
            old, new = ([], shown) if there else (shown, [])
            bank.hear(
                channel, posts.telegram(user, "message_reaction", message_id=101, old_reaction=old, new_reaction=new)
            )
        elif channel == "whatsapp":
            part = {"message_id": "101"} | ({"emoji": "👍"} if there else {})
            bank.hear(channel, posts.whatsapp(posts.wa_message(user, "reaction", reaction=part)))
        else:
            part = {"action": "react", "emoji": "👍", "mid": "101"} if there else {"action": "unreact", "mid": "101"}
            bank.hear(channel, posts.messenger(posts.fb_item(user, reaction=part)))
        event = bank.events(channel, user)[number]
        assert (event["type"], event["in_reply_to"], event["content"]) == ("reaction", "101", None)
        assert (event["details"]["emoji"], event["details"]["removed"]) == (("👍", "") if there else ("", "yes"))
    key = event["conversation_key"]
    until(lambda: not bank.sql("select 1 from bot.inbox where conversation = $1::text::uuid and status = 'new'", key))
    assert not bank.sql("select 1 from bot.outbox where conversation = $1::text::uuid and kind = 'send'", key)


def files(user: str) -> dict[str, tuple[Json, Json]]:
    """Webhooks with a file, and what is stored of each."""
    sizes = [{"file_id": name, "file_unique_id": name, "width": side, "height": side, "file_size": side}
             for name, side in (("small", 90), ("large", 1280))]  # fmt: skip
    tg_file = {
        "file_id": "f1",
        "file_unique_id": "f",
        "file_name": "a.pdf",
        "mime_type": "application/pdf",
        "file_size": 40,
    }
    voice = {"file_id": "v1", "file_unique_id": "v", "duration": 3, "mime_type": "audio/ogg", "file_size": 900}
    sticker = {
        "file_id": "s1",
        "file_unique_id": "s",
        "type": "regular",
        "width": 5,
        "height": 5,
        "is_animated": False,
        "is_video": False,
    }
    key = "https://dl-media.viber.com/a.jpg?Signature=hush"
    cdn = "https://scontent.xx.fbcdn.net/v/417_n.jpg?oh=hush"
    wa: Json = {"mime_type": "image/jpeg", "sha256": "x", "id": "100338342"}
    return {
        "telegram-image": (
            posts.telegram(user, photo=sizes, caption="look"),
            {"type": "image", "ref": "large", "mime": "image/jpeg", "size": 1280, "caption": "look"},
        ),
        "telegram-document": (
            posts.telegram(user, document=tg_file, caption="look"),
            {
                "type": "document",
                "ref": "f1",
                "mime": "application/pdf",
                "size": 40,
                "file_name": "a.pdf",
                "caption": "look",
            },
        ),
        "telegram-voice": (posts.telegram(user, voice=voice), {"type": "audio", "ref": "v1", "mime": "audio/ogg"}),
        "telegram-sticker": (posts.telegram(user, sticker=sticker), {"type": "sticker", "ref": "s1"}),
        "viber-image": (
            posts.viber(
                user, message={"type": "picture", "text": "look", "media": key, "file_name": "a.jpg", "size": 120}
            ),
            {"type": "image", "mime": "image/jpeg", "size": 120, "caption": "look"},
        ),
        "viber-document": (
            posts.viber(user, message={"type": "file", "media": key, "file_name": "a.pdf", "size": 40}),
            {"type": "document", "mime": "application/pdf", "size": 40, "file_name": "a.pdf"},
        ),
        "viber-sticker": (
            posts.viber(user, message={"type": "sticker", "sticker_id": 46105}),
            {"type": "sticker", "ref": "46105"},
        ),
        "whatsapp-image": (
            posts.whatsapp(
                posts.wa_message(
                    user, "image", image=wa | {"caption": "look", "url": "https://lookaside.example/?hush"}
                )
            ),
            {"type": "image", "ref": "100338342", "mime": "image/jpeg", "caption": "look"},
        ),
        "whatsapp-document": (
            posts.whatsapp(
                posts.wa_message(user, "document", document=wa | {"mime_type": "application/pdf", "filename": "a.pdf"})
            ),
            {"type": "document", "mime": "application/pdf", "file_name": "a.pdf"},
        ),
        "whatsapp-voice": (
            posts.whatsapp(
                posts.wa_message(user, "audio", audio=wa | {"mime_type": "audio/ogg; codecs=opus", "voice": True})
            ),
            {"type": "audio", "mime": "audio/ogg"},
        ),
        "whatsapp-sticker": (
            posts.whatsapp(posts.wa_message(user, "sticker", sticker=wa | {"mime_type": "image/webp"})),
            {"type": "sticker", "mime": "image/webp"},
        ),
        "messenger-image": (
            posts.messenger(
                posts.fb_message(user, text="look", attachments=[{"type": "image", "payload": {"url": cdn}}])
            ),
            {"type": "image", "mime": "image/jpeg", "caption": "look"},
        ),
        "messenger-document": (
            posts.messenger(
                posts.fb_message(
                    user, attachments=[{"type": "file", "payload": {"url": "https://cdn.fbsbx.com/v/a.pdf?oh=hush"}}]
                )
            ),
            {"type": "document", "mime": "application/pdf", "file_name": "a.pdf"},
        ),
        "messenger-voice": (
            posts.messenger(
                posts.fb_message(
                    user,
                    attachments=[
                        {"type": "audio", "payload": {"url": "https://cdn.fbsbx.com/v/audioclip.mp4?oh=hush"}}
                    ],
                )
            ),
            {"type": "audio", "mime": "audio/mp4"},
        ),
        "messenger-sticker": (
            posts.messenger(
                posts.fb_message(user, attachments=[{"type": "image", "payload": {"url": cdn, "sticker_id": 369239}}])
            ),
            {"type": "sticker", "ref": "369239"},
        ),
    }


@pytest.mark.parametrize("kind", list(files("1")))
def test_a_file_is_told_by_its_id_and_never_by_an_address_with_a_key(bank: Bank, kind: str) -> None:
    channel = kind.partition("-")[0]
    user = posts.customer(channel)
    body, expected = files(user)[kind]
    event = bank.heard(channel, body, user)
    assert event["type"] == "message"
    assert expected.items() <= event["content"].items()
    assert event["content"]["ref"]
    assert not [word for word in ("hush", "http", *posts.OWN_SECRETS) if word in str(event)]


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
def test_a_picture_is_fetched_with_our_token_kept_and_given_to_colleagues(bank: Bank, channel: str) -> None:
    user, picture, name = posts.customer(channel), a_jpeg(), f"{posts.number()}"
    bank.platforms.files[f"{name}.jpg"] = ("image/jpeg", picture)
    if channel == "telegram":
        size = {"file_id": name, "file_unique_id": "u", "width": 9, "height": 9, "file_size": len(picture)}
        event = bank.heard(channel, posts.telegram(user, photo=[size]), user)
    else:
        image = {"mime_type": "image/jpeg", "sha256": "x", "id": name}
        event = bank.heard(channel, posts.whatsapp(posts.wa_message(user, "image", image=image)), user)
    until(lambda: bank.http.get(f"/api/v1/media/{event['id']}").content == picture)
    assert not [secret for secret in posts.OWN_SECRETS if secret in bank.log()]


def a_jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#336699").save(out, "JPEG")
    return out.getvalue()


UNKNOWN = ["telegram", "viber message", "viber event", "whatsapp", "whatsapp future", "messenger"]


def unknown(kind: str, user: str) -> Json:
    return {
        "telegram": lambda: posts.telegram(user, "brand_new_thing", x=1),
        "viber message": lambda: posts.viber(user, message={"type": "hologram", "media": "https://x"}),
        "viber event": lambda: posts.viber(user, "brand_new"),
        "whatsapp": lambda: posts.whatsapp(
            posts.wa_message(user, "unsupported", errors=[{"code": 131051, "title": "x"}])
        ),
        "whatsapp future": lambda: posts.whatsapp(posts.wa_message(user, "brand_new", brand_new={})),
        "messenger": lambda: posts.messenger(posts.fb_item(user, brand_new={"score": posts.number()})),
    }[kind]()


@pytest.mark.parametrize("kind", UNKNOWN)
def test_what_nobody_knows_yet_is_taken_and_answered_politely_at_most_once(bank: Bank, kind: str) -> None:
    channel = kind.partition(" ")[0]
    user = posts.customer(channel)
    for _ in range(3):
        bank.hear(channel, unknown(kind, user))
    events = bank.events(channel, user)
    assert [event["type"] for event in events] == ["unsupported"] * 3
    key = events[0]["conversation_key"]
    until(lambda: not bank.sql("select 1 from bot.inbox where conversation = $1::text::uuid and status = 'new'", key))
    sent = "select count(*) from bot.outbox where conversation = $1::text::uuid and kind = 'send'"
    assert bank.sql(sent, key)[0][0] == 1
