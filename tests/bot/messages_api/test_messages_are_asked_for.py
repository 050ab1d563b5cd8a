"""Asking for a message: once a key, in the order of its chat, at its time, to the one it is for."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from api_rig import Board, Customers, serving
from turn_rig import Recorder, rows, until

from bot import outbox
from bot.keyring import Keyring
from channels.errors import Unclear
from flows.messages import OutboundMessage
from flows.ports import DrawnPicture, Sent

ANNA = "0b8f3f0e-5a2e-4f0e-9d8a-6f4f4f0c9a01"


async def test_a_message_reaches_a_chat_that_never_wrote(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving(database, keyring, recorder) as api:
        answer = await api.post("hello", key="a")
        assert answer.status_code == 202
        id_ = answer.json()["message_id"]
        assert answer.json() == {"message_id": id_, "state": "queued"}
        status = await api.until(id_, "sent")
    assert status == {
        "message_id": id_, "state": "sent", "delivery": "none", "provider_ids": ["1"], "degradations": [],
        "error": None,
    }  # fmt: skip
    assert [(call["chat"], call["text"]) for call in recorder.calls] == [("anna", "hello")]
    assert await rows(database, "select count(*) from bot.conversation") == [(0,)]


async def test_the_same_key_again_is_the_same_answer_and_sends_nothing(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder) as api:
        first = await api.post("hello", key="a")
        await api.until(first.json()["message_id"], "sent")
        again = await api.post("hello", key="a")
        other = await api.post("something else", key="a")
        theirs = await api.ask("POST", "/messages", _body("hello", "a"), token="loans")
        await api.worker.quiet()
    assert (again.status_code, again.json()) == (202, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert theirs.json()["message_id"] != first.json()["message_id"]


async def test_a_key_holds_after_the_time_of_its_message(database: str, keyring: Keyring, recorder: Recorder) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=30)).isoformat()
    async with serving(database, keyring, recorder, working=False) as api:
        first = await api.post("hello", key="a", not_after=soon)
    async with serving(database, keyring, recorder, working=False, ahead=timedelta(hours=1)) as api:
        again = await api.post("hello", key="a", not_after=soon)
        late = await api.post("hello", key="b", not_after=soon)
    assert again.json() == first.json()
    assert (late.status_code, late.json()["problems"][0]["path"]) == (422, "not_after")


async def test_two_processes_asked_at_once_with_one_key_store_one_message(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder) as one, serving(database, keyring, recorder) as two:
        answers = await asyncio.gather(*[api.post("hello", key="a") for api in (one, two) * 10])
        ids = {answer.json()["message_id"] for answer in answers}
        assert len(ids) == 1
        await one.until(ids.pop(), "sent")
    assert recorder.texts() == ["hello"]


async def test_a_message_survives_the_process_that_stored_it(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder, working=False) as dead:
        first = await dead.post("hello", key="a")
    async with serving(database, keyring, recorder) as api:
        again = await api.post("hello", key="a")
        await api.until(again.json()["message_id"], "sent")
    assert again.json() == first.json()
    assert recorder.texts() == ["hello"]


async def test_messages_keep_their_order_and_come_between_the_turns(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.open.clear()
    async with serving(database, keyring, recorder) as api:
        await api.worker.post_update(1, "three")
        await api.worker.turns.drain()
        for number in range(5):
            await api.post(f"api {number}")
        await until(database, "select where (select count(*) from bot.outbox where attempts > 0) = 5")
        await api.worker.post_update(2, "hi")
        await api.worker.turns.drain()
        recorder.open.set()
        await recorder.until(9)
    assert recorder.texts() == ["one", "two", "three", *[f"api {n}" for n in range(5)], "2:hi"]
    places = [row[0] for row in await rows(database, "select seq from bot.outbox order by seq")]
    assert places == [1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 2000]


async def test_a_message_for_later_leaves_at_its_time_and_holds_up_nobody(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder) as api:
        at = datetime.now(UTC) + timedelta(seconds=3)
        later = (await api.post("later", not_before=at.isoformat())).json()["message_id"]
        await api.sent("now")
        assert (await api.status(later))["state"] == "queued"
        assert recorder.texts() == ["now"]
        await api.until(later, "sent")
        assert datetime.now(UTC) >= at
    assert recorder.texts() == ["now", "later"]


async def test_what_is_due_leaves_once_and_in_the_order_of_its_times(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    async with serving(database, keyring, recorder, scheduling=False) as api:
        for number in (3, 1, 2):
            await api.post(f"{number}", not_before=(tomorrow + timedelta(seconds=number)).isoformat())
        assert (
            await rows(database, "update bot.outbox set due = due - interval '2 days' returning status")
            == [("scheduled",)] * 3
        )
        async with serving(database, keyring, recorder), serving(database, keyring, recorder):
            await recorder.until(3)
            await until(database, "select where not exists (select from bot.outbox where status <> 'done')")
    assert recorder.texts() == ["1", "2", "3"]


async def test_a_message_that_waited_too_long_is_not_sent(database: str, keyring: Keyring, recorder: Recorder) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=30)
    async with serving(database, keyring, recorder, working=False) as api:
        id_ = (await api.post("old", not_after=soon.isoformat())).json()["message_id"]
    async with serving(database, keyring, recorder, ahead=timedelta(hours=1)) as api:
        status = await api.until(id_, "failed")
    assert status["error"] == {"code": "expired", "reason": "its time had passed"}
    assert recorder.texts() == []


async def test_a_customer_is_written_to_where_they_were_heard_last_and_can_be_reached(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    customers = Customers()
    for address in ("silent", "first", "second", "third"):
        customers.bind(ANNA, address, revoked=address == "third")
    customers.bind(ANNA, "elsewhere", channel="pigeon")
    async with serving(database, keyring, recorder, customers=customers) as api:
        for number, address in enumerate(("second", "first", "third")):
            await api.worker.post_update(number, "hi", address)
            await api.worker.quiet()
        body = _body("hello", "a") | {"to": {"customer_id": ANNA}}
        await api.until((await api.ask("POST", "/messages", body)).json()["message_id"], "sent")
        recorder.answers = [(403, {})]
        gone = _body("gone", "b") | {"to": {"customer_id": ANNA}}
        await api.until((await api.ask("POST", "/messages", gone)).json()["message_id"], "failed")
        await until(database, "select from bot.conversation where unreachable is not null")
        body = _body("are you there", "c") | {"to": {"customer_id": ANNA}}
        await api.until((await api.ask("POST", "/messages", body)).json()["message_id"], "sent")
    assert [call["chat"] for call in recorder.calls[-2:]] == ["first", "second"]


async def test_what_a_platform_says_of_a_failure_is_told(database: str, keyring: Keyring, recorder: Recorder) -> None:
    recorder.answers = [(400, {})]
    async with serving(database, keyring, recorder) as api:
        id_ = (await api.post("hello")).json()["message_id"]
        status = await api.until(id_, "failed")
    assert status["error"] == {"code": "400", "reason": "refused"}


class Silent(Board):
    """A messenger whose answers get lost."""

    async def send(self, message: OutboundMessage, address: str, drawn: DrawnPicture | None) -> Sent:
        raise Unclear("no answer came in time", "timeout")


async def test_a_message_that_may_have_arrived_is_unknown(
    database: str, keyring: Keyring, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BACK_OFF_S", 0.001)
    async with serving(database, keyring, recorder, post=Silent) as api:
        status = await api.until((await api.post("hello")).json()["message_id"], "unknown")
    assert status["error"] == {"code": "unclear", "reason": "no answer came in time"}


async def test_a_message_that_has_to_wait_is_deferred_and_may_be_taken_back(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.answers = [(429, {"retry_after": 3600})]
    async with serving(database, keyring, recorder) as api:
        id_ = (await api.post("hello")).json()["message_id"]
        await api.until(id_, "deferred")
        answer = await api.ask("DELETE", f"/messages/{id_}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (202, "cancelled")


async def test_a_platforms_news_of_delivery_is_told(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving(database, keyring, recorder) as api:
        id_ = await api.sent("hello")
        for number, state in enumerate(("read", "delivered")):
            await api.worker.post_update(number, "", type="delivery_status", about="1", state=state)
            await until(database, "select from bot.outbox where delivery = 4")
        assert (await api.status(id_))["delivery"] == "read"


async def test_every_kind_of_content_arrives(database: str, keyring: Keyring, recorder: Recorder) -> None:
    template = {"type": "template", "name": "balance", "language": "uk", "values": ["5 UAH"]}
    place = {"type": "location", "lat": 50.45, "lon": 30.52, "title": "Branch"}
    choices = [{"id": "a", "title": "Yes"}, {"id": "b", "title": "Site", "kind": "url", "url": "https://bank.example"}]
    async with serving(database, keyring, recorder) as api:
        for number, content in enumerate((template, place)):
            answer = await api.post(key=f"{number}", content=content, choices=choices, purpose="update")
            await api.until(answer.json()["message_id"], "sent")
    common = {"chat": "anna", "choices": ["a", "b"], "purpose": "update"}
    assert recorder.calls == [common | {"template": "balance"}, common | {"place": "Branch"}]


async def test_nothing_of_a_message_lies_open_in_the_database(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder, working=False) as api:
        await api.post("a very secret word", key="a", chat="380501112233")
    for table in ("outbox", "asked", "message"):
        found = str(await rows(database, f"select t::text from bot.{table} t"))
        assert "secret" not in found
        assert b"secret".hex() not in found
        assert "380501112233" not in found


@pytest.mark.parametrize("token", ["", "stranger"])
async def test_who_has_no_token_is_not_let_in(database: str, keyring: Keyring, recorder: Recorder, token: str) -> None:
    async with serving(database, keyring, recorder, working=False) as api:
        for method, path in _PATHS:
            assert (await api.ask(method, path, _body("a", "a"), token=token)).status_code == 401


async def test_who_has_another_role_is_not_let_in(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving(database, keyring, recorder, working=False) as api:
        answers = [await api.ask(method, path, _body("a", "a"), token="partner") for method, path in _PATHS]
    assert {answer.status_code for answer in answers} == {403}


async def test_somebody_elses_message_is_as_one_that_is_not_there(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder, working=False) as api:
        own = (await api.post("hello")).json()["message_id"]
        absent = "01938c1f-5d7a-7c3e-9b1a-2f60c8d4e511"
        answers: list[httpx.Response] = []
        for id_ in (own, absent):
            answers += [
                await api.ask("GET", f"/messages/{id_}", token="loans"),
                await api.ask("DELETE", f"/messages/{id_}", token="loans"),
                await api.ask("PATCH", f"/messages/{id_}", {"choices": []}, token="loans"),
            ]
        assert {(answer.status_code, answer.text) for answer in answers} == {
            (404, '{"code":"not_found","message":"There is no such thing."}')
        }
        assert (await api.ask("GET", f"/messages/{own}", token="colleague")).status_code == 200


async def test_a_database_that_is_away_is_said(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving("postgresql://127.0.0.1:1/none", keyring, recorder, working=False, scheduling=False) as api:
        answer = await api.post("hello")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def _body(text: str, key: str) -> dict[str, object]:
    to = {"channel": "post", "address": "anna"}
    return {"idempotency_key": key, "to": to, "content": {"type": "text", "text": text}}


_ID = "01938c1f-5d7a-7c3e-9b1a-2f60c8d4e511"
_PATHS = (
    ("POST", "/messages"), ("GET", f"/messages/{_ID}"), ("PATCH", f"/messages/{_ID}"), ("DELETE", f"/messages/{_ID}"),
    ("POST", "/broadcasts"), ("GET", f"/broadcasts/{_ID}"), ("POST", f"/broadcasts/{_ID}/stop"), ("GET", "/events"),
)  # fmt: skip
