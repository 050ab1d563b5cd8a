"""What does not fit is refused, all of it at once, each with its place and what to do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api_rig import PLAIN, Customers, serving
from turn_rig import Recorder, rows

from bot.keyring import Keyring

TEXT = {"type": "text", "text": "hello"}
TO = {"channel": "post", "address": "anna"}
GOOD: dict[str, Any] = {"idempotency_key": "a", "to": TO, "content": TEXT}
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
CUSTOMER = "0b8f3f0e-5a2e-4f0e-9d8a-6f4f4f0c9a01"
# The digits of a card that no bank has given out, written so that no test's name holds them.
CARD = "4111 " + "1111 " * 3


@pytest.mark.parametrize(
    ("change", "path", "fix"),
    [
        ({"idempotency_key": ""}, "idempotency_key", "write at least 1 character"),
        ({"idempotency_key": "k" * 201}, "idempotency_key", "write at most 200 characters"),
        ({"idempotency_key": None}, "idempotency_key", "Input should be a valid string"),
        ({"to": {"channel": "pigeon", "address": "a"}}, "to.channel", "use one of: post"),
        ({"to": {"channel": "post"}}, "to", "write either channel and address, or customer_id"),
        ({"to": TO | {"customer_id": CUSTOMER}}, "to", "write either channel and address, or customer_id"),
        ({"to": {"customer_id": CUSTOMER}}, "to.customer_id", "look whether the id is right"),
        ({"content": TEXT | {"text": ""}}, "content.text", "write at least 1 character"),
        ({"content": TEXT | {"text": "x" * 40_001}}, "content.text", "write at most 40000 characters"),
        ({"content": TEXT | {"text": "a\0b"}}, "content.text", "take it out"),
        ({"content": TEXT | {"text": f"card {CARD}"}}, "content.text", "show the last four digits only"),
        ({"content": {"type": "song"}}, "content", "use one of 'text', 'image', 'document', 'location', 'template'"),
        ({"content": {"text": "a"}}, "content", "write a type: text, image, document, location or template"),
        ({"content": {"type": "image"}}, "content", "write either url or media_id"),
        ({"content": {"type": "image", "url": "file:///etc/passwd"}}, "content.url",
         "write https://host/path, without a user name"),
        ({"content": {"type": "image", "media_id": "x"}}, "content.media_id", "keep one with POST /api/v1/media"),
        ({"content": {"type": "image", "media_id": CUSTOMER}}, "content.media_id",
         "keep it again with POST /api/v1/media"),
        ({"content": {"type": "location", "lat": 91, "lon": 0}}, "content.lat", "write at most 90.0"),
        ({"content": {"type": "template", "name": "a", "language": "uk"}}, "content.type", "write a text"),
        ({"choices": [{"id": "a", "title": "A"}] * 2}, "choices", "give each choice its own"),
        ({"choices": [{"id": "a", "title": "A", "kind": "url"}]}, "choices.0",
         "kind url needs a url, the other kinds have none"),
        ({"choices": [{"id": "a", "title": "A"}, {"id": "b", "title": "", "kind": "song"}]}, "choices.1.title",
         "write at least 1 character"),
        ({"purpose": "spam"}, "purpose", "use 'response', 'update' or 'authentication'"),
        ({"not_before": "2030-05-01T09:00:00"}, "not_before", "write one, as in 2030-05-01T09:00:00+03:00"),
        ({"not_before": TOMORROW, "not_after": TOMORROW}, "body", "not_after must be later than not_before"),
        ({"not_after": "2020-01-01T00:00:00Z"}, "not_after", "write a later time or leave it out"),
        ({"append_to": "last"}, "append_to", "Input should be a valid UUID"),
        ({"surprise": 1}, "surprise", "take it out, or look at its spelling"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else "",
)  # fmt: skip
async def test_what_does_not_fit_is_told_with_its_place_and_what_to_do(
    database: str, keyring: Keyring, recorder: Recorder, change: dict[str, Any], path: str, fix: str
) -> None:
    async with serving(database, keyring, recorder, working=False, scheduling=False, capabilities=PLAIN) as api:
        answer = await api.ask("POST", "/messages", GOOD | change)
        assert answer.status_code == 422, answer.text
        assert (path, True) in [(one["path"], one["fix"].startswith(fix)) for one in answer.json()["problems"]]
        assert CARD.strip() not in answer.text
        assert await rows(database, "select from bot.asked") == []


async def test_all_that_does_not_fit_is_told_at_once(database: str, keyring: Keyring, recorder: Recorder) -> None:
    shape = {"idempotency_key": "", "to": {}, "content": {"type": "text"}, "choices": [{"id": "a"}], "surprise": 1}
    sense = GOOD | {"to": {"channel": "pigeon", "address": "a"}, "append_to": CUSTOMER,
                    "not_after": "2020-01-01T00:00:00Z"}  # fmt: skip
    async with serving(database, keyring, recorder, working=False, scheduling=False) as api:
        misshapen, unfit = [(await api.ask("POST", "/messages", body)).json() for body in (shape, sense)]
        broken = await api.http.post(
            "/api/v1/messages",
            content=b'{"to":',
            headers={"authorization": "Bearer crm", "content-type": "application/json"},
        )
    paths = {problem["path"] for problem in misshapen["problems"]}
    assert paths == {"idempotency_key", "to", "content.text", "choices.0.title", "surprise"}
    assert misshapen["message"] == "5 things do not fit."
    assert {problem["path"] for problem in unfit["problems"]} == {"to.channel", "append_to", "not_after"}
    assert (broken.status_code, broken.json()["problems"][0]["what"]) == (422, "is no JSON")


async def test_a_customer_without_a_chat_is_told_in_words(database: str, keyring: Keyring, recorder: Recorder) -> None:
    customers = Customers()
    customers.bind(CUSTOMER, "old", revoked=True)
    async with serving(database, keyring, recorder, working=False, customers=customers) as api:
        answer = await api.ask("POST", "/messages", GOOD | {"to": {"customer_id": CUSTOMER}})
        customers.away = True
        away = await api.ask("POST", "/messages", GOOD | {"to": {"customer_id": CUSTOMER}})
    assert answer.json()["problems"] == [
        {
            "path": "to.customer_id",
            "what": "the customer has no chat on a channel that is set up here",
            "fix": "reach them another way",
        }
    ]
    assert (away.status_code, away.json()["code"]) == (503, "unavailable")


async def test_long_numbers_that_are_no_cards_may_be_written(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder, working=False) as api:
        answer = await api.post("Parcel 1234567890123456 from +380 44 123 45 67, card •1111", key="a")
    assert answer.status_code == 202
