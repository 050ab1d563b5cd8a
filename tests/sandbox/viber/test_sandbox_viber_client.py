"""A client library that was not written here takes the platform for Viber: what it sends and reads, how it fails."""

import asyncio
import json
import warnings
from typing import Any

import pytest
from viber_world import TOKEN, World

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the library is older than some of what it stands on
    pytest.importorskip("viberbot")
    from viberbot import Api, BotConfiguration
    from viberbot.api import api as viberbot_api
    from viberbot.api.messages import KeyboardMessage, PictureMessage, TextMessage
    from viberbot.api.viber_requests import (
        ViberConversationStartedRequest,
        ViberDeliveredRequest,
        ViberFailedRequest,
        ViberMessageRequest,
        ViberSeenRequest,
        ViberSubscribedRequest,
        ViberUnsubscribedRequest,
    )

TILE = {"Columns": 6, "Rows": 1, "ActionType": "reply", "ActionBody": "yes", "Text": "Yes"}
READ_AS = {
    "message": ViberMessageRequest,
    "conversation_started": ViberConversationStartedRequest,
    "subscribed": ViberSubscribedRequest,
    "unsubscribed": ViberUnsubscribedRequest,
    "delivered": ViberDeliveredRequest,
    "seen": ViberSeenRequest,
    "failed": ViberFailedRequest,
}


@pytest.fixture
def client(viber: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(viberbot_api, "VIBER_BOT_API_URL", f"{viber.root}/sandbox/viber/pa")
    return Api(BotConfiguration(auth_token=TOKEN, name="Teller Bank", avatar=""))


async def test_viberbot_registers_sends_and_asks(viber: World, anna: Any, client: Any) -> None:
    events = await asyncio.to_thread(client.set_webhook, f"{viber.root}/hook")
    assert "conversation_started" in events
    messages = [TextMessage(text="Sure?"), KeyboardMessage(keyboard={"Type": "keyboard", "Buttons": [TILE]})]
    tokens = await asyncio.to_thread(client.send_messages, anna.user, messages)
    assert len(set(tokens)) == 2
    page = await viber.phone(anna.person)
    assert [bubble["text"] for bubble in page["messages"]] == ["hello", "Sure?"]
    assert page["keyboard"]["rows"][0][0]["title"] == "Yes"
    assert (await asyncio.to_thread(client.get_user_details, anna.user))["name"] == "Anna Koval"
    assert (await asyncio.to_thread(client.get_account_info))["status"] == 0
    with pytest.raises(Exception, match="receiverNotRegistered"):
        await asyncio.to_thread(client.send_messages, "nobody", [TextMessage(text="hi")])


async def test_viberbot_reads_every_callback_and_finds_the_signature_right(
    viber: World, anna: Any, client: Any
) -> None:
    await viber.do(anna.person, "messages", {"start": "ref"})
    await viber.send(anna.user, text="hi")
    await viber.phone(anna.person)
    await asyncio.to_thread(client.send_messages, anna.user, [PictureMessage(media="http://127.0.0.1:9/x.png")])
    await viber.do(anna.person, "block", {"blocked": True}, "PUT")
    await viber.do(anna.person, "block", {"blocked": False}, "PUT")
    await viber.account.hears("subscribed")
    kinds = set()
    for event in viber.account.events:
        if event["event"] == "webhook":
            continue
        read = client.parse_request(json.dumps(event))
        assert isinstance(read, READ_AS[event["event"]])
        kinds.add(event["event"])
    assert kinds == set(READ_AS)
    [raw, signature] = viber.account.last_signed
    assert client.verify_signature(raw, signature)
