"""The rows of the turn as Python sees them: opened, typed, frozen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from flows.effects import Effect
from flows.events import Event

# What became of an outbox row. Before, it is `new` (it waits to leave) or `scheduled` (for its time).
Ending = Literal["done", "failed", "unreachable", "window_closed", "expired", "cancelled"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event and what makes it unique: the same (channel, account, dedupe) is taken once, for good.

    ``lease_s`` is how long it is left to this process, or to whom it hands it; None: as long as is usual. ``request``
    is the id of the request that it came with, for whoever works on it.
    """

    event: Event
    channel: str
    account: str
    dedupe: str
    lease_s: float | None = None
    request: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the inbox says to an arrival.

    ``fresh`` is false for a duplicate. ``state`` and ``version`` (0: none yet) are the conversation's. ``ahead`` are
    the conversation's rows that were waiting before it; without any, the state may be used as it stands.
    """

    fresh: bool
    state: bytes | None
    version: int
    ahead: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A conversation read again: its state, the ids of its waiting inbox rows by arrival, its pending timers."""

    state: bytes | None
    version: int
    waiting: Sequence[UUID]
    timers: frozenset[str]


@dataclass(frozen=True, slots=True)
class To:
    """Where an effect goes, and for whom."""

    channel: str
    account: str
    address: str
    customer_id: str | None = None
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An effect that outlives the turn.

    ``attempts`` counts the processes that took it before this one. ``heard_at`` is when the customer did what it
    answers; like the chat's state it is known only to the process that had the turn. Nothing may leave before
    ``deferred_until``.
    """

    id: UUID
    conversation: UUID
    seq: int
    to: To
    effect: Effect
    attempts: int = 0
    heard_at: datetime | None = None
    deferred_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TurnRow:
    """One turn to save. ``inbox`` are the rows it has worked off; ``expected`` the version it began from.

    ``timers`` maps a timer's name to its due time, or to None for a cancelled one. ``heard_at`` is when the customer
    did what began the turn. ``unreachable`` says why they cannot be written to any more, "" that they can again, None
    that nothing is known of it.
    """

    conversation: UUID
    inbox: tuple[UUID, ...]
    state: bytes
    expected: int
    outbox: tuple[OutboxRow, ...] = ()
    timers: dict[str, datetime | None] = field(default_factory=dict)
    heard_at: datetime | None = None
    unreachable: str | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """Whether the turn won its version, and the unsent messages of earlier turns, which must leave first."""

    won: bool
    ahead: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Mark:
    """How an outbox row ended. ``sent_at`` is when the request began that sent it."""

    id: UUID
    status: Ending
    provider_ids: tuple[str, ...] = ()
    degradations: tuple[str, ...] = ()
    error: str | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a chat stands, and whether the row that asks still waits: it may have been taken back meanwhile."""

    heard_at: datetime | None
    unreachable: bool
    waits: bool
