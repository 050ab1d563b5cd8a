"""A role for CustomerAPI: rows of the schema `customers`, nothing else, and no table is made or changed by it.

Where the migration may not make roles, an administrator makes it, grants it to whom Teller connects as, and grants the
same. Until then CustomerAPI works as whoever connects.
"""

from alembic import op

revision = "0026"
down_revision = "0025"

ROLE = """
do $$ begin
    if not exists (select from pg_roles where rolname = 'teller_customers') then
        create role teller_customers nologin;
    end if;
exception
    when insufficient_privilege then raise notice 'teller_customers is for an administrator to make';
    when duplicate_object or unique_violation then null;
end $$"""
MEMBER = """
do $$ begin
    if exists (select from pg_roles where rolname = 'teller_customers') then
        grant teller_customers to current_user;
    end if;
exception
    when insufficient_privilege then raise notice 'teller_customers is for an administrator to grant';
end $$"""
GRANT = """
do $$ begin
    if exists (select from pg_roles where rolname = 'teller_customers') then
        grant usage on schema customers to teller_customers;
        grant select, insert, update, delete on all tables in schema customers to teller_customers;
        grant usage on all sequences in schema customers to teller_customers;
        alter default privileges in schema customers
            grant select, insert, update, delete on tables to teller_customers;
        alter default privileges in schema customers grant usage on sequences to teller_customers;
    end if;
end $$"""
REVOKE = """
do $$ begin
    if exists (select from pg_roles where rolname = 'teller_customers') then
        alter default privileges in schema customers
            revoke select, insert, update, delete on tables from teller_customers;
        alter default privileges in schema customers revoke usage on sequences from teller_customers;
        revoke all on all tables in schema customers from teller_customers;
        revoke all on all sequences in schema customers from teller_customers;
        revoke usage on schema customers from teller_customers;
    end if;
end $$"""


def upgrade() -> None:
    for statement in (ROLE, MEMBER, GRANT):
        op.execute(statement)


def downgrade() -> None:
    op.execute(REVOKE)
