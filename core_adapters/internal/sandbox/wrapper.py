"""The sandbox bank as a `Bank`, put together from parts: each has its actions, its questions, or both."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from core_adapters.failures import Missing, Refused
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.card_news import CardNews
from core_adapters.ports import Answerer, Capability, CardOperation, Order, Posted, Progress, Question


class Orders(Protocol):
    """One kind of orders at the bank."""

    @property
    def actions(self) -> frozenset[str]: ...

    async def perform(self, order: Order) -> Posted: ...

    async def enquire(self, order: Order) -> Posted | None: ...

    async def progress(self, order: Order) -> Progress | None: ...


@dataclass(frozen=True, slots=True)
class SandboxBank:
    """Satisfies core_adapters.ports.Bank."""

    calls: Calls
    orders: tuple[Orders, ...]
    answerers: tuple[Answerer, ...]
    news: CardNews
    name: ClassVar[str] = "sandbox"
    capability: ClassVar[Capability] = Capability("reference-dedup", "by-our-ref", settle_bound_s=3)

    @property
    def actions(self) -> frozenset[str]:
        return frozenset().union(*(part.actions for part in self.orders))

    @property
    def questions(self) -> frozenset[str]:
        return frozenset().union(*(part.questions for part in self.answerers))

    def rest_s(self) -> float:
        return self.calls.service.rest_s()

    async def perform(self, order: Order) -> Posted:
        return await self._of(order).perform(order)

    async def enquire(self, order: Order) -> Posted | None:
        return await self._of(order).enquire(order)

    async def progress(self, order: Order) -> Progress | None:
        return await self._of(order).progress(order)

    async def register_webhook(self, url: str, secret: str) -> None:
        body = {"url": url, "secret": secret, "cards": True}
        await self.calls.service.order("PUT", "/webhook", body)

    async def card_operation(self, operation: str) -> CardOperation:
        return await self.news.card_operation(operation)

    async def ask(self, question: Question) -> Mapping[str, object]:
        for part in self.answerers:
            if question.verb in part.questions:
                return await part.ask(question)
        raise Refused(f"{question.verb} is no question of this bank")

    def _of(self, order: Order) -> Orders:
        for part in self.orders:
            if order.action in part.actions:
                return part
        raise Missing(f"{order.action} is no order of this bank")
