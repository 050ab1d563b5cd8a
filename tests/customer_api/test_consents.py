"""What a customer allows: a row a decision, the newest one holds, and nothing that was decided is ever changed."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from customer_world import NOW, Chat
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from customer_api import consents
from customer_api.consents import Evidence, Sharing, Wording

TEXT = Wording("2026-11", "uk")
BOOKS = Sharing("book_corner", "Book Corner", "ваше ім'я")


def by_message(hours: int = 0) -> Evidence:
    return Evidence(uuid4(), "telegram", NOW + timedelta(hours=hours))


@pytest.fixture
async def anna(chat: Chat) -> UUID:
    return UUID(str((await chat.prove())["customer_id"]))


async def test_what_was_never_asked_is_not_allowed(anna: UUID, engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        for purpose in ("marketing", "profiling", "biometrics"):
            assert not await consents.holds(session, anna, purpose)
        assert not await consents.holds(session, anna, "partner_sharing", "book_corner")


async def test_a_consent_holds_from_being_given_to_being_withdrawn(anna: UUID, engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        await consents.give(session, anna, "marketing", TEXT, by_message())
        assert await consents.holds(session, anna, "marketing")
        assert await consents.withdraw(session, anna, "marketing", by_message(1))
        assert not await consents.holds(session, anna, "marketing")
        assert not await consents.withdraw(session, anna, "marketing", by_message(2)), "it was withdrawn before"
        await consents.give(session, anna, "marketing", TEXT, by_message(3))
        assert await consents.holds(session, anna, "marketing")


async def test_a_consent_to_one_partner_is_none_to_another(anna: UUID, engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        await consents.give(session, anna, "partner_sharing", TEXT, by_message(), BOOKS)
        assert await consents.holds(session, anna, "partner_sharing", "book_corner")
        assert not await consents.holds(session, anna, "partner_sharing", "home_budget")
        assert not await consents.withdraw(session, anna, "partner_sharing", by_message(1), "home_budget")
        assert await consents.withdraw(session, anna, "partner_sharing", by_message(2), "book_corner")
        assert not await consents.holds(session, anna, "partner_sharing", "book_corner")


async def test_every_decision_stays_with_its_text_and_its_evidence(anna: UUID, engine: AsyncEngine) -> None:
    given, taken = by_message(), by_message(5)
    async with AsyncSession(engine) as session:
        await consents.give(session, anna, "partner_sharing", TEXT, given, BOOKS)
        await consents.withdraw(session, anna, "partner_sharing", taken, "book_corner")
        rows = [row for row in await consents.all_of(session, anna) if row.purpose == "partner_sharing"]
    assert [(row.given, row.op_id, row.channel, row.decided_at) for row in rows] == [
        (True, given.op_id, "telegram", given.at),
        (False, taken.op_id, "telegram", taken.at),
    ]
    assert {(row.partner_name, row.scope, row.text_version, row.language) for row in rows} == {
        ("Book Corner", "ваше ім'я", "2026-11", "uk")
    }


async def test_one_operation_gives_it_once(anna: UUID, engine: AsyncEngine) -> None:
    said = by_message()
    async with AsyncSession(engine) as session:
        for _ in range(2):
            await consents.give(session, anna, "profiling", TEXT, said)
        assert [row.purpose for row in await consents.all_of(session, anna)].count("profiling") == 1


@pytest.mark.parametrize(
    "statement",
    ["update customers.consent set given = true", "delete from customers.consent", "truncate customers.consent"],
)
async def test_the_ledger_is_only_added_to(anna: UUID, engine: AsyncEngine, statement: str) -> None:
    async with AsyncSession(engine) as session, session.begin():
        await consents.give(session, anna, "marketing", TEXT, by_message())
    with pytest.raises(DBAPIError, match="what was decided stays"):
        async with engine.begin() as connection:
            await connection.execute(text(statement))


async def test_sharing_needs_a_partner_and_nothing_else_has_one(anna: UUID, engine: AsyncEngine) -> None:
    for purpose, sharing in (("partner_sharing", consents.NOBODY), ("marketing", BOOKS)):
        with pytest.raises(DBAPIError):
            async with AsyncSession(engine) as session, session.begin():
                await consents.give(session, anna, purpose, TEXT, by_message(), sharing)
