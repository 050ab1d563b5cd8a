"""The role of CustomerAPI in the database: rows of its own schema, and nothing of the money or of the chats."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.postgres import sqlalchemy_url
from bot.postgres.roles import CUSTOMERS, as_role

TABLES = """
select n.nspname as schema, c.oid::regclass::text as name,
    has_table_privilege($1, c.oid, 'select') as reads,
    has_table_privilege($1, c.oid, 'insert, update, delete, truncate') as writes
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'v', 'm', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')"""


async def test_it_reads_and_writes_its_own_schema_alone(database: str) -> None:
    owner = await asyncpg.connect(database)
    try:
        tables = await owner.fetch(TABLES, CUSTOMERS)
        makes = "select nspname from pg_namespace where has_schema_privilege($1, oid, 'create')"
        may_make = [row["nspname"] for row in await owner.fetch(makes, CUSTOMERS)]
    finally:
        await owner.close()
    assert {"money", "bot", "customers"} <= {row["schema"] for row in tables}
    assert {row["name"] for row in tables if row["reads"]} == {
        row["name"] for row in tables if row["schema"] == "customers"
    }
    assert {row["schema"] for row in tables if row["writes"]} == {"customers"}
    assert may_make == []


@pytest.mark.parametrize(
    "statement",
    [
        "select * from money.operation",
        "select * from bot.conversation",
        "select * from bot.outbox",
        "update money.operation set state = 'POSTED'",
        "drop table customers.consent",
        "alter table customers.binding disable trigger all",
        "truncate customers.consent",
        "create table customers.mine (id int)",
        "create table public.mine (id int)",
    ],
)
async def test_what_it_may_not_is_refused_by_the_database(database: str, statement: str) -> None:
    engine = create_async_engine(sqlalchemy_url(database), connect_args=await as_role(database, CUSTOMERS))
    try:
        async with engine.connect() as connection:
            assert await connection.scalar(text("select current_user")) == CUSTOMERS
            with pytest.raises(Exception, match=r"permission denied|must be owner"):
                await connection.execute(text(statement))
    finally:
        await engine.dispose()


async def test_a_role_that_is_not_there_is_not_taken(database: str) -> None:
    assert await as_role(database, "nobody_of_this_name") == {}
