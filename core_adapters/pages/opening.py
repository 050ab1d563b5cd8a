"""Opens pages: an operation like any other, done in our own tables, so that doing it again is the same page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar

import structlog
from pydantic import ValidationError

from core_adapters.failures import BankFailure, Declined, Unavailable
from core_adapters.operations import proof_words, sca
from core_adapters.pages.document import Document
from core_adapters.pages.kinds import OPENS, Opens
from core_adapters.pages.store import Inside, PageStore
from core_adapters.ports import Answerer, Capability, Credentials, Order, Posted, Progress, Question

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Opening:
    """Satisfies core_adapters.ports.Performer. ``public_url`` is our address as customers reach it.

    Without ``credentials`` the bank takes no PINs and passwords and shows no numbers, and such pages open for nobody.
    """

    pages: PageStore
    bank: Answerer
    credentials: Credentials | None
    public_url: str
    name: ClassVar[str] = "pages"
    capability: ClassVar[Capability] = Capability("key", "by-our-ref", settle_bound_s=0)

    @property
    def actions(self) -> frozenset[str]:
        """The pages that this bank can stand behind."""
        return frozenset(action for action, opens in OPENS.items() if self._can(opens))

    async def perform(self, order: Order) -> Posted:
        """Find out what the page is about and keep it. Raises Declined, Unavailable: nothing was opened."""
        opens = OPENS[order.action]
        async with _nothing_opened_yet():
            inside = await self._inside(order, opens)
        await self.pages.open(order, opens, inside)
        return self._posted(order)

    async def enquire(self, order: Order) -> Posted | None:
        return self._posted(order) if await self.pages.is_open(order.op_id) else None

    async def progress(self, order: Order) -> Progress | None:  # noqa: ARG002 -- the shape all performers share
        """An open page is at its end; what is done on it is told by whoever does it."""
        return Progress("ok")

    def _can(self, opens: Opens) -> bool:
        return opens.content in self.bank.questions if opens.content else self.credentials is not None

    def _posted(self, order: Order) -> Posted:
        address = f"{self.public_url.rstrip('/')}/secure/{self.pages.token(order.op_id)}"
        return Posted(str(order.op_id), sealed={OPENS[order.action].output: address})

    async def _inside(self, order: Order, opens: Opens) -> Inside:
        if opens.content:
            return await self._document(order, opens.content)
        if opens.whose == "card":
            return await self._of_card(order)
        assert self.credentials is not None, "without it the page is none of ours to open"
        holder = await self.credentials.holder(order.customer_id)
        if opens.kind != "password_check":
            return Inside(order.locale, subject=holder)
        for_op, snapshot = sca.subject(order.inputs)
        sca.tells_the_truth(order, for_op, snapshot)
        about = proof_words.line(order.locale, order)
        return Inside(order.locale, about, subject=holder, for_op=for_op, snapshot=snapshot)

    async def _document(self, order: Order, verb: str) -> Inside:
        answer = await self.bank.ask(Question(verb, order.customer_id, order.inputs, locale=order.locale))
        try:
            document = Document.model_validate(answer)
        except ValidationError as problem:
            log.error("page_not_showable", action=order.action, count=problem.error_count())
            raise Unavailable("the bank's answer is nothing that a page can show") from None
        return Inside(order.locale, document.title, document=document)

    async def _of_card(self, order: Order) -> Inside:
        """One of the customer's active cards, and no other."""
        answer = await self.bank.ask(Question("cards.list_active", order.customer_id, locale=order.locale))
        listed = answer["options"]
        for card in listed if isinstance(listed, list) else []:
            if card["id"] == order.inputs.get("card"):
                return Inside(order.locale, f"{card['name']} •{card['last4']}", str(card["id"]))
        raise Unavailable("the customer has no such card")


@asynccontextmanager
async def _nothing_opened_yet() -> AsyncIterator[None]:
    try:
        yield
    except Declined:
        raise
    except BankFailure as failure:
        raise Unavailable(type(failure).__name__) from None
