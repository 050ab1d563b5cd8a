"""The platform of the sandbox, written from the same documents by other hands, refuses nothing that we send."""

from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from messenger_meeting import PAGE, Meeting, a_meeting
from PIL import Image

from channels import references
from channels.errors import PermanentUser
from channels.messenger.channel import Messenger
from flows.messages import Attachment, Choice, Contact, EventType, Location, OutboundMessage, Picture, Template, Text
from flows.ports import DrawnPicture, Sent

REF = references.ref_of(UUID(int=7))
PDF = DrawnPicture(b"%PDF-1.7\n%%EOF", "application/pdf", "receipt.pdf", document=True)


def png() -> bytes:
    with Image.new("RGB", (40, 30), (10, 120, 200)) as image, BytesIO() as out:
        image.save(out, "PNG")
        return out.getvalue()


CARD = DrawnPicture(png(), "image/png", "card.png")


def replies(count: int, title: str = "Choice") -> tuple[Choice, ...]:
    return tuple(Choice(f"c.{number}", f"{title} {number}") for number in range(count))


def links(count: int) -> tuple[Choice, ...]:
    return tuple(
        Choice(f"u.{number}", f"Page {number}", kind="url", url=f"https://bank.example/{number}")
        for number in range(count)
    )


PHONE = Choice("p", "Share my number", kind="request_phone")
PLACE = Choice("l", "Share the place", kind="request_location")
FORM = Choice("f", "Enter the card", kind="form", url="https://bank.example/secure/x")


def outbound(text: str = "", *choices: Choice, **more: Any) -> OutboundMessage:
    return OutboundMessage("k", text, choices, ref=REF, **more)


# Everything the renderer can make, by what it is.
KINDS: dict[str, tuple[OutboundMessage, DrawnPicture | None]] = {
    "text": (outbound("Good day!"), None),
    "news": (outbound("Paid.", purpose="update"), None),
    "long text with emoji": (outbound("Ціна зросла 🎉. " * 600), None),
    "emoji alone": (outbound("🎉" * 5000), None),
    "one button": (outbound("Go?", *replies(1)), None),
    "three long titles": (outbound("Go?", *replies(3, "Поповнити мобільний телефон")), None),
    "mixed kinds": (outbound("Go?", *replies(2), *links(1)), None),
    "long text with buttons": (outbound("w " * 900, *replies(2)), None),
    "four": (outbound("Which?", *replies(4)), None),
    "thirteen": (outbound("Which?", *replies(13)), None),
    "fourteen": (outbound("Which?", *replies(14)), None),
    "fourteen, second page": (outbound("Which?", *replies(14), page=1), None),
    "forty, middle page": (outbound("Which?", *replies(40), page=2), None),
    "no way back": (replace(outbound("Which?", *replies(14)), ref=""), None),
    "long ids": (outbound("Which?", Choice("x" * 2000, "A"), Choice("ї" * 1001, "B")), None),
    "thirteen and long text": (outbound("слово " * 700, *replies(13)), None),
    "many links": (outbound("Read", *links(7)), None),
    "links beyond measure": (outbound("Read", *links(20)), None),
    "links and answers": (outbound("Read", *links(5), *replies(12)), None),
    "links and phone": (outbound("Read", *links(2), PHONE), None),
    "phone": (outbound("Your phone?", PHONE), None),
    "phone and answers": (outbound("", PHONE, *replies(14)), None),
    "place": (outbound("Where?", PLACE, *replies(1)), None),
    "form": (outbound("Here", FORM), None),
    "card": (outbound("Your card", *replies(2), picture=Picture("card_front", {})), CARD),
    "card alone": (outbound(picture=Picture("card_front", {})), CARD),
    "card with many answers": (outbound("", *replies(9), picture=Picture("card_front", {})), CARD),
    "receipt": (outbound("Receipt", picture=Picture("receipt", {}, document=True)), PDF),
    "branch": (outbound("We are here", place=Location(50.4501, 30.5234, "Branch 1", "Khreshchatyk 1")), None),
    "correction": (outbound("250 UAH", edit_of="m_1"), None),
    "notice": (outbound("PIN", delete_of="m_1"), None),
    "template": (outbound(template=Template("payment_received", "uk", ("150,00 UAH", "1111"))), None),
    "template without values": (outbound(template=Template("come_back", "en")), None),
    "odd titles": (outbound("?", Choice("a", ""), Choice("b", " \n "), Choice("\r", "x\x00y"), *links(1)), None),
}


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[Meeting]:
    async with a_meeting(tmp_path) as met:
        yield met


@pytest.fixture
def channel(meeting: Meeting) -> Messenger:
    assert meeting.channel is not None
    return meeting.channel


async def test_nothing_that_we_can_send_is_refused(meeting: Meeting, channel: Messenger) -> None:
    await make_templates(meeting)
    known = (await channel.send(outbound("Before"), meeting.address, None)).provider_ids[0]
    arrived = 1
    for name, (message, drawn) in KINDS.items():
        aimed = replace(
            message,
            edit_of=known if message.edit_of else None,
            delete_of=known if message.delete_of else None,
        )

        sent = await channel.send(aimed, meeting.address, drawn)

        arrived += len(sent.provider_ids)
        assert sent.provider_ids, name
    seen = (await meeting.thread())["messages"]
    assert len([one for one in seen if one["from"] == "bot"]) == arrived


async def make_templates(meeting: Meeting) -> None:
    """Templates as a person makes and Meta approves them."""
    for name, language, words in (
        ("payment_received", "uk", "Отримано {{1}} на картку {{2}}."),
        ("come_back", "en", "We have news for you."),
    ):
        asked = {
            "name": name,
            "language": language,
            "category": "UTILITY",
            "components": [{"type": "BODY", "text": words}],
        }
        made = await meeting.http.post(
            f"/sandbox/messenger/v25.0/{PAGE}/message_templates",
            json=asked,
            headers={"Authorization": "Bearer page-token"},
        )
        assert made.status_code == 200, made.text


async def test_the_button_that_starts_brings_what_the_link_carried(meeting: Meeting) -> None:
    started = await meeting.next(EventType.START)

    assert started.referral["payload"] == "ref_AB-12"
    assert (started.account, started.private_chat) == (PAGE, True)


async def last_sent(meeting: Meeting, channel: Messenger, *choices: Choice) -> Sent:
    return await channel.send(outbound("Which?", *choices), meeting.address, None)


async def test_a_button_a_quick_reply_and_a_line_of_the_menu_come_back_as_we_meant_them(
    meeting: Meeting, channel: Messenger
) -> None:
    await last_sent(meeting, channel, *replies(2))
    bubble = (await meeting.thread())["messages"][-1]
    await meeting.do("taps", {"message": bubble["id"], "row": 1})
    assert (await meeting.next(EventType.POSTBACK)).payload == "c.1"

    await last_sent(meeting, channel, *replies(5))
    await meeting.do("presses", {"row": 0, "column": 3})
    assert (await meeting.next(EventType.POSTBACK, 2)).payload == "c.3"

    await meeting.do("taps", {"menu": 0})
    assert (await meeting.next(EventType.MESSAGE)).content == Text("/balance")


async def test_a_phone_that_was_asked_for_comes_as_a_contact_that_proves_nothing(
    meeting: Meeting, channel: Messenger
) -> None:
    await last_sent(meeting, channel, PHONE)
    await meeting.do("messages", {"contact": "own"})

    assert (await meeting.next(EventType.CONTACT_SHARED)).content == Contact("+380501112233", own=False)


async def test_what_anna_sends_is_read_and_her_picture_can_be_fetched(meeting: Meeting, channel: Messenger) -> None:
    await meeting.do("messages", {"text": "Привіт"})
    await meeting.do("messages", {"location": {"lat": 50.45, "lon": 30.52}})
    await meeting.do("messages", {"sticker": "👍"})
    url = f"/sandbox/phones/messenger/{meeting.person}/{PAGE}/messages"
    await meeting.http.post(url, files={"photo": ("passport.png", png(), "image/png")})
    await meeting.next(EventType.MESSAGE, 4)

    contents = [event.content for event in meeting.events if event.type is EventType.MESSAGE]
    text, place, sticker, photo = contents
    assert text == Text("Привіт")
    assert isinstance(place, Location)
    assert (place.lat, place.lon) == (50.45, 30.52)
    assert isinstance(sticker, Attachment)
    assert sticker.media == "sticker"
    assert isinstance(photo, Attachment)
    assert photo.media == "image"
    assert await channel.fetch(photo, 1_000_000) == png()


async def test_receipts_echoes_edits_and_reactions_are_understood(meeting: Meeting, channel: Messenger) -> None:
    sent = await last_sent(meeting, channel)
    assert (await meeting.next(EventType.ECHO)).message_id == sent.provider_ids[0]

    bubble = (await meeting.thread())["messages"][-1]
    await meeting.next(EventType.DELIVERY_STATUS, 2)
    delivered, read = (event for event in meeting.events if event.type is EventType.DELIVERY_STATUS)
    assert (delivered.in_reply_to, delivered.details["state"]) == (sent.provider_ids[0], "delivered")
    assert (read.in_reply_to, read.details["state"]) == (None, "read")
    assert read.details["watermark_ms"] >= delivered.details["watermark_ms"]

    await meeting.do("reactions", {"message": bubble["id"], "emoji": "❤️"}, "PUT")
    reaction = await meeting.next(EventType.REACTION)
    assert (reaction.in_reply_to, reaction.details["emoji"]) == (sent.provider_ids[0], "❤️")

    written = await meeting.do("messages", {"text": "send 50"})
    await meeting.do(f"messages/{written['id']}", {"text": "send 60"}, "PATCH")
    edited = await meeting.next(EventType.MESSAGE_EDITED)
    assert edited.content == Text("send 60")
    assert edited.message_id == (await meeting.next(EventType.MESSAGE)).message_id


async def test_a_customer_who_blocked_us_is_not_written_to_again(meeting: Meeting, channel: Messenger) -> None:
    await meeting.do("block", {"blocked": True}, "PUT")

    with pytest.raises(PermanentUser):
        await last_sent(meeting, channel)
