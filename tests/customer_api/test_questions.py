"""What a flow asks CustomerAPI inside a turn: who answers, what a code is, and that only our services may ask."""

from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from customer_api.bodies import Asked
from customer_api.questions import NoSuchQuestion, Nothing, Questions

ASKED = Asked(customer_id=uuid4(), inputs={"offer": "o1"}, locale="uk")


async def read(session: AsyncSession, customer_id: UUID, asked: Asked) -> dict[str, object]:
    return {"offer": asked.inputs["offer"], "locale": asked.locale, "whose": str(customer_id)}


async def none(session: AsyncSession, customer_id: UUID, asked: Asked) -> dict[str, object]:
    raise Nothing("none_now")


@pytest.fixture
def questions(engine: AsyncEngine) -> Questions:
    return Questions(async_sessionmaker(engine), {"offers.read": read, "offers.any": none})


async def test_a_verb_has_one_answerer(questions: Questions) -> None:
    told = {"offer": "o1", "locale": "uk", "whose": str(ASKED.customer_id)}
    assert await questions.answer("offers.read", ASKED) == {"outputs": told}


async def test_a_code_of_the_catalogue_is_an_answer(questions: Questions) -> None:
    assert await questions.answer("offers.any", ASKED) == {"error": "none_now"}


async def test_a_guest_is_told_nothing(questions: Questions) -> None:
    assert await questions.answer("offers.read", Asked()) == {"error": "unavailable"}


async def test_a_verb_of_nobodys_is_not_there(questions: Questions, api: httpx.AsyncClient) -> None:
    with pytest.raises(NoSuchQuestion):
        await questions.answer("cards.list_active", ASKED)
    assert (await api.post("/api/v1/customers/questions/cards.list_active", json={})).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("", 401), ("staff", 403), ("partner", 403)])
async def test_only_our_services_ask(caller: Callable[[str], httpx.AsyncClient], role: str, status: int) -> None:
    assert (await caller(role).post("/api/v1/customers/questions/offers.any", json={})).status_code == status
