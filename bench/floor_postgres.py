"""The second floor: the hand-written dialogue, durable. Two statements a turn, micro-batched, nothing else.

Every bot must store the message before the platform has its 200, know a duplicate, and save its state together with
what it is going to say. Unlike the engine's store it does not encrypt, keeps no timers, has no order between
processes and never records what was sent, so that after a crash it would not know which answers have left.
"""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import asdict

import orjson

from bench.dialogue import Phones
from bench.floor import Said, Seen, State, Vault, app, decide, show
from bot.store.batcher import Batcher
from bot.store.link import Connect, Link

TABLES = """
create schema floor;
create table floor.inbox(dedupe text primary key, id uuid not null, chat text not null, body jsonb not null,
    status text not null default 'new', lease_until timestamptz not null default now() + interval '30 s');
create index on floor.inbox(id);
create table floor.conversation(chat text primary key, state jsonb not null, version bigint not null);
create table floor.outbox(id uuid primary key, chat text not null, body jsonb not null, status text default 'new')
"""
ACCEPT = """
with item as (select * from unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[])
        with ordinality as i(id, dedupe, chat, body, n)),
    fresh as (insert into floor.inbox(id, dedupe, chat, body) select id, dedupe, chat, body from item order by dedupe
        on conflict (dedupe) do nothing returning id)
select i.id in (select id from fresh), c.state, c.version from item i
left join floor.conversation c on c.chat = i.chat order by i.n"""
SAVE = """
with turn as (select * from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::bigint[])
        with ordinality as t(inbox, chat, state, expected, n)),
    won as (insert into floor.conversation as c(chat, state, version)
        select chat, state, expected + 1 from turn order by chat
        on conflict (chat) do update set state = excluded.state, version = excluded.version
        where c.version = excluded.version - 1 returning c.chat),
    sent as (insert into floor.outbox(id, chat, body) select o.id, o.chat, o.body
        from unnest($5::uuid[], $6::text[], $7::jsonb[]) as o(id, chat, body)
        where o.chat = any(array(select chat from won))),
    done as (update floor.inbox b set status = 'done' from turn t
        where t.chat = any(array(select chat from won)) and b.id = t.inbox)
select t.chat in (select chat from won) from turn t order by t.n"""

Loaded = tuple[bool, str | None, int | None]
Turn = tuple[uuid.UUID, str, State, int, list[Said]]


class OnPostgres:
    """State, inbox and outbox in Postgres."""

    def __init__(self, phones: Phones, connect: Connect) -> None:
        self._phones = phones
        self._vault = Vault()
        self._accept_link, self._save_link = Link(connect), Link(connect)
        self._accepts: Batcher[tuple[uuid.UUID, Seen], Loaded] = Batcher(self._accept)
        self._saves: Batcher[Turn, bool] = Batcher(self._save, key=lambda turn: turn[1])
        self._tasks: set[asyncio.Task[None]] = set()
        self.app = app(self._take)

    async def _take(self, seen: Seen) -> None:
        id_ = uuid.uuid4()
        fresh, state, version = await self._accepts.submit((id_, seen))
        if fresh:
            self._spawn(id_, seen, State(**orjson.loads(state)) if state else State(), version or 0)

    def _spawn(self, id_: uuid.UUID, seen: Seen, state: State, version: int) -> None:
        task = asyncio.create_task(self._turn(id_, seen, state, version))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _turn(self, id_: uuid.UUID, seen: Seen, state: State, version: int) -> None:
        _, chat, text = seen
        said, operation = decide(state, text, self._vault)
        assert await self._saves.submit((id_, chat, state, version, said))
        for message in said:
            show(self._phones, chat, message)
        if operation is not None:
            await self._take((operation, chat, "settled"))

    async def _accept(self, items: Sequence[tuple[uuid.UUID, Seen]]) -> Sequence[Loaded]:
        rows = await self._accept_link.fetch(
            ACCEPT,
            [id_ for id_, _ in items],
            [seen[0] for _, seen in items],
            [seen[1] for _, seen in items],
            [orjson.dumps(seen).decode() for _, seen in items],
        )
        return [(fresh, state, version) for fresh, state, version in rows]

    async def _save(self, turns: Sequence[Turn]) -> Sequence[bool]:
        out = [(chat, message) for _, chat, _, _, said in turns for message in said]
        rows = await self._save_link.fetch(
            SAVE,
            [id_ for id_, *_ in turns],
            [chat for _, chat, *_ in turns],
            [orjson.dumps(asdict(state)).decode() for _, _, state, *_ in turns],
            [version for *_, version, _ in turns],
            [uuid.uuid4() for _ in out],
            [chat for chat, _ in out],
            [orjson.dumps([message.text, message.buttons]).decode() for _, message in out],
        )
        return [row[0] for row in rows]

    async def close(self) -> None:
        """Give the connections back."""
        await self._accept_link.close()
        await self._save_link.close()
