"""Top-ups and requests for money as a Performer: pages are opened, and what was paid on them is delivered."""

from dataclasses import dataclass
from typing import ClassVar

from core_adapters.external.acquirer.delivering import Delivering
from core_adapters.external.acquirer.receiving import CREDIT
from core_adapters.external.acquirer.sessions import OWN_CARD, REQUESTS, Sessions
from core_adapters.ports import Capability, Leg, Order, Posted, Progress, weakest


@dataclass(frozen=True, slots=True)
class CardPayments:
    """Satisfies core_adapters.ports.Performer."""

    sessions: Sessions
    delivering: Delivering
    name: ClassVar[str] = "acquirer"
    actions: ClassVar[frozenset[str]] = REQUESTS | {OWN_CARD, CREDIT}

    @property
    def capability(self) -> Capability:
        return weakest([self.sessions.acquirer.capability, self.sessions.receiving.capability])

    async def perform(self, order: Order) -> Posted:
        return await self._of(order).perform(order)

    async def enquire(self, order: Order) -> Posted | None:
        return await self._of(order).enquire(order)

    async def progress(self, order: Order) -> Progress | Leg | None:
        return await self.sessions.progress(order)

    async def register_webhook(self, url: str, secret: str) -> None:
        """Tell the acquirer where its news go. Raises BankFailure."""
        await self.sessions.acquirer.register_webhook(url, secret)

    def _of(self, order: Order) -> Sessions | Delivering:
        return self.delivering if order.action == CREDIT else self.sessions
