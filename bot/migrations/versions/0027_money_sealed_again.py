"""What is settled may be sealed again by a new key: the sealed words of an operation or a schedule change, no more.

What an operation is about stays provable: `request_hash` is not among what may change.
"""

from alembic import op

revision = "0027"
down_revision = "0026"

OPERATION = """
create or replace function money.only_words_go(was money.operation, becomes money.operation) returns boolean
language sql immutable as $$
    select (becomes.outputs = '{}' and becomes.details = '{}' and becomes.sealed_outputs is null
            and becomes.conversation = becomes.op_id
            and to_jsonb(becomes) - '{request,sealed_outputs,outputs,details,conversation}'::text[]
              = to_jsonb(was) - '{request,sealed_outputs,outputs,details,conversation}'::text[])
        or (to_jsonb(becomes) - '{request,sealed_outputs}'::text[] = to_jsonb(was) - '{request,sealed_outputs}'::text[]
            and (becomes.sealed_outputs is null) = (was.sealed_outputs is null))
$$"""
SCHEDULE = """
create or replace function money.only_body_goes(was money.schedule, becomes money.schedule) returns boolean
language sql immutable as $$
    select becomes.conversation in (becomes.id, was.conversation)
        and to_jsonb(becomes) - '{body,conversation}'::text[] = to_jsonb(was) - '{body,conversation}'::text[]
$$"""
OPERATION_BEFORE = """
create or replace function money.only_words_go(was money.operation, becomes money.operation) returns boolean
language sql immutable as $$
    select becomes.outputs = '{}' and becomes.details = '{}' and becomes.sealed_outputs is null
        and becomes.conversation = becomes.op_id
        and to_jsonb(becomes) - '{request,sealed_outputs,outputs,details,conversation}'::text[]
          = to_jsonb(was) - '{request,sealed_outputs,outputs,details,conversation}'::text[]
$$"""
SCHEDULE_BEFORE = """
create or replace function money.only_body_goes(was money.schedule, becomes money.schedule) returns boolean
language sql immutable as $$
    select becomes.conversation = becomes.id
        and to_jsonb(becomes) - '{body,conversation}'::text[] = to_jsonb(was) - '{body,conversation}'::text[]
$$"""


def upgrade() -> None:
    op.execute(OPERATION)
    op.execute(SCHEDULE)


def downgrade() -> None:
    op.execute(OPERATION_BEFORE)
    op.execute(SCHEDULE_BEFORE)
