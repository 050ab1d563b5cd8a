"""The door hides card numbers in what people write, and leaves a platform's own ids as they are."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.door import Door
from channels.telegram.channel import Telegram
from flows.cards import CardNumber

CARD = "4111 1111 1111 1111"


class Vault:
    """Ten lines of a vault."""

    async def tokenise(self, numbers: Sequence[str]) -> list[CardNumber]:
        return [CardNumber("card_0123456789abcdef", number[-4:], "VISA", True, "ab") for number in numbers]


def door() -> Door:
    return Door({"telegram": Telegram("1:x", ["s"], "http://127.0.0.1:1")}, Vault(), lambda: datetime.now(UTC))


async def test_a_button_whose_query_id_looks_like_a_card_number_is_answered_all_the_same() -> None:
    body = (
        b'{"update_id":1,"callback_query":{"id":"4000000000000000018","from":{"id":7},'
        b'"message":{"message_id":2,"chat":{"id":7,"type":"private"}},"data":"x"}}'
    )
    (event,) = await door().receive("telegram", {"x-telegram-bot-api-secret-token": "s"}, body)

    assert event.details["callback_query_id"] == "4000000000000000018"


async def test_a_card_number_in_a_name_a_payload_or_a_form_is_hidden() -> None:
    message = {
        "message_id": 3,
        "from": {"id": 7, "first_name": CARD},
        "chat": {"id": 7, "type": "private"},
        "web_app_data": {"data": CARD},
    }
    body = json.dumps({"update_id": 2, "message": message})
    (event,) = await door().receive("telegram", {"x-telegram-bot-api-secret-token": "s"}, body.encode())

    assert "4111" not in repr(event)
