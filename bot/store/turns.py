"""The hot path: accept, load and save, each one micro-batched statement on a connection of its own."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from bot.store.batcher import Batcher
from bot.store.link import Connect, Link
from bot.store.rows import Accepted, Arrival, Loaded, Saved, TurnRow
from bot.store.sealed import Sealed
from bot.store.statements import ACCEPT, LOAD, SAVE


class TurnStore:
    """Durable accept and save. All three raise StoreDown when the database is away, BadRow for refused data."""

    def __init__(self, connect: Connect, sealed: Sealed, lease_s: float) -> None:
        self._sealed = sealed
        self._lease_s = lease_s
        self._links = accept, load, save = Link(connect), Link(connect), Link(connect)
        self._accept_link, self._load_link, self._save_link = accept, load, save
        self._accepts: Batcher[Arrival, Accepted] = Batcher(
            self._accept, key=lambda a: (a.channel, a.account, a.dedupe)
        )
        self._loads: Batcher[UUID, Loaded] = Batcher(self._load)
        self._saves: Batcher[TurnRow, Saved] = Batcher(self._save, key=lambda turn: turn.conversation)

    async def accept(self, arrivals: Sequence[Arrival]) -> Sequence[Accepted]:
        """Take what is new, in order. Some may be stored when this raises; the sender's retry finds them there."""
        if len(arrivals) == 1:  # nearly always; gathering costs more than sealing
            return [await self._accepts.submit(arrivals[0])]
        return await asyncio.gather(*[self._accepts.submit(arrival) for arrival in arrivals])

    async def load(self, conversation: UUID) -> Loaded:
        """How the conversation stands now."""
        return await self._loads.submit(conversation)

    async def save(self, turn: TurnRow) -> Saved:
        """Save the turn whole, or (``won`` false) nothing of it because its conversation has moved on."""
        return await self._saves.submit(turn)

    async def close(self) -> None:
        """Let the statements under way end and give the connections back."""
        for batcher in (self._accepts, self._loads, self._saves):
            await batcher.close()
        for link in self._links:
            await link.close()

    async def _accept(self, arrivals: Sequence[Arrival]) -> Sequence[Accepted]:
        rows = await self._accept_link.fetch(
            ACCEPT,
            [a.event.id for a in arrivals],
            [a.channel for a in arrivals],
            [a.account for a in arrivals],
            [a.dedupe for a in arrivals],
            [a.event.conversation for a in arrivals],
            [self._sealed.event(a.event, a.request) for a in arrivals],
            [self._lease_s if a.lease_s is None else a.lease_s for a in arrivals],
        )
        return [
            Accepted(fresh, self._opened(a.event.conversation, state) if fresh else None, version or 0, ahead)
            for a, (fresh, state, version, ahead) in zip(arrivals, rows, strict=True)
        ]

    async def _load(self, conversations: Sequence[UUID]) -> Sequence[Loaded]:
        rows = await self._load_link.fetch(LOAD, conversations)
        return [
            Loaded(self._opened(conversation, state), version or 0, waiting, frozenset(timers))
            for conversation, (state, version, waiting, timers) in zip(conversations, rows, strict=True)
        ]

    async def _save(self, turns: Sequence[TurnRow]) -> Sequence[Saved]:
        done = [(id_, turn.conversation) for turn in turns for id_ in turn.inbox]
        outbox = [row for turn in turns for row in turn.outbox]
        timers = [(turn.conversation, name, due) for turn in turns for name, due in turn.timers.items()]
        rows = await self._save_link.fetch(
            SAVE,
            [turn.conversation for turn in turns],
            [self._sealed.state(turn.conversation, turn.state) for turn in turns],
            [turn.expected for turn in turns],
            [id_ for id_, _ in done],
            [conversation for _, conversation in done],
            [row.id for row in outbox],
            [row.conversation for row in outbox],
            [row.seq for row in outbox],
            [row.effect.kind for row in outbox],
            [self._sealed.outbox(row) for row in outbox],
            [conversation for conversation, _, _ in timers],
            [name for _, name, _ in timers],
            [due for _, _, due in timers],
            self._lease_s,
            [turn.heard_at for turn in turns],
            [turn.unreachable for turn in turns],
            [row.to.channel for row in outbox],
            [row.to.account for row in outbox],
        )
        return [Saved(won, frozenset(ahead)) for won, ahead in rows]

    def _opened(self, conversation: UUID, state: bytes | None) -> bytes | None:
        return None if state is None else self._sealed.open_state(conversation, state)
