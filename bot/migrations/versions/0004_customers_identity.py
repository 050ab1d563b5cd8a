"""The customers schema: people, what identifies them, the chats bound to them, codes, documents, first answers.

Phones, names, tax ids, documents and chat addresses are sealed; a keyed fingerprint beside them is what is looked up.
The database itself keeps one living binding a chat, counts tries to five, and never revives what was revoked.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

CUSTOMER = """
create table customers.customer (
    id            uuid primary key,
    name          bytea not null,
    locale        text not null,
    created_at    timestamptz not null,
    identified_at timestamptz
)"""

IDENTIFIER = """
create table customers.identifier (
    id          uuid primary key,
    customer_id uuid not null references customers.customer,
    kind        text not null check (kind in ('phone', 'tax_id')),
    fingerprint text not null,
    sealed      bytea not null,
    verified_at timestamptz not null,
    unique (kind, fingerprint)
)"""

# A chat is (channel, account, address); `chat` is the fingerprint of the three.
BINDING = """
create table customers.binding (
    id          uuid primary key,
    customer_id uuid not null references customers.customer,
    channel     text not null,
    account     text not null,
    address     bytea not null,
    chat        text not null,
    factor      text not null,
    bound_at    timestamptz not null,
    risk_until  timestamptz not null,
    revoked_at  timestamptz,
    revoked_by  text,
    check ((revoked_at is null) = (revoked_by is null))
)"""

CODE = """
create table customers.code (
    id         uuid primary key,
    n          bigint not null generated always as identity,
    chat       text not null,
    phone      text not null,
    sealed     bytea not null,
    code_hash  text not null,
    tries      smallint not null default 0 check (tries between 0 and 5),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz,
    failed_at  timestamptz
)"""

DOCUMENT = """
create table customers.document (
    id           uuid primary key,
    customer_id  uuid not null references customers.customer,
    sealed       bytea not null,
    submitted_at timestamptz not null
)"""

ANSWER = """
create table customers.answer (
    op_id   uuid primary key,
    action  text not null,
    body    text not null,
    state   text not null check (state in ('pending', 'done', 'failed')),
    outputs jsonb not null default '{}',
    error   text check ((state = 'failed') = (error is not null)),
    at      timestamptz not null
)"""

INDEXES = (
    "create index identifier_of on customers.identifier (customer_id)",
    "create unique index one_binding_a_chat on customers.binding (chat) where revoked_at is null",
    "create index binding_of on customers.binding (customer_id)",
    "create index code_of_chat on customers.code (chat, n)",
    "create index code_of_phone on customers.code (phone, created_at)",
    "create index document_of on customers.document (customer_id)",
)

# History is not rewritten: a binding is revoked once, and an answer that was given stays.
HISTORY = (
    """
create function customers.keep_history() returns trigger language plpgsql as $$
begin
    raise exception 'what was decided stays: %', tg_table_name using errcode = 'integrity_constraint_violation';
end $$""",
    """
create trigger revoked_stays before update on customers.binding for each row
when (old.revoked_at is not null) execute function customers.keep_history()""",
    """
create trigger first_answer_stays before update on customers.answer for each row
when (old.state <> 'pending') execute function customers.keep_history()""",
    """
create trigger used_stays before update on customers.code for each row
when (old.used_at is not null) execute function customers.keep_history()""",
)


def upgrade() -> None:
    for statement in (CUSTOMER, IDENTIFIER, BINDING, CODE, DOCUMENT, ANSWER, *INDEXES, *HISTORY):
        op.execute(statement)


def downgrade() -> None:
    for table in ("answer", "document", "code", "binding", "identifier", "customer"):
        op.execute(f"drop table customers.{table}")
    op.execute("drop function customers.keep_history")
