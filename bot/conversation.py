"""The conversation of a process: door, engine, store, outbox, timers and messengers, joined into one loop.

``docs/one-message.md`` walks a message through it.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime

import httpx
from starlette.routing import Route
from starlette.types import ASGIApp

import core_adapters.http
from bot import arriving, channels_api, media, messages_api, people_api, secure, webhooks
from bot.asking_rasa import AskingRasa, Engine, rasa_at
from bot.consents import Consents
from bot.door import Door, Tokeniser
from bot.facts import Facts
from bot.held import Erasing
from bot.keyring import Keyring
from bot.media import Collector, Lending, MediaStore
from bot.menu import commands
from bot.messengers import Messengers
from bot.operations import Operations
from bot.outbox import Outbox
from bot.pace import pace_at
from bot.paging import Paging
from bot.people import Desk
from bot.perform import Performer
from bot.pictures import Pictures
from bot.receipts import Receipts
from bot.recovery import Recovery
from bot.relay import giving_at, taking_at
from bot.retention import Retention
from bot.settings import Settings
from bot.settings.made_up import own_url
from bot.store import Connect, Link, Store, StoreDown
from bot.switches import Switches
from bot.timers import Timers
from bot.turn import Turns
from bot.understanding import Embedded
from bot.unheard import Unheard
from bot.versions.live import Live
from core_adapters.brands import BankBrand
from flows.engine import Outcome, advance
from flows.events import Event
from flows.facts import Facts as Known
from flows.facts import Need, Needs
from flows.messages import InboundEvent, OutboundMessage
from flows.model import Library
from flows.ports import TokenVerifier
from flows.session import Session
from flows.welcoming import welcome
from nlu.spoken import InTheirLanguage

STOP_S = 15.0  # with what the server and the calls to the bank have, less than the thirty that an orchestrator waits
LEAST_S = 1.0
BUTTON_KEY = "buttons"


class Conversation:
    """All that talks. ``join`` ties it to the services; ``working`` runs its background work."""

    def __init__(
        self,
        settings: Settings,
        brand: BankBrand,
        keyring: Keyring,
        connect: Connect,
        vault: Tokeniser,
        live: Live,
        role: str = "all",
    ) -> None:
        self._settings, self._brand, self._keyring = settings, brand, keyring
        self._stop_s = LEAST_S if role == "all" and settings.is_sandbox else STOP_S
        self._live = live
        self._connect = connect
        self._store = Store(connect, keyring)
        self._public_url = settings.http.public_url or own_url(settings)
        self._forms_link, self._media_link = Link(connect), Link(connect)
        self._media = MediaStore(self._media_link, keyring)
        self._unheard_link = Link(connect)
        self._unheard = Unheard(self._unheard_link, keyring)
        lending = Lending(self._media, self._public_url)
        self._messengers = Messengers(settings, commands(live.library), brand.name, lending)
        self._paging = Paging(self._store.said)
        self._vault = vault
        self._door = Door(self._messengers.channels, vault, tokens=self._paging)
        redis_url = settings.redis_url.get_secret_value()
        self._pace = pace_at(redis_url, self._messengers.rates)
        self._giving = giving_at(redis_url, role)
        self._taking = taking_at(redis_url, role, self._store.inbox, lambda *row: self._turns.resume(*row))
        self._switches = Switches(self._store.switches, self._pace)
        self._retention = Retention(connect)
        self._erasing = Erasing(connect, keyring)
        self._understanding = _understanding(settings, live.library)
        live.on_change(self._understanding.renew)
        self._button_key = keyring.subkey(BUTTON_KEY)
        self._collector = Collector(self._media, self._messengers.channels)
        self._forms = secure.Forms(self._forms_link, keyring)
        self._desk = Desk(self._forms_link, keyring)

    def join(self, core: httpx.AsyncClient, customers: httpx.AsyncClient, images: httpx.AsyncClient) -> None:
        """Wire the loop to the bank's wrappers, CustomerAPI and ImageAPI."""
        channels = self._messengers.channels
        self._bank_pages, self._papers = secure.BankPages(core), secure.Papers(images, self._settings.bank)
        facts = Facts(core, customers, InTheirLanguage(self._understanding), self._brand.features, self._live.fetch)
        pictures = Pictures(core, customers, images, self._settings.bank, self._media)
        pages = secure.Pages(self._forms, self._public_url)
        self._writing = messages_api.Room(
            self._connect, self._keyring, channels, self._media, customers, self._brand.locales[0],
            self._settings.is_sandbox, lambda: self._recovery.wake(),
        )  # fmt: skip
        outbox = Outbox(
            self._store.outbox, channels, pictures, self._pace, self._switches, pages=pages,
            changes=self._writing.changes, consents=Consents(customers),
        )  # fmt: skip
        self._receipts = Receipts(self._store.receipts, self._store.outbox, channels, self._pace, self._switches)
        clients = {"core_adapters": core, "customer_api": customers}
        self._operations = Operations(self._store.outbox, clients, self._take)
        self._performer = Performer(self._store.outbox, outbox, self._operations, self._desk)
        self._turns = Turns(
            self._store,
            self._decide,
            facts,
            self._performer,
            channels,
            self._brand.locales,
            self._note_timer,
            self._vault,
            self._paging,
            self._collector,
            self._receipts,
            self._unheard if self._settings.nlu.keep_unheard else None,
            self._giving,
            *((self._taking.ended,) if self._taking is not None else ()),
        )
        self._recovery = Recovery(self._store, self._turns, self._performer)
        self._timers = Timers(self._store.timers, self._recovery.wake)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Recovery and timers run inside; on the way out what is under way is finished, the rest left to others."""
        self._understanding.open()
        sending = (
            self._switches.run(),
            self._receipts.run(),
            self._retention.run(),
            self._erasing.run(),
            self._writing.scheduler.run(),
        )
        relay = [side.run() for side in (self._giving, self._taking) if side is not None]
        works = (self._recovery.run(), self._timers.run(), self._collector.run(), *sending, *relay)
        tasks = [asyncio.create_task(work) for work in works]
        try:
            yield
        finally:
            await self._messengers.stop()
            await self._understanding.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._end_work()
            await self._receipts.stop()
            await self._messengers.close()
            await self._switches.close()
            await self._pace.close()
            await self._writing.close()
            await self._store.close()
            await self._forms_link.close()
            await self._media_link.close()
            await self._unheard.drain()
            await self._unheard_link.close()

    async def _end_work(self) -> None:
        """Turns and what follows from them have STOP_S together; what is left then is another process's at once.

        Where the messengers and the bank are the sandbox in this very process, they hear nothing any more.
        """
        until = time.monotonic() + self._stop_s
        if self._giving is not None:
            await self._giving.close()
        if self._taking is not None:
            await self._taking.leave()
        await self._turns.stop(self._stop_s)
        await self._performer.stop(max(LEAST_S, until - time.monotonic()))
        if self._taking is not None:
            await self._taking.stop()
        with suppress(StoreDown):
            await self._store.inbox.release(self._turns.held(0))

    def routes(self) -> list[Route]:
        """The webhooks of the messengers, the one-time pages, and files lent to platforms."""
        face = secure.Face(self._brand.name, self._brand.time_zone, self._brand.colours)
        pages = secure.routes(
            self._forms, self._vault, self._turns, face, bank=self._bank_pages, media=self._media, papers=self._papers
        )
        return [*webhooks.routes(self._door, self._turns, self._greet), *pages, *media.routes(self._media)]

    def apps(self, verifier: TokenVerifier) -> dict[str, ASGIApp]:
        """The APIs beside the chats, by the beginning of their paths: people's chats, files, channels, messages."""
        return {
            people_api.PREFIX: people_api.build(self._desk, self._turns, verifier),
            media.PREFIX: media.build(self._media, verifier),
            channels_api.PREFIX: channels_api.build(self._switches, self._messengers.channels, verifier),
            **self._writing.app(verifier),
        }

    def meet_messengers(self) -> None:
        """Register at the platforms, or begin to poll; our port answers by now."""
        self._messengers.start(self._door, self._turns)

    def _greet(self, event: InboundEvent) -> OutboundMessage | None:
        """What somebody hears who has opened the chat and may not be written to before they write."""
        if event.details.get("subscribed") != "no":
            return None
        library = self._live.library
        locale = library.brand.locales[0]
        session = Session.new(event.conversation, event.channel, event.address, locale, event.account)
        session.locale = event.sender.locale or locale
        capabilities = self._messengers.channels[event.channel].capabilities
        return welcome(library, session, event, self._button_key, capabilities)

    def _decide(self, session: Session, event: Event, known: Known) -> Outcome | Needs:
        channel = self._messengers.channels.get(session.channel)
        capabilities = None if channel is None else channel.capabilities
        placed = self._live.place(session)
        if placed is None:  # this process has not met that version yet
            return Needs((Need("content", session.version),), session.customer_id, session.level)
        library, session = placed
        event = arriving.as_link(event)
        came = arriving.arrival(session, event)
        if isinstance(event, InboundEvent) and arriving.only_opened(event):  # they were greeted, and hear no more yet
            return Outcome(session, () if came is None else (came,))
        outcome = advance(library, session, event, known, self._button_key, capabilities)
        if came is None or isinstance(outcome, Needs):
            return outcome
        return replace(outcome, effects=(*outcome.effects, came))

    async def _take(self, event: Event, source: str, dedupe: str) -> bool:
        return await self._turns.take(event, source, dedupe)

    def _note_timer(self, due: datetime) -> None:
        self._timers.note(due)


def _understanding(settings: Settings, library: Library) -> Engine:
    """The engine in the process, and before it Rasa where there is one."""
    embedded = Embedded(settings.data_dir / "nlu", library, encoder=settings.nlu.engine == "encoder")
    if not settings.nlu.url:
        return embedded
    return AskingRasa(rasa_at(settings.nlu, library, core_adapters.http.client), embedded)
