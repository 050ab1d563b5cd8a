"""What else names a customer, sealed and one customer's alone; and what they prefer, over the API."""

from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest
from customer_world import NOW, OTHER_PHONE, Chat
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from test_binding_a_chat import dump

from customer_api import consents
from customer_api.consents import Evidence, Wording
from customer_api.notices import NoticeRules

CUSTOMERS = "/api/v1/customers"
CARD = {"kind": "card", "reference": "card_Zm9ydHktdHdvLXdvcmRz"}
FACE = {"kind": "biometric", "reference": "face-check:Tm9ib2R5cy1mYWNl"}
ABSENT = {"code": "not_found", "message": "There is no such thing."}


@pytest.fixture
def rules() -> NoticeRules:
    return NoticeRules({"payments": "on", "reminders": "on", "offers": "off"}, frozenset({"payments"}))


async def decide(engine: AsyncEngine, customer_id: str, *, given: bool) -> None:
    """The customer's yes or no to biometrics."""
    evidence = Evidence(uuid4(), "telegram", NOW)
    async with async_sessionmaker(engine).begin() as session:
        if given:
            await consents.give(session, UUID(customer_id), "biometrics", Wording("1", "en"), evidence)
        else:
            assert await consents.withdraw(session, UUID(customer_id), "biometrics", evidence)


async def test_a_cards_token_names_its_customer_and_lies_sealed(chat: Chat, engine: AsyncEngine) -> None:
    customer_id = (await chat.prove())["customer_id"]
    path = f"{CUSTOMERS}/{customer_id}/identifiers"
    kept = [(await chat.api.post(path, json=CARD)).json() for _ in range(2)]
    assert kept[0] == kept[1]
    assert (await chat.api.post(f"{CUSTOMERS}/found", json=CARD)).json() == {"customer_id": customer_id}
    listed = (await chat.api.get(path)).json()
    assert [row["kind"] for row in listed] == ["card", "phone"]
    assert CARD["reference"] not in str(listed) + await dump(engine)
    assert (await chat.api.delete(f"{path}/{kept[0]['identifier_id']}")).status_code == 204
    assert (await chat.api.post(f"{CUSTOMERS}/found", json=CARD)).json() == ABSENT


async def test_what_names_one_customer_never_names_another(chat: Chat, other_chat: Chat) -> None:
    anna, petro = (await chat.prove())["customer_id"], (await other_chat.prove(OTHER_PHONE))["customer_id"]
    row = (await chat.api.post(f"{CUSTOMERS}/{anna}/identifiers", json=CARD)).json()
    taken = await chat.api.post(f"{CUSTOMERS}/{petro}/identifiers", json=CARD)
    assert (taken.status_code, taken.json()["code"]) == (409, "of_another_customer")
    others, absent = [
        await chat.api.delete(f"{CUSTOMERS}/{petro}/identifiers/{one}") for one in (row["identifier_id"], uuid4())
    ]
    assert (others.status_code, others.json(), absent.json()) == (404, ABSENT, ABSENT)


async def test_a_biometric_reference_is_kept_and_found_with_the_customers_consent_only(
    chat: Chat, engine: AsyncEngine
) -> None:
    customer_id = (await chat.prove())["customer_id"]
    path = f"{CUSTOMERS}/{customer_id}/identifiers"
    refused = await chat.api.post(path, json=FACE)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_consent")
    await decide(engine, customer_id, given=True)
    assert (await chat.api.post(path, json=FACE)).json()["kind"] == "biometric"
    assert (await chat.api.post(f"{CUSTOMERS}/found", json=FACE)).json() == {"customer_id": customer_id}
    await decide(engine, customer_id, given=False)
    assert (await chat.api.post(f"{CUSTOMERS}/found", json=FACE)).json() == ABSENT
    assert FACE["reference"] not in await dump(engine)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "card", "reference": "4111111111111111"},
        {"kind": "card", "reference": "card_4111 1111 1111 1111"},
        {"kind": "biometric", "reference": "data:image/jpeg;base64,/9j/4AAQSkZJRgABAQ=="},
        {"kind": "biometric", "reference": "face-check:" + "A" * 65},
        {"kind": "phone", "reference": "+380501112233"},
        {"kind": "tax_id", "reference": "3456789014"},
        CARD | {"customer_id": str(uuid4())},
    ],
)
async def test_no_card_number_and_nothing_biometric_itself_is_taken(
    chat: Chat, engine: AsyncEngine, wrong: dict[str, str]
) -> None:
    customer_id = (await chat.prove())["customer_id"]
    for path in (f"{CUSTOMERS}/{customer_id}/identifiers", f"{CUSTOMERS}/found"):
        answer = await chat.api.post(path, json=wrong)
        assert answer.status_code == 422
        assert wrong["reference"] not in answer.text
    async with engine.connect() as connection:
        assert await connection.scalar(text("select count(*) from customers.identifier")) == 1


async def test_a_phone_is_not_forgotten_over_the_api(chat: Chat) -> None:
    customer_id = (await chat.prove())["customer_id"]
    path = f"{CUSTOMERS}/{customer_id}/identifiers"
    (phone,) = (await chat.api.get(path)).json()
    assert (await chat.api.delete(f"{path}/{phone['identifier_id']}")).status_code == 404
    assert len((await chat.api.get(path)).json()) == 1


async def test_preferences_are_read_and_changed_one_by_one(
    chat: Chat, caller: Callable[[str], httpx.AsyncClient]
) -> None:
    customer_id = (await chat.prove())["customer_id"]
    path, staff = f"{CUSTOMERS}/{customer_id}/preferences", caller("staff")
    before = (await staff.get(path)).json()
    assert before == {"locale": "uk", "notices": {"payments": "on", "reminders": "on", "offers": "off"}}
    changed = (await staff.patch(path, json={"locale": "en", "notices": {"reminders": "off"}})).json()
    assert changed == {"locale": "en", "notices": {"payments": "on", "reminders": "off", "offers": "off"}}
    assert (await staff.patch(path, json={})).json() == changed == (await staff.get(path)).json()
    assert (await chat.api.get(f"{CUSTOMERS}/{customer_id}")).json()["locale"] == "en"


async def test_nobody_says_yes_for_a_customer_or_silences_what_protects_them(chat: Chat) -> None:
    customer_id = (await chat.prove())["customer_id"]
    path = f"{CUSTOMERS}/{customer_id}/preferences"
    for notices, code in (({"offers": "on"}, "no_consent"), ({"payments": "off"}, "must_stay_on")):
        answer = await chat.api.patch(path, json={"locale": "en", "notices": notices})
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert (await chat.api.get(path)).json()["locale"] == "uk"
    assert (await chat.api.get(f"{CUSTOMERS}/{customer_id}/consents/marketing")).json() == {"allowed": False}
    for wrong in ({"locale": "fr"}, {"notices": {"weather": "on"}}, {"notices": {"offers": 1}}, {"state": "x"}):
        assert (await chat.api.patch(path, json=wrong)).status_code == 422


async def test_offers_that_were_allowed_in_the_chat_are_turned_off_over_the_api(chat: Chat) -> None:
    customer_id = (await chat.prove())["customer_id"]
    wish = chat.body("", {"kind": "offers", "state": "on"}, customer_id=customer_id) | {"action": "notices.set"}
    assert (await chat.post(wish))["state"] == "done"
    path = f"{CUSTOMERS}/{customer_id}/preferences"
    assert (await chat.api.patch(path, json={"notices": {"offers": "day"}})).json()["notices"]["offers"] == "day"
    assert (await chat.api.patch(path, json={"notices": {"offers": "off"}})).json()["notices"]["offers"] == "off"
    assert (await chat.api.get(f"{CUSTOMERS}/{customer_id}/consents/marketing")).json() == {"allowed": False}


@pytest.mark.parametrize("rest", ["preferences", "identifiers"])
async def test_somebody_who_is_no_customer_has_neither(chat: Chat, rest: str) -> None:
    for who in (str(uuid4()), "nonsense"):
        answer = await chat.api.get(f"{CUSTOMERS}/{who}/{rest}")
        assert (answer.status_code, answer.json()) == (404, ABSENT)
