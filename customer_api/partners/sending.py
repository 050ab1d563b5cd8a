"""Sending what partners are told: a loop that takes what is due, a few to each partner at once.

Before every try the customer's consent is asked for anew and the address is resolved and checked anew. Nothing of an
answer is read but its status; no redirect is followed; one try lasts ten seconds at most.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

import httpx
import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from customer_api import guard
from customer_api.partners import outbox, registry
from customer_api.partners.addresses import Addresses, AddressRefused
from customer_api.partners.signatures import signed
from customer_api.partners.tables import Partner, PartnerDelivery
from customer_api.seals import Seals

TRY_S = 10.0
IDLE_S = 1.0  # how soon a fresh row is seen
AT_ONCE = 16
DATABASE_AWAY_S = 5.0

log = structlog.get_logger("customer_api.partners")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a try came to: a status, or a word where there was none."""

    status: int
    told: str
    wait_s: float = 0


@dataclass(frozen=True, slots=True)
class _Letter:
    """What goes out, put together inside a transaction and sent outside of it."""

    delivery_id: UUID
    partner: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(slots=True)
class Sender:
    """Sends for all partners; several processes may each have one."""

    sessions: async_sessionmaker[AsyncSession]
    seals: Seals
    addresses: Addresses
    client: httpx.AsyncClient
    clock: Callable[[], datetime]
    _under_way: dict[UUID, str] = field(default_factory=dict)

    async def run(self) -> None:
        """Send what comes due, until cancelled."""
        async with asyncio.TaskGroup() as sending:
            while True:
                try:
                    taken = await self._take()
                except Exception as error:  # the database is away: nothing was taken
                    log.warning("partner_outbox_unread", error=type(error).__name__)
                    await asyncio.sleep(DATABASE_AWAY_S)
                    continue
                for delivery_id in taken:
                    sending.create_task(self._follow(delivery_id))
                await asyncio.sleep(0 if taken and len(self._under_way) < AT_ONCE else IDLE_S)

    async def send_due(self) -> int:
        """One round: send what is due now and wait for it; how many were tried."""
        taken = await self._take()
        await asyncio.gather(*(self._follow(delivery_id) for delivery_id in taken))
        return len(taken)

    async def _take(self) -> list[UUID]:
        room = AT_ONCE - len(self._under_way)
        if room <= 0:
            return []
        counts = Counter(self._under_way.values())
        busy = [partner for partner, count in counts.items() if count >= outbox.A_PARTNER_MAX]
        async with self.sessions.begin() as session:
            taken = await outbox.claim(session, self.clock(), room, busy)
            for delivery_id in taken:
                delivery = await session.get_one(PartnerDelivery, delivery_id)
                self._under_way[delivery_id] = delivery.partner
        return list(taken)

    async def _follow(self, delivery_id: UUID) -> None:
        try:
            letter = await self._prepare(delivery_id)
            if letter is not None:
                await self._note(letter, await self._try(letter))
        except Exception as error:  # its lease ends and it is tried again
            log.error("partner_delivery_failed", delivery=str(delivery_id), error=type(error).__name__)
        finally:
            self._under_way.pop(delivery_id, None)

    async def _prepare(self, delivery_id: UUID) -> _Letter | None:
        """What to send; None, and the row ended, where it may not go out any more."""
        async with self.sessions.begin() as session:
            delivery = await session.get_one(PartnerDelivery, delivery_id, with_for_update=True)
            if delivery.state != "waiting":
                return None
            partner = await session.get_one(Partner, delivery.partner)
            if not await self._is_allowed(session, delivery):
                delivery.sealed = self.seals.seal({"body": ""}, "partner_delivery.sealed", delivery.id)
                outbox.end(delivery, "withdrawn", "the consent was taken back", self.clock())
                return None
            if partner.out_url is None or partner.out_stopped is not None or partner.state != "active":
                outbox.end(delivery, "stopped", "nothing is sent to this partner now", self.clock())
                return None
            secrets = await registry.secrets_of(session, self.seals, partner.id, "out")
            if not secrets:
                outbox.end(delivery, "stopped", "there is no secret to sign with", self.clock())
                return None
            body = outbox.body_of(self.seals, delivery)
            headers = signed(secrets, outbox.webhook_id(delivery.id), self.clock(), body)
            return _Letter(delivery.id, partner.id, partner.out_url, headers, body)

    async def _is_allowed(self, session: AsyncSession, delivery: PartnerDelivery) -> bool:
        if delivery.customer_id is None:
            return True
        return await guard.allows(session, delivery.customer_id, "partner_sharing", delivery.partner)

    async def _try(self, letter: _Letter) -> Answer:
        try:
            async with asyncio.timeout(TRY_S):
                target = await self.addresses.target(letter.url)
                headers = {**letter.headers, **target.headers, "content-type": "application/json"}
                sent = self.client.stream(
                    "POST", target.connect_to, content=letter.body, headers=headers, extensions=target.extensions
                )
                async with sent as answer:
                    return Answer(answer.status_code, f"HTTP {answer.status_code}", _asked_to_wait(answer))
        except AddressRefused as reason:
            return Answer(0, str(reason))
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            return Answer(0, type(error).__name__)
        finally:
            self.client.cookies.clear()

    async def _note(self, letter: _Letter, answer: Answer) -> None:
        now = self.clock()
        async with self.sessions.begin() as session:
            delivery = await session.get_one(PartnerDelivery, letter.delivery_id, with_for_update=True)
            if delivery.state != "waiting":
                return
            if 200 <= answer.status < 300:
                outbox.end(delivery, "delivered", answer.told, now)
            elif answer.status == HTTPStatus.GONE:
                outbox.end(delivery, "stopped", answer.told, now)
                await registry.gone(session, await session.get_one(Partner, letter.partner), now)
            else:
                outbox.again(delivery, answer.told, now, answer.wait_s)


def client() -> httpx.AsyncClient:
    """No redirects, no proxies of the environment, no cookies kept, no connection used twice."""
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=0)
    return httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=TRY_S, limits=limits)


def _asked_to_wait(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0
