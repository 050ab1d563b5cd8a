"""MessageAPI wired: its tables, what callers ask, what the outbox asks, and what happens by itself."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import httpx
from starlette.types import ASGIApp

from bot.consents import Consents
from bot.media import MediaStore
from bot.messages_api import app
from bot.messages_api.broadcasts import Broadcasts, Placing
from bot.messages_api.changing import Changes
from bot.messages_api.composing import Composer
from bot.messages_api.desk import Desk
from bot.messages_api.events import Events
from bot.messages_api.fetching import Fetcher
from bot.messages_api.scheduler import POLL_S, Scheduler
from bot.messages_api.whom import AddressBook
from bot.store import Connect, Link, Sealed
from bot.store.broadcasts import BroadcastStore
from bot.store.heard import PLANNER, Heard
from bot.store.messages import MessageStore
from flows.ports import Channel, Sealer, TokenVerifier


class Room:
    """``customers`` is CustomerAPI, ``locale`` the language of who never wrote, ``inside`` as for ``Fetcher``.

    ``released`` is called when messages may leave. ``changes`` is for the outbox; ``scheduler`` has a ``run``.
    """

    def __init__(
        self,
        connect: Connect,
        sealer: Sealer,
        channels: Mapping[str, Channel],
        media: MediaStore,
        customers: httpx.AsyncClient,
        locale: str,
        inside: bool,
        released: Callable[[], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        poll_s: float = POLL_S,
    ) -> None:
        self._links = Link(connect), Link(connect, PLANNER), Link(connect)
        sealed = Sealed(sealer)
        messages, broadcasts = MessageStore(self._links[0], sealed), BroadcastStore(self._links[0], sealer)
        self._fetcher = Fetcher(inside)
        composer = Composer(media, self._fetcher, clock)
        whom = AddressBook(messages, channels, customers, locale)
        placing = Placing(broadcasts, whom, channels, Consents(customers))
        self.scheduler = Scheduler(messages, broadcasts, placing, released, poll_s)
        self._released = released
        self._desk = Desk(messages, sealer, channels, whom, composer, self._stored)
        self._broadcasts = Broadcasts(broadcasts, messages, sealer, composer, self.scheduler.note)
        self._events = Events(Heard(self._links[1], sealed), channels)
        # Sending has a connection of its own: a caller's long list must not hold up the chats.
        self.changes = Changes(MessageStore(self._links[2], sealed), channels, clock)

    def app(self, verifier: TokenVerifier) -> dict[str, ASGIApp]:
        """The service, by the beginnings of its paths."""
        return dict.fromkeys(app.PREFIXES, app.build(self._desk, self._broadcasts, self._events, verifier))

    async def close(self) -> None:
        """Give the connections back."""
        await self._fetcher.close()
        for link in self._links:
            await link.close()

    def _stored(self) -> None:
        self.scheduler.note()
        self._released()
