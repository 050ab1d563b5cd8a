"""The sandbox put together: one Starlette application, to be mounted at `/sandbox`; add a system by adding a mount."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from sandbox import faults as switches
from sandbox.acquirer import payments
from sandbox.acquirer.face import Acquirer
from sandbox.acquirer.pages import Pages
from sandbox.acquirer.work import keep_expiring
from sandbox.api import Api
from sandbox.bank import (
    bills,
    card_news,
    cashback,
    credentials,
    credits,
    directed,
    events,
    languages,
    ledger,
    limits,
    locks,
    orders,
    purchases,
    schema,
    work,
)
from sandbox.bank.bills_rest import BillsRest
from sandbox.bank.card_news_rest import CardNewsRest
from sandbox.bank.cards_rest import CardsRest
from sandbox.bank.credentials_rest import CredentialsRest
from sandbox.bank.credits_rest import CreditsRest
from sandbox.bank.details_rest import DetailsRest
from sandbox.bank.directed_rest import DirectedRest
from sandbox.bank.logins import Door, Doorkeeper, Logins
from sandbox.bank.rest import Rest
from sandbox.bank.rewards_rest import RewardsRest
from sandbox.bank.services_rest import ServicesRest
from sandbox.bank.soap.face import USER, Soap
from sandbox.billers import books
from sandbox.billers import face as billers
from sandbox.failures import Failure
from sandbox.faults import Faults
from sandbox.house import House, move_in
from sandbox.keycloak.face import Keycloak
from sandbox.messenger.face import Messenger
from sandbox.news import keep_sending
from sandbox.partner import book
from sandbox.partner.face import Partner
from sandbox.phones.faces import FaceMaker, Phones
from sandbox.phones.wire import Problem, on_problem
from sandbox.sms import gateway
from sandbox.store import Store
from sandbox.telegram.face import Telegram
from sandbox.viber.face import Viber
from sandbox.web import Bearer, on_failure, on_http
from sandbox.whatsapp.face import WhatsApp

SCHEMAS = (
    schema.SCHEMA, card_news.SCHEMA, events.NEWS.schema, bills.SCHEMA, credits.SCHEMA, orders.SCHEMA, locks.SCHEMA,
    limits.SCHEMA, cashback.SCHEMA, purchases.SCHEMA, languages.SCHEMA, credentials.SCHEMA, books.SCHEMA,
    payments.SCHEMA, payments.NEWS.schema, gateway.SCHEMA, switches.SCHEMA, directed.SCHEMA, book.SCHEMA,
)  # fmt: skip
BANK = (
    Rest, BillsRest, CardNewsRest, CardsRest, CredentialsRest, CreditsRest, DetailsRest, DirectedRest, RewardsRest,
    ServicesRest,
)  # fmt: skip
MESSENGERS: tuple[FaceMaker, ...] = (Telegram, Viber, WhatsApp, Messenger)


def build(
    data_dir: Path,
    public_url: str,
    core_token: str,
    sms_token: str,
    billers_secret: str = "",
    acquirer_key: str = "",
    house: House | None = None,
    logins: Logins | None = None,
    partner_secret: str = "",
) -> Starlette:
    """The sandbox with its state in `{data_dir}/sandbox.sqlite3`.

    Without a `billers_secret` or an `acquirer_key` these partners take the core's token, and without `logins` the REST
    core takes it, too, and tokens that can be had with it. `public_url` is the root of the installation, under which
    this is mounted at `/sandbox`. The background work runs in the lifespan. A Mount does not start a lifespan, so
    whoever mounts the sandbox enters `app.router.lifespan_context(app)` in its own.
    """
    store = Store(data_dir / "sandbox.sqlite3", *SCHEMAS)
    with store.transaction() as db:
        ledger.open_books(db)
        move_in(db, house or House())
    faults = Faults(store)
    root = f"{public_url.rstrip('/')}/sandbox"
    bank_routes = [route for part in BANK for route in part(store, faults, _now).routes()]
    acquirer = Acquirer(store, faults, _now, f"{root}/acquirer", acquirer_key or core_token)
    payer_pages = Pages(store, faults, _now, f"{root}/acquirer")
    soap = Soap(store, faults, _now, f"{root}/bank/soap", USER, core_token)
    keycloak = f"{root}/keycloak"
    keeper = Doorkeeper(store, _now, keycloak, logins or Logins(core_token))
    bookshop_at = f"{public_url.rstrip('/')}/webhooks/partners/book-corner"
    shop = Partner(store, faults, _now, partner_secret or core_token, bookshop_at)
    phones = Phones(data_dir / "sandbox.sqlite3", MESSENGERS)
    mounts: list[BaseRoute] = [
        Mount("/bank/v1", routes=bank_routes, middleware=[Middleware(Door, keeper=keeper)]),
        *keeper.routes(faults),
        Mount("/billers", routes=billers.routes(store, faults, _now, billers_secret or core_token)),
        Mount("/acquirer", routes=[*acquirer.routes(), *payer_pages.routes()]),
        *soap.routes("/bank/soap"),
        Mount("/partner", routes=shop.routes()),
        Mount("/keycloak", routes=Keycloak(store, faults, _now, keycloak).routes()),
        Mount("/sms", routes=gateway.routes(store, faults, _now), middleware=[Middleware(Bearer, token=sms_token)]),
        Mount("/api", routes=Api(store, faults, _now).routes()),
        Route("/flows/problems", _no_flows),
        *phones.routes(),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(work.keep_doing(partial(work.decide_applications, store, _now))),
            asyncio.create_task(work.keep_doing(partial(work.finish_orders, store, _now))),
            asyncio.create_task(work.keep_doing(partial(keep_sending, events.NEWS, store, _now))),
            asyncio.create_task(work.keep_doing(partial(keep_sending, payments.NEWS, store, _now))),
            asyncio.create_task(work.keep_doing(partial(keep_expiring, store, _now))),
        ]
        try:
            async with phones.running():
                yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            store.close()

    handlers = {Failure: on_failure, HTTPException: on_http, Problem: on_problem}
    return Starlette(routes=mounts, exception_handlers=handlers, lifespan=lifespan)


async def _no_flows(_: Request) -> Response:
    """Where a bot serves beside the sandbox it answers this path itself; apart from one there is nothing to tell."""
    return Response(status_code=204)


def _now() -> datetime:
    return datetime.now(UTC)
