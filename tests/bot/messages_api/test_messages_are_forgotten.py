"""What MessageAPI remembers goes with the messages, and not before."""

import asyncpg
from api_rig import serving
from turn_rig import Recorder, rows

from bot.keyring import Keyring
from bot.retention import OUTBOX_KEPT_DAYS, Retention

TABLES = {"asked": "asked_at", "message": "created_at", "broadcast": "created_at"}
COUNTS = " union all ".join(
    f"select '{table}', count(*) from bot.{table}" for table in ("asked", "message", "change", "broadcast", "recipient")
)


async def test_what_was_asked_for_is_forgotten_with_its_messages(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    retention = Retention(lambda: asyncpg.connect(database), batch=2)
    to = [{"channel": "post", "address": f"chat {n}"} for n in range(3)]
    body = {"idempotency_key": "b", "to": to, "content": {"type": "text", "text": "news"}, "rate_per_s": 500,
            "consent": "service"}  # fmt: skip
    async with serving(database, keyring, recorder) as api:
        id_ = await api.sent("hello")
        await api.ask("DELETE", f"/messages/{id_}")
        await api.until(id_, "sent", changes=1)
        await api.ask("POST", "/broadcasts", body)
        await recorder.until(5)
        await api.worker.quiet()
        before = await rows(database, COUNTS)
        for table, at in TABLES.items():
            await rows(database, f"update bot.{table} set {at} = {at} - interval '{OUTBOX_KEPT_DAYS + 1} days'")
        await retention.once()
        assert await rows(database, COUNTS) == before  # the messages themselves are still there
        await rows(database, "delete from bot.outbox")
        await retention.once()
        assert {count for _, count in await rows(database, COUNTS)} == {0}
        assert (await api.ask("GET", f"/messages/{id_}")).status_code == 404
