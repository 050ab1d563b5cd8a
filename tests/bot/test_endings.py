"""A binding that staff have ended reaches the conversation as an event, once."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from bot.endings import Endings
from bot.keyring import Keyring
from bot.store.sealed import Sealed
from channels.ids import conversation_id
from customer_api.seals import Chat
from flows.events import AccessChanged

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
BINDING = UUID("6f8d0d6e-3a53-4a9f-9d5e-0d6a0d5f9b11")


async def test_a_revoked_binding_is_told_to_its_conversation_once(database: str, keyring: Keyring) -> None:
    endings = Endings(lambda: asyncpg.connect(database), keyring)
    for _ in range(2):
        await endings.tell(BINDING, Chat("telegram", "teller_bot", "1001"), NOW)
    connection = await asyncpg.connect(database)
    try:
        (row,) = await connection.fetch("select id, conversation, body from bot.inbox")
    finally:
        await connection.close()
    event = Sealed(keyring).open_event(row["id"], row["body"])
    where = conversation_id("telegram", "teller_bot", "1001")
    assert event == AccessChanged(row["id"], where, NOW, None, "guest")
    assert row["conversation"] == where
