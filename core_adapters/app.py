"""Puts the room together: `build` takes what it needs from outside and returns the API, the vault and the workers."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import httpx
from fastapi import FastAPI

from core_adapters import brands
from core_adapters.api import external as external_api
from core_adapters.api import operations as operations_api
from core_adapters.api import pages as pages_api
from core_adapters.api import questions as questions_api
from core_adapters.api import refusals
from core_adapters.api.shapes import Problem
from core_adapters.brands import BankBrand
from core_adapters.database import Pool
from core_adapters.external.acquirer.views import Views
from core_adapters.external.billers.questions import BillQuestions
from core_adapters.gathering import Ground, gather
from core_adapters.operations.accepting import Accepting
from core_adapters.operations.audit import Audit
from core_adapters.operations.daily import Daily
from core_adapters.operations.desk import Desk
from core_adapters.operations.measuring import Measuring
from core_adapters.operations.reconciling import Reconciling
from core_adapters.operations.statements import books_of
from core_adapters.operations.store import Store
from core_adapters.operations.worker import Worker
from core_adapters.pages.counter import Counter
from core_adapters.ports import Contacts, Directory, Newcomers, Performer, ResultSink
from core_adapters.questions import Questions
from core_adapters.receipts import Receipts
from core_adapters.registering import Registration
from core_adapters.settings import CoreSettings
from core_adapters.unasked import Unasked, by_itself
from core_adapters.vault import Vault
from core_adapters.webhooks import CoreEvents
from flows.ports import Sealer, Sms, TokenVerifier


@dataclass(slots=True)
class CoreAdapters:
    """The room in one object. ``start`` in processes that send and recover; ``app`` and ``vault`` work without."""

    vault: Vault
    brand: BankBrand
    desk: Desk
    questions: Questions
    worker: Worker
    audit: Audit
    events: CoreEvents
    counter: Counter
    views: Views
    receipts: Receipts
    _made_app: Callable[[], FastAPI] = field(repr=False)
    _registrations: Sequence[Registration]
    _client: httpx.AsyncClient
    _registering: list[asyncio.Task[None]] = field(default_factory=list)
    _app: FastAPI | None = field(repr=False, default=None)

    @property
    def app(self) -> FastAPI:
        """The API. Its routes take longer to make than all the rest, so they are made for whoever asks for them."""
        if self._app is None:
            self._app = self._made_app()
        return self._app

    async def core_events(self, core: str, headers: Mapping[str, str], body: bytes) -> int:
        """Take an event of a core; the HTTP status to answer with."""
        return await self.events.take(core, headers, body)

    async def start(self) -> None:
        """Send, recover and enquire from now on."""
        self.desk.started = True
        self.worker.start()
        self._registering = [asyncio.create_task(one.until_done()) for one in self._registrations]

    async def stop(self) -> None:
        """End, after the calls that are out have come back or taken too long."""
        for task in self._registering:
            task.cancel()
        await self.worker.stop()
        await self.desk.stop()
        await self._client.aclose()


def now() -> datetime:
    return datetime.now(UTC)


def build(
    pool: Pool,
    sealer: Sealer,
    sms: Sms,
    sink: ResultSink,
    directory: Directory,
    settings: CoreSettings,
    verifier: TokenVerifier,
    clock: Callable[[], datetime] = now,
    contacts: Contacts | None = None,
    newcomers: Newcomers | None = None,
) -> CoreAdapters:
    """The room over one bank. ``pool`` is an asyncpg pool on the migrated database.

    Without ``contacts`` nobody is told anything unasked; what is kept for customers waits. Without ``newcomers``
    nobody is rewarded for bringing friends.

    Raises:
        BrandUnusable: when the bank's brand.yml is missing or wrong.
        NoSuchBank: when there is no wrapper of this name.
    """
    brand, audit = brands.load(settings.bank), Audit(settings.audit_key)
    ground = Ground.at(settings, Store(pool, sealer, audit, sink, clock), brand, directory)
    parts, store, bank = gather(ground), ground.store, ground.bank
    desk = _desk(ground, parts.who_performs(sms))
    unasked = by_itself(store, brand, bank, desk.accepting, parts.billers, contacts, newcomers)
    worker, news = _worker(desk, unasked), parts.whose_news
    answering = [*parts.who_answers, *unasked.answering]
    questions = Questions(store, brand, directory, bank, parts.receipts, answering, desk.accepting.performer_of)
    counter = Counter(parts.pages, desk, parts.secrets, parts.setting)
    return CoreAdapters(
        vault=Vault(pool, sealer), brand=brand, desk=desk, questions=questions, worker=worker, audit=audit,
        events=CoreEvents({one.who.name: one.secrets for one in news}, store, worker, unasked.hearing),
        counter=counter, views=Views(store, worker, ground.links, directory),
        receipts=parts.receipts,
        _made_app=partial(_app, desk, questions, counter, verifier, parts.billers),
        _registrations=news, _client=ground.http,
    )  # fmt: skip


def _desk(ground: Ground, performing: Sequence[Performer]) -> Desk:
    performer_of = {action: one.name for one in performing for action in one.actions}
    accepting = Accepting(ground.store, ground.brand, ground.directory, performer_of)
    books = books_of(ground.bank, ground.bank.name, ground.service)
    return Desk(ground.store, accepting, {one.name: one for one in performing}, books=books)


def _worker(desk: Desk, unasked: Unasked) -> Worker:
    compares = (Daily(Reconciling(desk.store, desk.books)).compare,) if desk.books is not None else ()
    return Worker(desk.store, desk.performers, more=(*compares, *unasked.jobs, Measuring(desk.store).measure))


def _app(
    desk: Desk, questions: Questions, counter: Counter, verifier: TokenVerifier, billers: BillQuestions | None
) -> FastAPI:
    app = FastAPI(
        title="Teller core adapters", version="1", docs_url=None, redoc_url=None, responses={422: {"model": Problem}}
    )
    app.include_router(operations_api.routes(desk, verifier))
    app.include_router(questions_api.routes(questions, verifier))
    app.include_router(pages_api.routes(counter, verifier))
    if billers is not None:
        app.include_router(external_api.routes(billers, verifier))
    refusals.install(app)
    return app
