"""Legs: operations that go on with what another one has begun, such as a credit after a payment page.

A leg is of a posted operation, of its amount and customer, once for good. It is never void: money is reserved for it
before it begins, so it ends with the money delivered or given back. A posted one is booked in full, as a transfer is.
"""

import re

from alembic import op

revision = "0014"
down_revision = "0013"

LEGS = """
alter table money.operation add column leg_of uuid references money.operation (op_id),
    add constraint a_leg_has_a_first check ((action = 'topups.credit') = (leg_of is not null)),
    add constraint a_leg_is_never_void check (leg_of is null or state <> 'VOID');
create unique index operation_one_leg on money.operation (leg_of) where leg_of is not null;

create function money.leg_fits() returns trigger language plpgsql as $$
declare
    first money.operation;
begin
    select * into first from money.operation where op_id = new.leg_of;
    if first.state <> 'POSTED' or first.leg_of is not null or first.reverses is not null
       or (new.amount_minor, new.currency, new.core, new.customer_id)
          is distinct from (first.amount_minor, first.currency, first.core, first.customer_id) then
        raise exception 'operation % has no such leg', new.leg_of using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger leg_fits before insert on money.operation
    for each row when (new.leg_of is not null) execute function money.leg_fits();

create function money.leg_stays() returns trigger language plpgsql as $$
begin
    raise exception 'whose leg operation % is cannot change', old.op_id using errcode = 'check_violation';
end $$;
create trigger leg_stays before update on money.operation
    for each row when (old.leg_of is distinct from new.leg_of) execute function money.leg_stays();
"""

BOOKED = """
drop trigger posted_is_booked on money.operation;
create constraint trigger posted_is_booked after insert or update on money.operation
    deferrable initially deferred for each row
    when (new.state = 'POSTED' and (new.action = 'transfers.execute' or new.reverses is not null{leg}))
    execute function money.posted_is_booked();
"""


def upgrade() -> None:
    for part in (LEGS, BOOKED.format(leg=" or new.leg_of is not null")):
        for statement in re.split(r";\n\s*(?=create |drop )", part.strip()):  # the driver takes one at a time
            op.execute(statement)


def downgrade() -> None:
    for statement in re.split(r";\n\s*(?=create )", BOOKED.format(leg="").strip()):
        op.execute(statement)
    for trigger in ("leg_fits", "leg_stays"):
        op.execute(f"drop trigger {trigger} on money.operation")
        op.execute(f"drop function money.{trigger}()")
    op.execute("alter table money.operation drop column leg_of cascade")
