"""What the webhook answers, and what is stored for it."""

import json

import pytest
from turn_rig import SECRET, Recorder, Worker, rows, working

from bot.keyring import Keyring

INBOX = "select dedupe, status from bot.inbox order by arrival"


async def test_a_message_is_answered_once(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with working(database, keyring, recorder) as worker:
        assert await worker.post_update(1, "hi") == 200
        await worker.quiet()
    assert recorder.texts() == ["1:hi"]
    assert await rows(database, INBOX) == [("1", "done")]
    assert await rows(database, "select status, provider_ids from bot.outbox") == [("done", ["1"])]


async def test_a_duplicate_update_is_one_turn(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with working(database, keyring, recorder) as worker:
        assert [await worker.post_update(1, "hi"), await worker.post_update(1, "hi")] == [200, 200]
        await worker.quiet()
    assert recorder.texts() == ["1:hi"]


async def test_the_same_id_twice_in_one_body_is_one_turn(database: str, keyring: Keyring, recorder: Recorder) -> None:
    item = {"id": 1, "chat": "anna", "text": "hi"}
    body = json.dumps({"batch": [item, item, item | {"id": 2, "text": "there"}]})
    async with working(database, keyring, recorder) as worker:
        assert (await worker.http.post("/webhooks/post", content=body, headers=SECRET)).status_code == 200
        await worker.quiet()
    assert recorder.texts() == ["1:hi", "2:there"]


async def test_a_batch_is_worked_through_in_its_order(database: str, keyring: Keyring, recorder: Recorder) -> None:
    items = [{"id": 100 - n, "chat": "anna", "text": str(n)} for n in range(20)]
    async with working(database, keyring, recorder) as worker:
        await worker.http.post("/webhooks/post", content=json.dumps({"batch": items}), headers=SECRET)
        await worker.quiet()
    assert recorder.texts() == [f"{n + 1}:{n}" for n in range(20)]


async def test_a_wrong_secret_stores_nothing(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with working(database, keyring, recorder) as worker:
        assert await worker.post_update(1, "hi", headers={"x-secret": "wrong"}) == 401
        assert await worker.post_update(1, "hi", headers={}) == 401
        await worker.quiet()
    assert await rows(database, INBOX) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[]", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"", 400),
        (b"[" * 5000 + b"]" * 5000, 400),
        (b'{"id": 1}', 400),
        (b'{"id": "a\\u0000b", "chat": "anna", "text": "x"}', 400),
        (b'{"id": "\\ud800", "chat": "anna", "text": "x"}', 400),
        (b" " * 10_001, 413),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused_for_good(
    database: str, keyring: Keyring, recorder: Recorder, body: bytes, status: int
) -> None:
    async with working(database, keyring, recorder) as worker:
        answer = await worker.http.post("/webhooks/post", content=body, headers=SECRET)
        assert answer.status_code == status
        assert (await worker.http.post("/webhooks/pigeon", content=body)).status_code == 404
        assert await worker.post_update(2, "still here") == 200
        await worker.quiet()
    assert recorder.texts() == ["1:still here"]


async def test_with_the_database_away_the_platform_is_asked_to_come_back(keyring: Keyring, recorder: Recorder) -> None:
    worker = Worker("postgresql://nobody@127.0.0.1:1/nowhere", keyring, recorder)
    assert await worker.post_update(1, "hi") == 503
    await worker.kill()


async def test_a_lost_connection_is_made_again(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "hi")
        await worker.quiet()
        others = "where datname = current_database() and pid <> pg_backend_pid()"
        await rows(database, f"select pg_terminate_backend(pid) from pg_stat_activity {others}")
        answers = [await worker.post_update(2, "again"), await worker.post_update(2, "again")]
        assert answers[-1] == 200
        await recorder.until(2)
        await worker.quiet()
    assert recorder.texts() == ["1:hi", "2:again"]


async def test_card_numbers_and_secrets_never_reach_a_table(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "send 50 to 4111 1111 1111 1111 please, cvv 737")
        await worker.quiet()
        opened = await worker.store.turns.load((await rows(database, "select conversation from bot.inbox"))[0][0])
        (row,) = await rows(database, "select id, body from bot.inbox")
        event = worker.store.sealed.open_event(*row)
    assert opened.version == 1
    assert "4111 1111" not in repr(event)
    assert "737" not in repr(event.content)
    assert event.content.cards[0].last4 == "1111"
    assert recorder.texts() == ["1:send 50 to [card •1111] please, cvv •••"]
    assert {"chat": "anna", "delete": "1"} in recorder.calls


async def test_a_button_is_acknowledged_although_its_turn_hangs(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "boom", type="postback")
        await recorder.until(1)
        assert recorder.calls == [{"chat": "anna"}]
        await worker.quiet()


async def test_a_delivery_report_has_no_turn(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "", type="delivery_status")
        await worker.quiet()
    assert recorder.calls == []
    assert await rows(database, INBOX) == [("1", "done")]
