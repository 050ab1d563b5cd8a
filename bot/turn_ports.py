"""What a turn asks of the process around it, and what the engine gives it back."""

from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from bot.store import OutboxRow
from flows.effects import Effect
from flows.events import Event
from flows.facts import Facts, Needs
from flows.messages import InboundEvent
from flows.session import Session


class Decision(Protocol):
    """What the engine decided."""

    @property
    def session(self) -> Session: ...
    @property
    def effects(self) -> Sequence[Effect]: ...


Advance = Callable[[Session, Event, Facts], Decision | Needs]


class Perform(Protocol):
    """Takes what a saved turn has to send and start. Returns at once."""

    def take(self, rows: Sequence[OutboxRow], ahead: frozenset[UUID]) -> None: ...


class Pages(Protocol):
    """Turns the pages of a message's choices."""

    async def turned(self, session: Session, event: Event) -> Decision | None:
        """What a tap on "more" or "back" leads to, None for everything else. Raises StoreDown."""
        ...


class Files(Protocol):
    """Fetches what customers send."""

    async def note(self, event: InboundEvent) -> None:
        """Remember to fetch the event's file, if it has one. Raises StoreDown."""
        ...


class Unheard(Protocol):
    """Keeps what was not understood."""

    def take(self, text: str, locale: str) -> None:
        """Returns at once and never fails."""
        ...


class News(Protocol):
    """Notes what became of messages that have left."""

    async def receive(self, events: Sequence[InboundEvent]) -> None:
        """Raises StoreDown or BadRow."""
        ...


class EngineStuck(RuntimeError):
    """The engine asks again for what it was told, or never has enough."""
