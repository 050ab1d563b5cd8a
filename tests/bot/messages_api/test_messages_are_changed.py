"""Changing what was said: in its place while it waits, after it as an edit, a correction, a deletion or a notice."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from api_rig import PLAIN, Api, Splitting, serving
from turn_rig import Recorder, rows, until

from bot.keyring import Keyring

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()


async def change(api: Api, message: str, text: str, **more: Any) -> dict[str, Any]:
    body = {"content": {"type": "text", "text": text}} | more
    answer = await api.ask("PATCH", f"/messages/{message}", body)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def take_back(api: Api, message: str) -> dict[str, Any]:
    answer = await api.ask("DELETE", f"/messages/{message}")
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def test_what_waits_is_changed_before_it_leaves(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving(database, keyring, recorder, working=False) as api:
        id_ = (await api.post("first", choices=[{"id": "a", "title": "Yes"}])).json()["message_id"]
        assert "changes" not in await change(api, id_, "second")
        answer = await api.ask("PATCH", f"/messages/{id_}", {"choices": [{"id": "b", "title": "No"}]})
        assert answer.status_code == 202
        api.worker.start()
        await api.until(id_, "sent")
    assert recorder.calls == [{"chat": "anna", "text": "second", "choices": ["b"], "purpose": "response"}]


async def test_what_is_kept_for_later_is_changed_and_taken_back(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder) as api:
        kept = (await api.post("one", not_before=TOMORROW)).json()["message_id"]
        gone = (await api.post("two", not_before=TOMORROW)).json()["message_id"]
        await change(api, kept, "changed")
        status = await take_back(api, gone)
        assert await take_back(api, gone) == status
        assert (status["state"], status["error"]["code"]) == ("failed", "cancelled")
        await rows(database, "update bot.outbox set due = now()")
        await api.until(kept, "sent")
    assert recorder.texts() == ["changed"]


async def test_two_changes_at_once_are_both_made(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving(database, keyring, recorder, working=False) as one, serving(database, keyring, recorder) as two:
        id_ = (await one.post("first", not_before=TOMORROW)).json()["message_id"]
        await asyncio.gather(
            change(one, id_, "second"),
            two.ask("PATCH", f"/messages/{id_}", {"choices": [{"id": "b", "title": "No"}]}),
        )
        await rows(database, "update bot.outbox set due = now()")
        await two.until(id_, "sent")
    assert (recorder.calls[0]["text"], recorder.calls[0]["choices"]) == ("second", ["b"])


async def test_what_has_left_is_edited_under_the_platforms_own_id(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder) as api:
        await api.sent("other")
        id_ = await api.sent("first", choices=[{"id": "a", "title": "Yes"}])
        await change(api, id_, "second")
        status = await api.until(id_, "sent", changes=1)
    assert status["provider_ids"] == ["2"]
    assert status["changes"] == [{"change": "edit", "state": "sent", "degradations": [], "error": None}]
    assert recorder.calls[-1] == {
        "chat": "anna", "text": "second", "edit": "2", "choices": ["a"], "purpose": "response",
    }  # fmt: skip


async def test_what_is_on_its_way_is_edited_after_it_has_arrived(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.open.clear()
    async with serving(database, keyring, recorder) as api:
        id_ = (await api.post("first")).json()["message_id"]
        await until(database, "select from bot.outbox where lease_until > now()")
        await change(api, id_, "second")
        await api.worker.post_update(1, "hi")
        recorder.open.set()
        await api.until(id_, "sent", changes=1)
        await recorder.until(3)
    assert sorted(recorder.texts()) == ["1:hi", "first", "second"]
    assert recorder.texts()[0] == "first"
    assert [call.get("edit") for call in recorder.calls if call["text"] == "second"] == ["1"]


async def test_where_nothing_can_be_edited_a_correction_follows_and_says_so(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder, capabilities=PLAIN) as api:
        id_ = await api.sent("first")
        foreseen = await change(api, id_, "second")
        status = await api.until(id_, "sent", changes=1)
    assert foreseen["degradations"] == status["degradations"] == ["edit_as_correction"]
    assert recorder.calls[-1] == {
        "chat": "anna", "text": "Виправлення:\nsecond", "reply": "1", "purpose": "response",
    }  # fmt: skip


async def test_a_text_that_left_in_parts_is_corrected(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving(database, keyring, recorder, post=Splitting) as api:
        id_ = await api.sent("one\ntwo", key="a")
        await change(api, id_, "three")
        status = await api.until(id_, "sent", changes=1)
    assert status["degradations"] == ["edit_as_correction"]
    assert recorder.calls[-1]["reply"] == "1.1"


async def test_what_has_left_is_deleted_in_all_its_parts(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving(database, keyring, recorder, post=Splitting) as api:
        id_ = await api.sent("one\ntwo\nthree", key="a")
        first = await take_back(api, id_)
        again = await take_back(api, id_)
        status = await api.until(id_, "sent", changes=1)
        assert await api.ask("PATCH", f"/messages/{id_}", {"choices": []}) is not None
    assert [len(answer["changes"]) for answer in (first, again)] == [1, 1]
    assert [call["delete"] for call in recorder.calls if "delete" in call] == ["1.0", "1.1", "1.2"]
    assert status["changes"] == [{"change": "delete", "state": "sent", "degradations": [], "error": None}]


async def test_where_nothing_can_be_deleted_a_notice_follows_and_says_so(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder, capabilities=PLAIN) as api:
        id_ = await api.sent("first", choices=[{"id": "a", "title": "Yes"}])
        assert (await take_back(api, id_))["degradations"] == ["delete_as_notice"]
        status = await api.until(id_, "sent", changes=1)
    assert status["degradations"] == ["delete_as_notice"]
    assert recorder.calls[-1]["text"].startswith("Ми відкликаємо")
    assert recorder.calls[-1]["reply"] == "1"


async def test_past_the_platforms_age_for_deleting_a_notice_follows(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder, ahead=timedelta(hours=2)) as api:
        id_ = await api.sent("first")
        await take_back(api, id_)
        status = await api.until(id_, "sent", changes=1)
    assert status["degradations"] == ["delete_as_notice"]


async def test_an_edit_that_the_platform_refuses_is_never_a_silent_success(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder) as api:
        id_ = await api.sent("first")
        recorder.answers = [(400, {})]
        await change(api, id_, "second")
        status = await api.until(id_, "sent", changes=1)
        assert status["changes"][0]["state"] == "failed"
        assert status["changes"][0]["error"] == {"code": "400", "reason": "refused"}
        await change(api, id_, "third")
        await api.until(id_, "sent", changes=2)
    assert recorder.texts() == ["first", "third"]


async def test_what_has_ended_is_not_changed_any_more(database: str, keyring: Keyring, recorder: Recorder) -> None:
    recorder.answers = [(400, {})]
    async with serving(database, keyring, recorder) as api:
        failed = (await api.post("failed")).json()["message_id"]
        await api.until(failed, "failed")
        back = await api.sent("taken back")
        await take_back(api, back)
        for method, id_ in (("PATCH", failed), ("DELETE", failed), ("PATCH", back)):
            body = {"choices": []} if method == "PATCH" else None
            answer = await api.ask(method, f"/messages/{id_}", body)
            assert (answer.status_code, answer.json()["code"]) == (409, "too_late")


async def test_what_has_left_does_not_become_another_kind(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving(database, keyring, recorder) as api:
        id_ = await api.sent("first")
        place = {"type": "location", "lat": 1, "lon": 2}
        answer = await api.ask("PATCH", f"/messages/{id_}", {"content": place})
    assert (answer.status_code, answer.json()["problems"][0]["path"]) == (422, "content.type")


async def test_an_addition_edits_the_message_and_the_next_one_goes_on_from_there(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder) as api:
        id_ = await api.sent("one", choices=[{"id": "a", "title": "Yes"}])
        second = await api.sent("two", append_to=id_)
        await api.sent("three", append_to=second)
        await api.sent("four", append_to=id_)
        assert [change["change"] for change in (await api.status(id_))["changes"]] == ["append", "append"]
    assert [(call["text"], call.get("edit"), call["choices"]) for call in recorder.calls] == [
        ("one", None, ["a"]), ("one\ntwo", "1", ["a"]), ("one\ntwo\nthree", "2", ["a"]), ("one\ntwo\nfour", "1", ["a"]),
    ]  # fmt: skip


async def test_additions_at_once_lose_nothing(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving(database, keyring, recorder) as one, serving(database, keyring, recorder) as two:
        id_ = await one.sent("start")
        await asyncio.gather(*[api.sent(word, append_to=id_) for api, word in ((one, "a"), (two, "b"))])
    assert sorted(recorder.texts()[-1].splitlines()) == ["a", "b", "start"]


async def test_where_nothing_can_be_edited_an_addition_replies(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder, capabilities=PLAIN) as api:
        id_ = await api.sent("one")
        added = await api.sent("two", append_to=id_)
        assert (await api.status(added))["degradations"] == ["appended_apart"]
    assert recorder.calls[-1] == {"chat": "anna", "text": "two", "reply": "1", "purpose": "response"}


async def test_nothing_is_added_to_what_is_not_there_or_elsewhere(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder) as api:
        sent = await api.sent("one")
        kept = (await api.post("kept", not_before=TOMORROW)).json()["message_id"]
        place = await api.post(key="place", content={"type": "location", "lat": 1, "lon": 2})
        back = (await api.post("back", not_before=TOMORROW)).json()["message_id"]
        await take_back(api, back)
        attempts = {
            "that message is in another chat": {"append_to": sent, "chat": "olha"},
            "that message is kept for later": {"append_to": kept},
            "that message is no text": {"append_to": place.json()["message_id"]},
            "there is no such message": {"append_to": "01938c1f-5d7a-7c3e-9b1a-2f60c8d4e511"},
            "that message has not reached the chat: it was taken back before it left": {"append_to": back},
        }
        for number, (what, more) in enumerate(attempts.items()):
            answer = await api.post("more", key=f"more {number}", **more)
            assert (answer.status_code, answer.json()["problems"][0]["what"]) == (422, what)
            assert answer.json()["problems"][0]["path"] == "append_to"
