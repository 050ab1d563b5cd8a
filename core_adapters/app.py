"""Puts the room together: `build` takes what it needs from outside and returns the API, the vault and the workers."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import httpx
from fastapi import FastAPI

from core_adapters import brands, internal
from core_adapters.api import external as external_api
from core_adapters.api import operations as operations_api
from core_adapters.api import pages as pages_api
from core_adapters.api import questions as questions_api
from core_adapters.api import refusals
from core_adapters.api.shapes import Problem
from core_adapters.brands import BankBrand
from core_adapters.breaker import Breaker
from core_adapters.database import Pool
from core_adapters.external.acquirer import card_payments
from core_adapters.external.acquirer.acquirer import Acquirer
from core_adapters.external.acquirer.links import Links
from core_adapters.external.acquirer.receiving import takes_money_in
from core_adapters.external.acquirer.views import Views
from core_adapters.external.billers import register
from core_adapters.external.billers.paying import BillPayments
from core_adapters.external.billers.questions import BillQuestions
from core_adapters.http import Service, client
from core_adapters.internal import bills
from core_adapters.internal.credentials import credentials
from core_adapters.logins import BearerLogin
from core_adapters.operations.accepting import Accepting
from core_adapters.operations.audit import Audit
from core_adapters.operations.daily import Daily
from core_adapters.operations.desk import Desk
from core_adapters.operations.reconciling import Reconciling
from core_adapters.operations.saved import Saved, as_it_is
from core_adapters.operations.sca import ScaCodes
from core_adapters.operations.statements import books_of
from core_adapters.operations.store import Store
from core_adapters.operations.worker import Worker
from core_adapters.pages.counter import Counter
from core_adapters.pages.opening import Opening
from core_adapters.pages.setting import Setting
from core_adapters.pages.store import PageStore
from core_adapters.ports import Answerer, BillDebits, Contacts, Directory, Performer, ResultSink
from core_adapters.questions import Questions
from core_adapters.recurring.orders import RecurringOrders
from core_adapters.recurring.past import Past
from core_adapters.recurring.questions import RecurringQuestions
from core_adapters.registering import Registration
from core_adapters.unasked import by_itself
from core_adapters.vault import Vault
from core_adapters.webhooks import CoreEvents
from flows.ports import Sealer, Sms, TokenVerifier


@dataclass(frozen=True, slots=True)
class CoreSettings:
    """Where the bank is. ``webhook_url`` is where its events reach us; empty: it is not told.

    ``billers_url`` is where the partners for bills are; empty: no bills are paid. ``acquirer_url`` is where money comes
    from cards of other banks; empty: none comes. ``public_url`` is our own address as people reach it.
    """

    bank: str
    url: str
    token: str = field(repr=False)
    webhook_secrets: Sequence[str] = field(repr=False, default=())
    webhook_url: str = ""
    audit_key: bytes = field(repr=False, default=b"")
    billers_url: str = ""
    billers_secret: str = field(repr=False, default="")
    acquirer_url: str = ""
    acquirer_key: str = field(repr=False, default="")
    acquirer_webhook_secrets: Sequence[str] = field(repr=False, default=())
    acquirer_webhook_url: str = ""
    login: httpx.Auth | None = field(repr=False, default=None)  # None: the token, a bearer's
    public_url: str = ""


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
) -> CoreAdapters:
    """The room over one bank. ``pool`` is an asyncpg pool on the migrated database.

    Without ``contacts`` nobody is told anything unasked; what is kept for customers waits.

    Raises:
        BrandUnusable: when the bank's brand.yml is missing or wrong.
        NoSuchBank: when there is no wrapper of this name.
    """
    brand = brands.load(settings.bank)
    audit = Audit(settings.audit_key)
    store = Store(pool, sealer, audit, sink, clock)
    http = client()
    breaker = partial(Breaker, clock=lambda: clock().timestamp())
    login = settings.login or BearerLogin(settings.token)
    service = Service(http, settings.url.rstrip("/"), login, breaker())
    bank = internal.wrapper(settings.bank, service, pool, sealer, directory)
    codes = ScaCodes(store, directory, sms)
    pages, secrets = PageStore(store), credentials(settings.bank, service, directory)
    setting = Setting(secrets) if secrets is not None else None
    performing: list[Performer] = [bank, codes, Opening(pages, bank, secrets, settings.public_url)]
    performing += [setting] if setting is not None else []
    answering: list[Answerer] = []
    asked_of_billers = None
    debits = bills.debits(settings.bank, service, directory)
    if debits is not None and settings.billers_url:
        paying, asked_of_billers = _billers(http, settings, debits, directory)
        performing.append(paying)
        answering.append(asked_of_billers)
    links = Links(sealer, settings.public_url)
    news = [Registration(bank, settings.webhook_url, settings.webhook_secrets)]
    if settings.acquirer_url and takes_money_in(bank):
        acquirer = Acquirer.at(http, settings.acquirer_url, settings.acquirer_key, breaker())
        paid = card_payments(acquirer, bank, links, brand.name)
        performing.append(paid)
        news.append(Registration(paid, settings.acquirer_webhook_url, settings.acquirer_webhook_secrets))
    biller_name = asked_of_billers.biller_name if asked_of_billers is not None else as_it_is
    saved, past = Saved(store, biller_name), Past(store, biller_name)
    performing += [saved, RecurringOrders(store, brand, past, bank)]
    answering += [saved, RecurringQuestions(store, brand, directory, past, (bank, *answering))]
    performers = {one.name: one for one in performing}
    performer_of = {action: one.name for one in performing for action in one.actions}
    books = books_of(bank, bank.name, service)
    accepting = Accepting(store, brand, directory, performer_of)
    desk = Desk(store, accepting, performers, books=books)
    unasked = by_itself(store, brand, bank, accepting, asked_of_billers, contacts)
    answering += unasked.answering
    compares = (Daily(Reconciling(store, books)).compare,) if books is not None else ()
    worker = Worker(store, performers, more=(*compares, *unasked.jobs))
    questions = Questions(store, brand, directory, bank, answering, performer_of)
    counter = Counter(pages, desk, secrets, setting)
    return CoreAdapters(
        vault=Vault(pool, sealer),
        brand=brand,
        desk=desk,
        questions=questions,
        worker=worker,
        audit=audit,
        events=CoreEvents({one.who.name: one.secrets for one in news}, store, worker, unasked.hearing),
        counter=counter,
        views=Views(store, worker, links, directory),
        _made_app=partial(_app, desk, questions, counter, verifier, asked_of_billers),
        _registrations=news,
        _client=http,
    )


def _billers(
    http: httpx.AsyncClient, settings: CoreSettings, debits: BillDebits, directory: Directory
) -> tuple[BillPayments, BillQuestions]:
    partners = register.partners(http, settings.billers_url.rstrip("/"), settings.billers_secret)
    return BillPayments(partners, debits), BillQuestions(partners, debits, directory)


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
