"""Opens pages: an operation like any other, done in our own tables, so that doing it again is the same page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import structlog
from pydantic import ValidationError

from core_adapters.failures import BankFailure, Declined, Unavailable
from core_adapters.pages.document import Document
from core_adapters.pages.kinds import OPENS, Opens
from core_adapters.pages.store import Inside, PageStore
from core_adapters.ports import Answerer, Capability, Order, Posted, Progress, Question

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Opening:
    """Satisfies core_adapters.ports.Performer. ``public_url`` is our address as customers reach it."""

    pages: PageStore
    bank: Answerer
    public_url: str
    name: ClassVar[str] = "pages"
    capability: ClassVar[Capability] = Capability("key", "by-our-ref", settle_bound_s=0)

    @property
    def actions(self) -> frozenset[str]:
        """The pages whose content this bank can give."""
        return frozenset(action for action, opens in OPENS.items() if opens.content in self.bank.questions)

    async def perform(self, order: Order) -> Posted:
        """Ask the bank what the page is to show and keep it. Raises Declined, Unavailable."""
        opens = OPENS[order.action]
        await self.pages.open(order, opens, await self._inside(order, opens))
        return self._posted(order)

    async def enquire(self, order: Order) -> Posted | None:
        return self._posted(order) if await self.pages.is_open(order.op_id) else None

    async def progress(self, order: Order) -> Progress | None:  # noqa: ARG002 -- the shape all performers share
        """An open page is at its end; what is done on it is told by whoever does it."""
        return Progress("ok")

    def _posted(self, order: Order) -> Posted:
        address = f"{self.public_url.rstrip('/')}/secure/{self.pages.token(order.op_id)}"
        return Posted(str(order.op_id), sealed={OPENS[order.action].output: address})

    async def _inside(self, order: Order, opens: Opens) -> Inside:
        answer = await self._asked(Question(opens.content, order.customer_id, order.inputs, locale=order.locale))
        try:
            document = Document.model_validate(answer)
        except ValidationError as problem:
            log.error("page_not_showable", action=order.action, count=problem.error_count())
            raise Unavailable("the bank's answer is nothing that a page can show") from None
        return Inside(order.locale, document.title, document)

    async def _asked(self, question: Question) -> Mapping[str, object]:
        try:
            return await self.bank.ask(question)
        except Declined:
            raise
        except BankFailure as failure:
            raise Unavailable(type(failure).__name__) from None
