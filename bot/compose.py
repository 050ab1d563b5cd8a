"""The composition root: the only place that knows every room and wires them, for the role a process has.

From the ground up: keys and tokens, the database, the services with their clients, the conversation, the web. A room
that only some roles have is imported where it is built: reading the code is most of a start.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import httpx
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

import core_adapters.app
import core_adapters.http
from bot import inviting, look, paying, server, staff, verifying, webhooks
from bot.brands import look_of
from bot.conversation import Conversation
from bot.core_login import login_of, public_half
from bot.directory import Directory
from bot.endings import Endings
from bot.gate import gate
from bot.held import Copies
from bot.keyring import Keyring
from bot.logs import RequestIds, configure_logs
from bot.media import MediaStore
from bot.migrations import upgrade
from bot.newcomers import Newcomers
from bot.postgres import database_of, sqlalchemy_url
from bot.postgres.roles import CUSTOMERS as CUSTOMERS_ROLE
from bot.postgres.roles import RUNTIME, as_role
from bot.results import Results
from bot.retention import OF_MONEY, sweeping
from bot.routing import ByPrefix
from bot.services import ASKS, ServiceToken, client, reachable
from bot.settings import Settings
from bot.settings.made_up import own_url
from bot.store import Link
from bot.throttle import Throttle
from bot.tokens import Tokens
from bot.tracing import ASKED, Traced, close_traces, open_traces, span
from bot.versions.room import Versions
from core_adapters import brands
from core_adapters.app import CoreAdapters
from core_adapters.carrying import watched_by
from core_adapters.database import leave_as_found
from core_adapters.external.sms.gateway import SmsGateway
from core_adapters.settings import CoreSettings
from flows.ports import TokenVerifier

TALKS = ("all", "webhooks", "worker")
POOL_MOST = 8
CORE = ("/api/v1/operations", "/api/v1/core", "/api/v1/external", "/api/v1/pages")  # what core-adapters serves

CUSTOMERS = ("/api/v1/customers", "/api/v1/partners", "/api/v1/referrals")  # what customer-api serves


@dataclass(frozen=True, slots=True)
class Process:
    """A process put together: what it serves, and what it does once its port answers."""

    app: ASGIApp
    when_up: Callable[[], Awaitable[None]]


def serve(settings: Settings, role: str = "all") -> None:
    """Run a role until a signal comes; blocks."""
    configure_logs(settings.log)
    if open_traces(settings.traces.url, role):
        watched_by(lambda host: span(ASKED, host=host))
    try:
        server.run(settings, process(settings, role), role)
    finally:
        close_traces()


@asynccontextmanager
async def process(settings: Settings, role: str = "all") -> AsyncIterator[Process]:
    """Build a role, start its background work, and take everything down again in the other order."""
    reachable(settings, role)
    async with AsyncExitStack() as stack:
        built = await _Builder(settings, role, stack).build()
        yield built


class _Builder:
    """Wires one process. Every part that must be closed is entered into ``stack``."""

    def __init__(self, settings: Settings, role: str, stack: AsyncExitStack) -> None:
        self.settings, self.role, self.stack = settings, role, stack
        self.keyring = Keyring([key.get_secret_value() for key in settings.vault.keys])
        self.tokens = Tokens([key.get_secret_value() for key in settings.jwt.keys])
        self.auth = ServiceToken(self.tokens)
        self.verifier: TokenVerifier = self.tokens
        self.brand = brands.load(settings.bank)
        self.apps: dict[str, ASGIApp] = {}
        self.routes: list[BaseRoute] = []
        self.dsn = ""
        self.session: dict[str, str] | None = None
        self.sms: SmsGateway | None = None

    async def build(self) -> Process:
        """All rooms of the role, and the web over them."""
        self.verifier = await self.stack.enter_async_context(gate(self.settings, self.tokens))
        if self.role not in ("image-api", "sandbox"):
            self.dsn = await asyncio.to_thread(database_of, self.settings)
            await upgrade(self.dsn)
            self.session = (await as_role(self.dsn, RUNTIME)).get("server_settings")
        when_up = await self._rooms()
        self.routes += look.routes(await self._probe() if self.dsn else None)
        if self._has("sandbox") and self.settings.is_sandbox:
            self.routes.append(Mount("/sandbox", app=await self._sandbox()))
        self.routes.append(Mount("", app=ByPrefix(self.apps, described=self.settings.is_sandbox)))
        app = Throttle(Starlette(routes=self.routes), self.settings.http.refusals_per_minute)
        served = [*self.apps, *[route.path for route in self.routes if isinstance(route, Mount | Route)]]
        return Process(RequestIds(Traced(app, served)), when_up)

    async def _rooms(self) -> Callable[[], Awaitable[None]]:
        images = self._image_api() if self._has("image-api") else None
        customers = await self._customer_api() if self._has("customer-api") else None
        if self.role not in ASKS:
            return _nothing
        asks_customers = await self._client(self.settings.customer_api.url, customers)
        core = await self._core_adapters(asks_customers)
        if self.role not in TALKS:
            return core.start if self.role == "core-adapters" else _nothing
        asks_core = await self._client(self.settings.core_adapters.url, core.app)
        asks_images = await self._client(self.settings.image_api.url, images)
        return await self._conversation(core, asks_core, asks_customers, asks_images)

    @property
    def _public_url(self) -> str:
        """Our address as people reach it, without a slash at its end."""
        return (self.settings.http.public_url or own_url(self.settings)).rstrip("/")

    def _has(self, part: str) -> bool:
        return self.role in ("all", part)

    async def _client(self, url: str, app: ASGIApp | None) -> httpx.AsyncClient:
        return await self.stack.enter_async_context(client(url, app, self.auth))

    async def _probe(self) -> Link:
        link = Link(self._connect)
        self.stack.push_async_callback(link.close)
        return link

    async def _connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(self.dsn, server_settings=self.session)

    def _image_api(self) -> FastAPI:
        import image_api.app

        app = image_api.app.build({self.settings.bank: look_of(self.brand)}, self.verifier)
        self.apps |= {image_api.app.IMAGES: app, image_api.app.DOCUMENTS: app}
        return app

    async def _sms(self) -> SmsGateway:
        """One for the process, so that whoever finds it ill spares it for all."""
        if self.sms is None:
            http = await self.stack.enter_async_context(core_adapters.http.client())
            self.sms = SmsGateway.at(http, self.settings.sms.url, self.settings.sms.token.get_secret_value())
        return self.sms

    async def _customer_api(self) -> FastAPI:
        from sqlalchemy.ext.asyncio import create_async_engine

        import customer_api.app
        from bot import partners
        from customer_api.notices import NoticeRules

        as_itself = await as_role(self.dsn, CUSTOMERS_ROLE)
        engine = create_async_engine(sqlalchemy_url(self.dsn), pool_size=POOL_MOST, connect_args=as_itself)
        self.stack.push_async_callback(engine.dispose)
        rules = NoticeRules(self.brand.notices, self.brand.notices_that_stay_on)
        meeting = partners.Meeting(engine, self._connect, self.keyring, self.settings, _now)
        app = customer_api.app.build(
            engine, self.keyring, await self._sms(), self.verifier, _now, self.brand.name, rules,
            self.brand.time_zone, meeting.addresses, inviting.rules_of(self.brand),
            f"{self._public_url}{inviting.PATH}", self._copies(),
            Endings(self._connect, self.keyring),
        )  # fmt: skip
        self.apps |= dict.fromkeys(CUSTOMERS, app)
        self.routes.append(await self.stack.enter_async_context(meeting.working()))
        return app

    def _copies(self) -> Copies:
        link = Link(self._connect)
        self.stack.push_async_callback(link.close)
        return Copies(self._connect, self.keyring, MediaStore(link, self.keyring), self._public_url)

    async def _core_adapters(self, customers: httpx.AsyncClient) -> CoreAdapters:
        made = asyncpg.create_pool(
            self.dsn, min_size=1, max_size=POOL_MOST, reset=leave_as_found, server_settings=self.session
        )
        pool = await self.stack.enter_async_context(made)
        own = self.settings.core
        directory = Directory(customers)
        core = core_adapters.app.build(
            pool,
            self.keyring,
            await self._sms(),
            Results(self.keyring),
            directory,
            CoreSettings(
                self.settings.bank,
                own.url,
                own.token.get_secret_value(),
                [secret.get_secret_value() for secret in own.webhook_secrets],
                f"{self._public_url}/webhooks/core/{self.settings.bank}",
                self.settings.audit.key.get_secret_value().encode(),
                billers_url=self.settings.billers.url,
                billers_secret=self.settings.billers.secret.get_secret_value(),
                login=login_of(self.settings),
                acquirer_url=self.settings.acquirer.url,
                acquirer_key=self.settings.acquirer.secret.get_secret_value(),
                acquirer_webhook_secrets=[
                    secret.get_secret_value() for secret in self.settings.acquirer.webhook_secrets
                ],
                acquirer_webhook_url=f"{self._public_url}/webhooks/core/acquirer",
                public_url=self._public_url,
            ),
            self.verifier,
            contacts=directory,
            newcomers=Newcomers(customers),
        )
        self.stack.push_async_callback(core.stop)
        if self._has("core-adapters"):
            self.apps |= dict.fromkeys(CORE, core.app)
            self.routes.append(webhooks.core_route(core.core_events))
            await self.stack.enter_async_context(sweeping(self._connect, OF_MONEY))
        return core

    async def _conversation(
        self, core: CoreAdapters, asks_core: httpx.AsyncClient, customers: httpx.AsyncClient, images: httpx.AsyncClient
    ) -> Callable[[], Awaitable[None]]:
        versions = Versions(self.settings, self.brand.for_flows(), self._connect)
        await versions.open()
        await self.stack.enter_async_context(versions.working())
        self.apps["/api/v1/flows"] = versions.app(self.verifier)
        self.routes += versions.routes()
        talk = Conversation(
            self.settings, self.brand, self.keyring, self._connect, core.vault, versions.live, self.role
        )
        talk.join(asks_core, customers, images)
        await self.stack.enter_async_context(talk.working())
        if self.role != "worker":
            self.routes += talk.routes()
            self.apps |= talk.apps(self.verifier)
            sheet = paying.Sheet(self.brand.name, self.brand.time_zone, self.brand.colours)
            self.routes += paying.routes(core.views, sheet)
            slip = verifying.Slip(self.brand.name, self.brand.time_zone, self.brand.colours, self._public_url)
            self.routes += verifying.routes(core.receipts, verifying.Papers(images, self.settings.bank), slip)
            paper = staff.Paper(self.brand.name, self.brand.time_zone, self.brand.colours)
            is_https = self._public_url.startswith("https://")
            self.routes += staff.routes(staff.Partners(customers), self.verifier, paper, is_https)
            self.routes += inviting.routes(inviting.Codes(customers), sheet, inviting.ways_in(self.settings))

        async def when_up() -> None:
            if self._has("core-adapters") and not self.settings.core_adapters.url:
                await core.start()
            if self.role != "worker":
                talk.meet_messengers()

        return when_up

    async def _sandbox(self) -> Starlette:
        import sandbox.app
        from sandbox.bank.logins import Logins
        from sandbox.house import House

        core = self.settings.core
        # What the sandbox's bank knows of us: the secrets of the login that is chosen, and no others.
        secret = core.client_secret.get_secret_value() if core.login == "keycloak" else ""
        logins = Logins(core.token.get_secret_value(), secret, public_half(self.settings))
        app = sandbox.app.build(
            self.settings.data_dir,
            self._public_url,
            core.token.get_secret_value(),
            self.settings.sms.token.get_secret_value(),
            self.settings.billers.secret.get_secret_value(),
            self.settings.acquirer.secret.get_secret_value(),
            House(self.brand.name, self.brand.currency, self.brand.colours),
            logins,
            self.settings.partners.sandbox_secret.get_secret_value(),
        )
        await self.stack.enter_async_context(app.router.lifespan_context(app))
        return app


async def _nothing() -> None:
    """A role that does nothing on its own."""


def _now() -> datetime:
    return datetime.now(UTC)
