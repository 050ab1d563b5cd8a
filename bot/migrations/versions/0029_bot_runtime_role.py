"""A role for the processes: rows of the three schemas, no table is made, changed or emptied by it; history only grows.

What the audit, the ledger, the consents and the versions of the flows say is added to and never changed: of a row of
the audit the role may set its link and its place and nothing else. Where the migration may not make roles, an
administrator makes it, grants it to whom Teller connects as, and grants the same. Until then the processes work as
whoever connects.
"""

from alembic import op

revision = "0029"
down_revision = "0028"

SCHEMAS = ("bot", "money", "customers")
ONLY_GROWS = ("money.audit", "money.ledger_entry", "customers.consent", "bot.flow_version", "bot.flow_event")

ROLE = """
do $$ begin
    if not exists (select from pg_roles where rolname = 'teller_runtime') then
        create role teller_runtime nologin;
    end if;
exception
    when insufficient_privilege then raise notice 'teller_runtime is for an administrator to make';
    when duplicate_object or unique_violation then null;
end $$"""
MEMBER = """
do $$ begin
    if exists (select from pg_roles where rolname = 'teller_runtime') then
        grant teller_runtime to current_user;
    end if;
exception
    when insufficient_privilege then raise notice 'teller_runtime is for an administrator to grant';
end $$"""
GRANT = """
        grant usage on schema {schema} to teller_runtime;
        grant select, insert, update, delete on all tables in schema {schema} to teller_runtime;
        grant usage on all sequences in schema {schema} to teller_runtime;
        alter default privileges in schema {schema} grant select, insert, update, delete on tables to teller_runtime;
        alter default privileges in schema {schema} grant usage on sequences to teller_runtime;"""
REVOKE = """
        alter default privileges in schema {schema}
            revoke select, insert, update, delete on tables from teller_runtime;
        alter default privileges in schema {schema} revoke usage on sequences from teller_runtime;
        revoke all on all tables in schema {schema} from teller_runtime;
        revoke all on all sequences in schema {schema} from teller_runtime;
        revoke usage on schema {schema} from teller_runtime;"""
GROWS = """
        revoke update, delete on {table} from teller_runtime;"""
LINKED = """
        grant update (link, place) on money.audit to teller_runtime;
        revoke insert, update, delete on bot.alembic_version from teller_runtime;"""
WHERE_IT_IS = """
do $$ begin
    if exists (select from pg_roles where rolname = 'teller_runtime') then{statements}
    end if;
end $$"""


def upgrade() -> None:
    op.execute(ROLE)
    op.execute(MEMBER)
    grants = "".join(GRANT.format(schema=schema) for schema in SCHEMAS)
    grows = "".join(GROWS.format(table=table) for table in ONLY_GROWS)
    op.execute(WHERE_IT_IS.format(statements=grants + grows + LINKED))


def downgrade() -> None:
    op.execute(WHERE_IT_IS.format(statements="".join(REVOKE.format(schema=schema) for schema in SCHEMAS)))
