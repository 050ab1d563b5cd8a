"""The contract of all adapters: the same cases for every messenger, a new folder included from the day it is there."""

import io
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from uuid import UUID

import pytest
from adapter_contract import CHANNELS, PlatformRecorder, names, platform, recording
from PIL import Image

from channels import references
from channels.errors import ChannelDown, PermanentUser, SendFailure, Throttled, Transient, Unauthentic, Unreadable
from channels.texts import length
from flows.messages import Choice, EventType, OutboundMessage, Text
from flows.ports import Capabilities, Channel, DrawnPicture

pytestmark = pytest.mark.parametrize("name", names())
USER = "5500001"
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
REF = references.ref_of(UUID("01980000-0000-7000-8000-000000000001"))
PAGES_MAX = 40


@dataclass
class Side:
    """One adapter and the platform it talks to."""

    channel: Channel
    far: PlatformRecorder

    async def send(self, drawn: DrawnPicture | None = None, **more: object) -> tuple[str, ...]:
        message = OutboundMessage(key="k", ref=REF, **more)  # type: ignore[arg-type]
        return (await self.channel.send(message, USER, drawn)).degradations

    def heard(self, body: bytes) -> list:  # type: ignore[type-arg]
        self.channel.verify(self.far.platform.headers(body), body)
        return list(self.channel.parse(body, NOW))


@pytest.fixture
async def side(name: str) -> AsyncIterator[Side]:
    async with recording(platform(name)) as far:
        channel = far.platform.channel(far.url)
        yield Side(channel, far)
        await channel.close()


def jpeg(width: int = 300, height: int = 200) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 80).convert("RGB").save(out, "JPEG", quality=95)
    return out.getvalue()


def test_the_folder_has_the_four_files_and_a_record_of_its_own_name(name: str) -> None:
    folder = CHANNELS / name
    assert {f"{file}.py" for file in ("capabilities", "parse", "render", "channel")} <= {
        p.name for p in folder.iterdir()
    }
    record: Capabilities = import_module(f"channels.{name}.capabilities").CAPABILITIES
    assert record.channel == name
    assert record.max_text > 0
    assert not record.may_show & {"card_number", "id_document"}


def test_a_signed_webhook_is_believed_and_nothing_else(name: str, side: Side) -> None:
    body = side.far.platform.text("1", USER, "hi")
    good = side.far.platform.headers(body)
    side.channel.verify(good, body)
    ((header, value),) = good.items()
    wrong = [
        {},
        {header: ""},
        {header: "0" * len(value)},
        {header: value[:-1]},
        {header: value + "0"},
        {"x-other": value},
    ]
    for headers in wrong:
        with pytest.raises(Unauthentic) as refused:
            side.channel.verify(headers, body)
        assert value not in str(refused.value)


def test_a_text_is_a_message_once_whatever_is_written_in_it(name: str, side: Side) -> None:
    for number, text in enumerate(["hi", "\u202eright to left\u202c", "tab\tand\x07bell", "a\x00b", "я" * 10_000], 1):
        body = side.far.platform.text(str(number), USER, text)
        (event,), (again,) = side.heard(body), side.heard(body)
        assert event.type is EventType.MESSAGE
        assert isinstance(event.content, Text)
        assert event.content.text == text.replace("\x00", "")
        assert (event.channel, event.account, event.received_at) == (name, side.channel.account, NOW)
        assert event.occurred_at.astimezone(UTC).year == 2026
        assert (event.dedupe_key, event.conversation) == (again.dedupe_key, again.conversation)


def test_what_is_no_webhook_of_the_platform_is_unreadable_and_harms_nothing(name: str, side: Side) -> None:
    bodies = [b"", b"{", b"[]", b"null", b'"x"', b"{}", b"[" * 100_000, b"\xff\xfe", b'{"entry": 7, "update_id": "x"}']
    for body in bodies:
        with suppress(Unreadable):
            assert side.channel.parse(body, NOW) == []


def test_what_nobody_knows_yet_is_unsupported_and_no_error(name: str, side: Side) -> None:
    assert {event.type for event in side.heard(side.far.platform.unknown(USER))} <= {EventType.UNSUPPORTED}


async def test_a_long_text_goes_in_parts_that_fit_in_order_and_whole(name: str, side: Side) -> None:
    words = " ".join(f"слово{n} 👩‍👩‍👧" for n in range(1000))
    limits = side.channel.capabilities
    degradations = await side.send(text=words, choices=(Choice("yes", "Yes"), Choice("no", "No")))
    texts = side.far.texts()
    assert "".join("".join(texts).split()).startswith("".join(words.split()))
    assert all(length(text, limits.text_unit) <= limits.max_text for text in texts)
    assert len(texts) == 1 or any(one.startswith("text_split") for one in degradations)
    *first, _ = [call for call in side.far.calls if side.far.platform.texts(call)]
    assert [side.far.platform.buttons(call) for call in first] == [[] for _ in first]
    assert len(list(side.far.buttons())) == 2


@pytest.mark.parametrize("count", [1, 2, 3, 4, 10, 11, 13, 14, 30, 101, 150])
async def test_no_choice_is_lost_and_each_comes_back_as_it_was(name: str, side: Side, count: int) -> None:
    choices = tuple(Choice(f"id-{n}", f"Choice number {n}") for n in range(count))
    for page in range(PAGES_MAX):
        await side.send(text="Which?", choices=choices, page=page)
    back = set()
    for shown, call in enumerate(side.far.calls, 1):
        for button in side.far.platform.buttons(call):
            (event,) = side.heard(side.far.platform.press("1", USER, button, side.far.calls[:shown]))
            assert event.type is EventType.POSTBACK
            back.add(event.payload)
    chosen = {payload for payload in back if references.read(payload) is None}
    menu = "\n".join(side.far.texts())
    assert all(f"id-{n}" in chosen or f"{n + 1}. Choice number {n}" in menu for n in range(count))
    assert chosen <= {choice.id for choice in choices}


async def test_long_titles_and_ids_are_cut_apart_and_lead_back(name: str, side: Side) -> None:
    choices = tuple(Choice("ї" * 300 + str(n), "The very same beginning of a title, " * 3 + str(n)) for n in range(3))
    degradations = await side.send(text="Which?", choices=choices)
    buttons = list(side.far.buttons())
    titles = [str(button.get("title") or button.get("text") or button.get("Text")) for button in buttons]
    assert len(set(titles)) == len(titles) == 3
    assert "titles_cut" in degradations or name == "telegram"
    for number, button in enumerate(buttons):
        (event,) = side.heard(side.far.platform.press("1", USER, button, side.far.calls))
        token = references.read(event.payload)
        assert event.payload == choices[number].id or (token is not None and token.choice == number)


async def test_links_and_answers_together_both_arrive(name: str, side: Side) -> None:
    choices = (
        Choice("a", "Answer"),
        Choice("l", "Terms", kind="url", url="https://bank.example/terms"),
        Choice("b", "Other"),
    )
    await side.send(text="Read and answer", choices=choices)
    assert len(list(side.far.buttons())) == 2
    assert any("bank.example/terms" in json.dumps(call.body) for call in side.far.calls)


@pytest.mark.parametrize(
    "caption", ["", "Your card is ready.", "слово " * 150], ids=["none", "short", "900 characters"]
)
@pytest.mark.parametrize("document", [False, True], ids=["picture", "document"])
async def test_a_picture_or_document_goes_out_with_its_words(
    name: str, side: Side, caption: str, *, document: bool
) -> None:
    drawn = DrawnPicture(jpeg(), "image/jpeg", "card.jpg")
    if document:
        drawn = DrawnPicture(b"%PDF-1.7\n%%EOF", "application/pdf", "receipt.pdf", document=True)
    await side.send(drawn, text=caption)
    carried = [kind for call in side.far.calls if (kind := side.far.platform.media(call))]
    assert carried == ["document" if document else "image"]
    assert " ".join(" ".join(side.far.texts()).split()) == " ".join(caption.split())


async def test_a_picture_that_is_too_large_is_made_to_fit_and_says_so(name: str, side: Side) -> None:
    limits = side.channel.capabilities.media["image"]
    big = jpeg(4000, 3000)
    assert len(big) > limits.max_bytes or name == "telegram"
    degradations = await side.send(DrawnPicture(big, "image/jpeg", "card.jpg"), text="Look")
    assert (len(big) <= limits.max_bytes) == ("reencoded" not in degradations)
    assert [side.far.platform.media(call) for call in side.far.calls].count("image") == 1


async def test_an_edit_and_a_deletion_are_done_or_said_and_never_passed_over(name: str, side: Side) -> None:
    limits = side.channel.capabilities
    edited = await side.send(text="51.00, not 50.00", edit_of="501")
    assert limits.edits != ("edit_as_correction" in edited)
    assert "51.00, not 50.00" in "\n".join(side.far.texts())
    before = len(side.far.calls)
    deleted = await side.send(delete_of="501")
    assert limits.deletes != ("delete_as_notice" in deleted)
    assert len(side.far.calls) == before + 1


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [("throttled", Throttled), ("blocked", PermanentUser), ("revoked", ChannelDown), ("page", Transient)],
)
async def test_a_refusal_has_its_class_and_tells_no_secret(
    name: str, side: Side, refusal: str, kind: type[SendFailure]
) -> None:
    page = (502, b"<html>502 Bad Gateway</html>")
    side.far.answers = [page if refusal == "page" else getattr(side.far.platform, refusal)]
    with pytest.raises(kind) as failure:
        await side.send(text="hi")
    told = f"{failure.value!r} {failure.value} {failure.value.__cause__!r}"
    assert not [secret for secret in side.far.platform.secrets if secret in told]
    if isinstance(failure.value, Throttled):
        assert failure.value.until > datetime.now(UTC)


async def test_a_platform_that_is_not_there_is_tried_again(name: str, unused_tcp_port: int) -> None:
    channel = platform(name).channel(f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(Transient) as failure:
        await channel.send(OutboundMessage(key="k", text="hi"), USER, None)
    assert not [secret for secret in platform(name).secrets if secret in str(failure.value)]
    await channel.close()


def test_an_event_says_nothing_of_our_secrets(name: str, side: Side) -> None:
    (event,) = side.heard(side.far.platform.text("1", USER, "hi"))
    told = f"{event!r} {json.dumps(event.details)} {side.channel.account}"
    assert not [secret for secret in side.far.platform.secrets if secret in told]
