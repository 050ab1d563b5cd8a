"""What the Send API refuses is refused with its code and in its words; nothing of it reaches the phone."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from messenger_world import Anna, World, a_world, newcomer, refusal

TEXT = {"text": "Hello"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One platform for the whole table: a refused message leaves nothing behind."""
    async with a_world(tmp_path_factory.mktemp("messenger"), paced=False) as made:
        await made.connect()
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader(shared: World) -> Anna:
    return await newcomer(shared)


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


# The words are those that the platform has answered with, as far as client libraries have recorded them.
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("message", "code", "subcode", "words"),
    [
        ({"text": "a\ud83d"}, 100, None, "message[text] must be a non-empty UTF-8 encoded string"),
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
    shared: World, reader: Anna, message: dict[str, Any], code: int, subcode: int | None, words: str
) -> None:
    """Send API: the limits of messages, quick replies and templates."""
    found = await refusal(shared, reader, messaging_type="RESPONSE", message=message)
    assert found[:2] == (code, subcode)
    assert found[2].startswith(f"(#{code}) ")
    assert words in found[2]


@pytest.mark.asyncio(loop_scope="module")
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
    shared: World, reader: Anna, call: dict[str, Any], subcode: int | None, words: str
) -> None:
    """Send API: parameters; the tags other than HUMAN_AGENT were withdrawn in April 2026."""
    code, found, message = await refusal(shared, reader, **call)
    assert (code, found) == (100, subcode)
    assert words in message
