"""The role that the processes have in the database: rows, no table made or changed, and a history that only grows."""

import secrets
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from bot.compose import process
from bot.migrations import upgrade
from bot.postgres.roles import RUNTIME, as_role
from bot.settings import Settings
from bot.settings.shape import Service
from bot.tokens import Tokens

ONLY_GROWS = {"money.audit", "money.ledger_entry", "customers.consent", "bot.flow_version", "bot.flow_event"}
FORBIDDEN = (
    "drop table bot.inbox",
    "alter table money.audit disable trigger all",
    "drop trigger audit_only_grows on money.audit",
    "truncate money.ledger_entry",
    "create table money.mine (id int)",
    "create table public.mine (id int)",
    "create or replace function money.audit_only_grows() returns trigger language plpgsql as 'begin return new; end'",
    "set session_replication_role = replica",
    "update money.audit set details = ''",
    "update money.audit set mac = ''",
    "delete from money.audit",
    "delete from money.audit_head",
    "update money.ledger_entry set delta_minor = 0",
    "delete from customers.consent",
    "update bot.alembic_version set version_num = '0001'",
    "copy money.audit to '/tmp/audit'",
    "create role mine superuser",
)
TABLES = """
select c.oid::regclass::text as name, c.relowner = $1::regrole as owned,
    has_table_privilege($1, c.oid, 'select') as reads, has_table_privilege($1, c.oid, 'insert') as adds,
    has_table_privilege($1, c.oid, 'update') as changes, has_table_privilege($1, c.oid, 'delete') as deletes,
    has_table_privilege($1, c.oid, 'truncate') as empties
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname in ('bot', 'money', 'customers')"""
COLUMNS = """
select a.attname from pg_attribute a
where a.attrelid = 'money.audit'::regclass and a.attnum > 0
    and has_column_privilege($1, a.attrelid, a.attnum, 'update')"""


async def refused(connection: "asyncpg.Connection[asyncpg.Record]", statement: str) -> None:
    with pytest.raises(asyncpg.PostgresError, match=r"permission denied|must be owner"):
        await connection.execute(statement)


async def test_it_has_the_rows_of_every_table_and_no_table(database: str) -> None:
    owner = await asyncpg.connect(database)
    try:
        tables = {row["name"]: row for row in await owner.fetch(TABLES, RUNTIME)}
        makes = "select nspname from pg_namespace where has_schema_privilege($1, oid, 'create')"
        may_make = [row["nspname"] for row in await owner.fetch(makes, RUNTIME)]
        of_the_audit = {row["attname"] for row in await owner.fetch(COLUMNS, RUNTIME)}
    finally:
        await owner.close()
    version = tables.pop("bot.alembic_version")
    assert (version["reads"], version["adds"], version["changes"], version["deletes"]) == (True, False, False, False)
    assert len(tables) > 40
    assert all(row["reads"] and row["adds"] and not row["owned"] and not row["empties"] for row in tables.values())
    assert {name for name, row in tables.items() if not row["changes"]} == ONLY_GROWS
    assert {name for name, row in tables.items() if not row["deletes"]} == ONLY_GROWS | {"money.audit_head"}
    assert of_the_audit == {"link", "place"}
    assert may_make == []


async def test_what_it_may_not_is_refused_by_the_database(database: str) -> None:
    connection = await asyncpg.connect(database, **await as_role(database, RUNTIME))  # type: ignore[arg-type]
    try:
        assert await connection.fetchval("select current_user") == RUNTIME
        for statement in FORBIDDEN:
            await refused(connection, statement)
    finally:
        await connection.close()


async def test_a_process_works_as_this_role(settings: Settings) -> None:
    """Whose a row is, the database writes into a column that the process does not know of."""
    alone = settings.model_copy(update={"customer_api": Service(url="http://127.0.0.1:9")})
    staff = Tokens([key.get_secret_value() for key in settings.jwt.keys]).issue("staff", "olena")
    owner = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        await owner.execute("alter table money.switch add column made_by text default current_user")
        await owner.execute("alter table money.audit add column made_by text default current_user")
        async with process(alone, "core-adapters") as built:
            transport = httpx.ASGITransport(built.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://teller") as api:
                path, stop = "/api/v1/operations/switches/sandbox", {"stopped": True, "why": "the bank asked"}
                answer = await api.put(path, json=stop, headers={"authorization": f"Bearer {staff}"})
        assert answer.status_code == 200
        for table in ("money.switch", "money.audit"):
            assert await owner.fetchval(f"select distinct made_by from {table}") == RUNTIME
    finally:
        await owner.close()


async def test_a_login_that_owns_nothing_is_enough(database: str) -> None:
    """Where the migrations are run by another login, nothing that the processes can do makes or changes a table."""
    name, password = f"login_{secrets.token_hex(4)}", secrets.token_hex(8)
    owner = await asyncpg.connect(database)
    await owner.execute(f"create role {name} login password '{password}'; grant {RUNTIME} to {name}")
    parts = urlsplit(database)
    place = parts.netloc.rpartition("@")[2]
    login = parts._replace(netloc=f"{name}:{password}@{place}").geturl()
    try:
        assert not await upgrade(login)  # it sees that there is nothing to do
        assert await as_role(login, RUNTIME) != {}
        connection = await asyncpg.connect(login)
        try:
            await connection.execute("reset role")
            await refused(connection, "drop table bot.inbox")
            await refused(connection, "alter table money.audit disable trigger all")
            await refused(connection, "delete from money.audit")
        finally:
            await connection.close()
    finally:
        await owner.execute(f"drop role {name}")
        await owner.close()
