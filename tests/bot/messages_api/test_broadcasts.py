"""The same message to many: at its pace, each once, watched, stopped, and alive after a crash."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from api_rig import PLAIN, Api, Customers, serving
from turn_rig import Recorder, rows, until

from bot.keyring import Keyring

ANNA = "0b8f3f0e-5a2e-4f0e-9d8a-6f4f4f0c9a01"
OLHA = "0b8f3f0e-5a2e-4f0e-9d8a-6f4f4f0c9a02"
NOBODY = "0b8f3f0e-5a2e-4f0e-9d8a-6f4f4f0c9a03"


async def broadcast(api: Api, to: list[dict[str, Any]], token: str = "crm", **more: Any) -> str:
    body = {"idempotency_key": "b", "to": to, "content": {"type": "text", "text": "news"}, "rate_per_s": 500,
            "consent": "service"} | more  # fmt: skip
    answer = await api.ask("POST", "/broadcasts", body, token)
    assert answer.status_code == 202, answer.text
    assert list(answer.json()) == ["broadcast_id"]
    return str(answer.json()["broadcast_id"])


async def progress(api: Api, id_: str, state: str) -> dict[str, Any]:
    async with asyncio.timeout(15):
        while True:
            found = dict((await api.ask("GET", f"/broadcasts/{id_}")).json())
            if found["state"] == state:
                return found
            await asyncio.sleep(0.02)


def chats(*names: str) -> list[dict[str, Any]]:
    return [{"channel": "post", "address": name} for name in names]


async def test_each_gets_it_once_and_who_cannot_is_counted_with_the_reason(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    customers = Customers()
    customers.bind(ANNA, "anna")
    customers.bind(OLHA, "olha", revoked=True)
    to = [*chats("anna", "ivan", "ivan"), *[{"customer_id": one} for one in (ANNA, OLHA, NOBODY)],
          {"channel": "pigeon", "address": "x"}]  # fmt: skip
    async with serving(database, keyring, recorder, customers=customers) as api:
        id_ = await broadcast(api, to)
        found = await progress(api, id_, "done")
        places = (await api.ask("GET", f"/broadcasts/{id_}/recipients")).json()
        first = await api.status(places[0]["message_id"])
    assert sorted(call["chat"] for call in recorder.calls) == ["anna", "ivan"]
    assert {call["purpose"] for call in recorder.calls} == {"update"}
    assert (found["total"], found["counts"]) == (6, {"sent": 2, "skipped": 4})
    assert found["skipped"] == {
        "written to already by this broadcast": 1,
        "the customer has no chat on a channel that is set up here": 1,
        "there is no such customer": 1,
        "no such channel is set up here": 1,
    }
    assert [place["place"] for place in places] == [0, 1, 2, 3, 4, 5]
    assert first["state"] == "sent"


async def test_it_leaves_at_its_pace(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving(database, keyring, recorder, scheduling=False) as api:
        id_ = await broadcast(api, chats(*[f"chat {n}" for n in range(40)]), rate_per_s=2)
        await api.scheduler.once()
        dues = [row[0] for row in await rows(database, "select due from bot.outbox order by due")]
        waiting = (await api.ask("GET", f"/broadcasts/{id_}")).json()["counts"]
    gaps = {round((later - earlier).total_seconds(), 3) for earlier, later in pairwise(dues)}
    assert gaps == {0.5}
    assert 20 <= len(dues) < 40  # what comes within the next seconds is placed, the rest waits
    assert waiting == {"queued": 40} or waiting == {"queued": 39, "sent": 1}


async def test_a_key_holds_for_broadcasts_too(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving(database, keyring, recorder) as one, serving(database, keyring, recorder) as two:
        ids = await asyncio.gather(*[broadcast(api, chats("anna")) for api in (one, two) * 5])
        assert len(set(ids)) == 1
        body = {"idempotency_key": "b", "to": chats("olha"), "content": {"type": "text", "text": "news"}}
        assert (await one.ask("POST", "/broadcasts", body)).status_code == 409
        await progress(one, ids[0], "done")
    assert recorder.texts() == ["news"]


async def test_two_processes_place_each_once(database: str, keyring: Keyring, recorder: Recorder) -> None:
    names = [f"chat {n}" for n in range(60)]
    async with serving(database, keyring, recorder) as one, serving(database, keyring, recorder):
        await progress(one, await broadcast(one, chats(*names)), "done")
    assert sorted(call["chat"] for call in recorder.calls) == sorted(names)


async def test_a_broadcast_goes_on_after_the_process_that_took_it(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder, working=False, scheduling=False) as dead:
        id_ = await broadcast(dead, chats("anna", "olha"))
        await dead.rolls.claim(1, 10.0)  # and died with it in its hands
    await rows(database, "update bot.recipient set lease_until = now() where place = 0")
    async with serving(database, keyring, recorder) as api:
        await progress(api, id_, "done")
    assert sorted(call["chat"] for call in recorder.calls) == ["anna", "olha"]


async def test_what_is_stopped_does_not_leave(database: str, keyring: Keyring, recorder: Recorder) -> None:
    names = [f"chat {n}" for n in range(100)]
    async with serving(database, keyring, recorder) as api:
        id_ = await broadcast(api, chats(*names), rate_per_s=5)
        await recorder.until(2)
        assert (await api.ask("POST", f"/broadcasts/{id_}/stop", token="loans")).status_code == 404
        answer = await api.ask("POST", f"/broadcasts/{id_}/stop")
        again = await api.ask("POST", f"/broadcasts/{id_}/stop", token="colleague")
        await api.worker.quiet()
        counts = (await api.ask("GET", f"/broadcasts/{id_}")).json()["counts"]
        waiting = await rows(database, "select from bot.outbox where status in ('new', 'scheduled')")
    assert (answer.json()["state"], again.json()["state"]) == ("stopped", "stopped")
    assert counts == {"cancelled": 100 - len(recorder.calls), "sent": len(recorder.calls)}
    assert waiting == []


async def test_a_broadcast_for_later_begins_at_its_time(database: str, keyring: Keyring, recorder: Recorder) -> None:
    at = datetime.now(UTC) + timedelta(days=1)
    async with serving(database, keyring, recorder) as api:
        id_ = await broadcast(api, chats("anna"), not_before=at.isoformat())
        assert (await progress(api, id_, "running"))["counts"] == {"queued": 1}
        await rows(database, "update bot.broadcast set starts_at = now()")
        await progress(api, id_, "done")
    assert recorder.texts() == ["news"]


async def test_a_customer_service_that_is_away_only_delays_it(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    customers = Customers()
    customers.bind(ANNA, "anna")
    customers.away = True
    async with serving(database, keyring, recorder, customers=customers) as api:
        id_ = await broadcast(api, [{"customer_id": ANNA}])
        await until(database, "select from bot.recipient where lease_until > now()")
        customers.away = False
        await rows(database, "update bot.recipient set lease_until = now()")
        await progress(api, id_, "done")
    assert recorder.texts() == ["news"]


async def test_a_template_is_not_sent_where_there_are_none(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving(database, keyring, recorder, capabilities=PLAIN) as api:
        content = {"type": "template", "name": "news", "language": "uk"}
        found = await progress(api, await broadcast(api, chats("anna"), content=content), "done")
    assert found["skipped"] == {"the channel has no approved templates": 1}


async def test_a_broadcast_to_nobody_or_too_many_or_too_fast_is_refused(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    good = {"idempotency_key": "b", "to": chats("anna"), "content": {"type": "text", "text": "news"}}
    async with serving(database, keyring, recorder, working=False, scheduling=False) as api:
        for change, path in (
            ({"to": []}, "to"),
            ({"to": chats(*map(str, range(10_001)))}, "to"),
            ({"rate_per_s": 0}, "rate_per_s"),
            ({"rate_per_s": 501}, "rate_per_s"),
            ({"purpose": "response"}, "purpose"),
        ):
            answer = await api.ask("POST", "/broadcasts", good | change)
            assert (answer.status_code, answer.json()["problems"][0]["path"]) == (422, path)
        for method, path in (("GET", ""), ("POST", "/stop"), ("GET", "/recipients")):
            answer = await api.ask(method, f"/broadcasts/{ANNA}{path}")
            assert answer.status_code == 404
