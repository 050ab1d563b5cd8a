"""The SQL of the turn. Runs on PostgreSQL 15 to 18 without extensions; every statement commits on its own.

Rows of many turns travel together as arrays (``unnest``), each guarded on its own. Rows are locked in one order
(by key), so that two processes saving the same conversations cannot deadlock.
"""

# Which items are new, and how their conversations stand. The reads see what was there before this statement, so
# `ahead` does not hold the row itself. $7 leases in seconds.
ACCEPT = """
with item as (
    select *, nextval('bot.arrival') as arrival
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::bytea[], $7::float8[])
    with ordinality as i(id, channel, account, dedupe, conversation, body, lease, n)),
fresh as (
    insert into bot.inbox(id, arrival, channel, account, dedupe, conversation, body, lease_until)
    select id, arrival, channel, account, dedupe, conversation, body, now() + lease * interval '1 s'
    from item order by channel, account, dedupe, n
    on conflict (channel, account, dedupe) do nothing returning id)
select i.id in (select id from fresh), c.state, c.version,
    array(select w.id from bot.inbox w where w.conversation = i.conversation and w.status = 'new')
from item i left join bot.conversation c on c.id = i.conversation
order by i.n"""

# Turns, each under its version (0: the conversation's first). Without the question whether it exists a stale version
# of a missing conversation would insert it; `exists` would be answered by reading all conversations. The winners are
# an array, because a join with them compares every row of the batch with every other. `unreachable` is null where the
# turn says nothing of it, and empty where the customer can be written to again. $1-3 turns, $4-5 inbox rows done,
# $6-10 outbox, $11-13 timers (due null: cancelled), $14 lease in seconds, $15-16 turns, $17-18 outbox.
SAVE = """
with turn as (
    select * from unnest($1::uuid[], $2::bytea[], $3::bigint[], $15::timestamptz[], $16::text[])
    with ordinality as t(conversation, state, expected, heard, unreachable, n)),
won as (
    insert into bot.conversation as c(id, state, version, heard_at, unreachable)
    select conversation, state, expected + 1, heard,
        case when expected = 0 then nullif(unreachable, '') else unreachable end from turn
    where expected = 0 or (select true from bot.conversation x where x.id = conversation)
    order by conversation
    on conflict (id) do update set state = excluded.state, version = excluded.version,
        heard_at = greatest(c.heard_at, excluded.heard_at),
        unreachable = case when excluded.unreachable is null then c.unreachable
            else nullif(excluded.unreachable, '') end, updated_at = now()
        where c.version = excluded.version - 1
    returning c.id),
done as (
    update bot.inbox b set status = 'done' from unnest($4::uuid[], $5::uuid[]) as d(id, conversation)
    where d.conversation = any(array(select id from won))
        and b.conversation = d.conversation and b.id = d.id and b.status = 'new'),
sent as (
    insert into bot.outbox(id, conversation, seq, kind, body, channel, account, lease_until)
    select o.*, now() + $14::float8 * interval '1 s'
    from unnest($6::uuid[], $7::uuid[], $8::bigint[], $9::text[], $10::bytea[], $17::text[], $18::text[])
        as o(id, conversation, seq, kind, body, channel, account)
    where o.conversation = any(array(select id from won))),
set_timer as (
    insert into bot.timer as t(conversation, timer, due)
    select s.conversation, s.timer, s.due from unnest($11::uuid[], $12::text[], $13::timestamptz[])
        as s(conversation, timer, due)
    where s.due is not null and s.conversation = any(array(select id from won)) order by s.conversation, s.timer
    on conflict (conversation, timer) do update set due = excluded.due),
cancelled as (
    delete from bot.timer t using unnest($11::uuid[], $12::text[], $13::timestamptz[]) as s(conversation, timer, due)
    where s.due is null and s.conversation = any(array(select id from won))
        and t.conversation = s.conversation and t.timer = s.timer)
select t.conversation in (select id from won),
    array(select o.id from bot.outbox o
          where o.conversation = t.conversation and o.status = 'new' and o.kind <> 'operation')
from turn t order by t.n"""

LOAD = """
select c.state, c.version,
    array(select b.id from bot.inbox b where b.conversation = w.id and b.status = 'new' order by b.arrival),
    array(select t.timer from bot.timer t where t.conversation = w.id)
from unnest($1::uuid[]) with ordinality as w(id, n) left join bot.conversation c on c.id = w.id order by w.n"""

# Rows that nobody is at work on: fresh from another room, or left behind by a process that died. $2 lease in s.
CLAIM_INBOX = """
update bot.inbox b set lease_until = now() + $2::float8 * interval '1 s', attempts = attempts + 1
from (select id, channel, account, dedupe from bot.inbox where status = 'new' and lease_until <= now()
      order by arrival limit $1 for update skip locked) free
where (b.channel, b.account, b.dedupe) = (free.channel, free.account, free.dedupe)
returning b.id, b.channel, b.account, b.dedupe, b.body, b.attempts, b.arrival, b.conversation"""

# Rows that were handed to this process, whoever holds them, and how their conversations stand. $4 is 1 when somebody
# before us took them and did not end.
TAKE_INBOX = """
update bot.inbox b set lease_until = now() + $3::float8 * interval '1 s', attempts = attempts + $4::int
from unnest($1::uuid[], $2::uuid[]) as t(id, conversation)
where b.conversation = t.conversation and b.id = t.id and b.status = 'new'
returning b.id, b.body, b.attempts, b.arrival, b.conversation,
    (select c.state from bot.conversation c where c.id = b.conversation) as state,
    (select c.version from bot.conversation c where c.id = b.conversation) as version,
    array(select w.id from bot.inbox w
          where w.conversation = b.conversation and w.status = 'new' and w.arrival < b.arrival) as ahead"""

RENEW_INBOX = """
update bot.inbox set lease_until = now() + $2::float8 * interval '1 s'
where id = any($1::uuid[]) and status = 'new'"""

END_INBOX = "update bot.inbox set status = $2 where id = any($1::uuid[]) and status = 'new'"

FAIL_INBOX = "update bot.inbox set attempts = attempts + 1 where id = $1 and status = 'new' returning attempts"

PENDING = """
select count(*), coalesce(extract(epoch from now() - min(received_at)), 0)::float8
from bot.inbox where status = 'new'"""

# One process takes what is left of the outbox: messages due to go (again), operations not yet handed over. What
# waits for the customer's answer is looked at anew: they may have written.
CLAIM_OUTBOX = """
update bot.outbox o set lease_until = now() + $2::float8 * interval '1 s', attempts = attempts + 1
from (select id from bot.outbox where status = 'new' and lease_until <= now()
      order by conversation, seq limit $1 for update skip locked) free
where o.id = free.id
returning o.id, o.conversation, o.seq, o.body, o.attempts,
    case when o.deferred_for = 'pace' then o.deferred_until end,
    array(select e.id from bot.outbox e where e.conversation = o.conversation and e.status = 'new'
          and e.kind <> 'operation' and e.seq < o.seq)"""

ENQUEUE = """
insert into bot.outbox(id, conversation, seq, kind, body, channel, account, lease_until)
select * from unnest(
    $1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::bytea[], $6::text[], $7::text[], $8::timestamptz[])
on conflict (id) do nothing"""

DEFER = "update bot.outbox set deferred_until = $2, deferred_for = $3 where id = $1 and ended_at is null"

RENEW_OUTBOX = """
update bot.outbox set lease_until = greatest(lease_until, now() + $2::float8 * interval '1 s')
where id = any($1::uuid[]) and status = 'new'"""

STILL_AHEAD = "select id from bot.outbox where id = any($1::uuid[]) and status = 'new'"

# Provider ids and degradations are joined with newlines: arrays of arrays must be rectangular. A row without an end
# is one in state `new`; asked by its state it would be looked for among all that wait, and not by its key.
MARK_OUTBOX = """
update bot.outbox o set status = m.status, error = m.error, ended_at = now(), sent_at = m.sent_at,
    provider_ids = string_to_array(m.provider_ids, E'\\n'), degradations = string_to_array(m.degradations, E'\\n')
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
    as m(id, status, provider_ids, degradations, error, sent_at)
where o.id = m.id and o.ended_at is null returning o.id"""

# How the chat of a row stands, and whether the row still waits.
STANDING = """
select c.heard_at, c.unreachable is not null, o.status is not null
from unnest($1::uuid[], $2::uuid[]) with ordinality as r(id, conversation, n)
left join bot.conversation c on c.id = r.conversation
left join bot.outbox o on o.id = r.id and o.ended_at is null order by r.n"""

# When what has left since the customer wrote leaves the hour again, the latest first; a row for every part.
UNANSWERED = """
select o.sent_at + interval '1 h' from bot.outbox o,
    generate_series(1, greatest(1, cardinality(o.provider_ids)))
where o.conversation = $1 and o.status = 'done' and o.kind = 'send' and o.sent_at > now() - interval '1 h'
    and o.sent_at > coalesce((select c.heard_at from bot.conversation c where c.id = $1), '-infinity')
order by o.sent_at desc limit $2"""

UNREACHABLE = "update bot.conversation set unreachable = $2 where id = $1"

OUTBOX_LAG = """
select count(*), coalesce(extract(epoch from now() - min(created_at)), 0)::float8 from bot.outbox
where status = 'new' and lease_until <= now() + $1::float8 * interval '1 s'"""

DUE_TIMERS = """
select conversation, timer, due from bot.timer where due <= now() order by due limit $1 for update skip locked"""

FIRE_TIMERS = """
with fired as (
    delete from bot.timer t using unnest($1::uuid[], $2::text[]) as f(conversation, timer)
    where t.conversation = f.conversation and t.timer = f.timer)
insert into bot.inbox(id, channel, account, dedupe, conversation, body, lease_until)
select i.id, 'timer', '', i.dedupe, i.conversation, i.body, now()
from unnest($3::uuid[], $4::text[], $1::uuid[], $5::bytea[]) as i(id, dedupe, conversation, body)
on conflict (channel, account, dedupe) do nothing"""

NEXT_TIMER = "select extract(epoch from min(due) - now())::float8 from bot.timer"

ANNOUNCE = """
insert into bot.inbox(id, channel, account, dedupe, conversation, body)
values ($1, $2, $3, $4, $5, $6) on conflict (channel, account, dedupe) do nothing returning id"""
