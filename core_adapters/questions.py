"""Questions of the catalogue and what the pictures and contexts need: answered, never remembered, nothing moved.

A bank that cannot be asked is an answer too: ``{"error": "unavailable"}``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from core_adapters.brands import BankBrand
from core_adapters.failures import BankFailure, Declined, Unavailable
from core_adapters.operations import catalogue, traits
from core_adapters.operations.allowance import Allowances
from core_adapters.operations.quoting import Quoting
from core_adapters.operations.records import Operation
from core_adapters.operations.store import Store
from core_adapters.ports import Answerer, Bank, Directory, Person, Progress, Question
from core_adapters.receipts import Receipts
from flows.formats import moment

log = structlog.get_logger()

ANSWER_S_MAX = 5.0  # a turn waits for the answer, and the customer for the turn


class NoSuchQuestion(LookupError):
    """The verb is not among ours."""


class NotFound(LookupError):
    """The card or operation is not there, or is another customer's: the same answer for both."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Answers for one bank. ``others`` are asked for what the bank does not know."""

    store: Store
    brand: BankBrand
    directory: Directory
    bank: Bank
    receipts: Receipts
    others: Sequence[Answerer] = ()
    performer_of: Mapping[str, str] = field(default_factory=dict)

    async def answer(self, asked: Question) -> Mapping[str, object]:
        """``{"outputs": {...}}`` or ``{"error": code}``. Raises NoSuchQuestion, NotFound."""
        asker = self._asker(asked)
        try:
            async with asyncio.timeout(ANSWER_S_MAX):
                return {"outputs": await asker(asked)}
        except Declined as refusal:
            return {"error": refusal.code}
        except (BankFailure, TimeoutError) as failure:
            log.warning("question_not_answered", verb=asked.verb, failure=type(failure).__name__)
            return {"error": "unavailable"}

    def _asker(self, asked: Question) -> Callable[[Question], Awaitable[Mapping[str, object]]]:
        own = {
            "limits": self._limits, "customer": self._customer, "card": self._card, "balance": self._balance,
            "receipt": self._receipt,
        }  # fmt: skip
        if asked.verb in own:
            return own[asked.verb]
        answerers = [self.bank, *self.others]
        answerer = next((one for one in answerers if asked.verb in one.questions), None)
        if answerer is None:
            known = set(own).union(*(one.questions for one in answerers))
            raise NoSuchQuestion(f"'{asked.verb}' is no question; there are {', '.join(sorted(known))}")
        if asked.customer_id is None and not catalogue.is_public(asked.verb):
            return _to_a_guest
        if asked.verb in traits.QUOTES:
            return partial(self._quote, answerer)
        return answerer.ask

    async def _quote(self, answerer: Answerer, asked: Question) -> Mapping[str, object]:
        person = await self._person(str(asked.customer_id))
        quoting = Quoting(self.store, self._allowances, self.performer_of)
        return await quoting.ask(asked, person, answerer.ask)

    async def _limits(self, asked: Question) -> Mapping[str, object]:
        limits, customer_id = self.brand.limits, asked.customer_id
        person = await self._person(customer_id) if customer_id is not None else None
        rooms = await self._allowances.of_day(self.store.pool, customer_id, person, self.store.clock())
        return {
            "transfer_min": str(limits.transfer_min),
            "transfer_max": str(limits.transfer_max),
            "transfer_left_today": str(rooms["today"].left),
            "transfer_left_now": str(rooms["now"].left),
            "transfer_free_at": self._said(rooms["now"].free_at, asked.locale),
            "new_payee_left": str(rooms["new_payee"].left),
            "new_payee_free_at": self._said(rooms["new_payee"].free_at, asked.locale),
            "step_up_from": str(limits.step_up_from),
            "quick_amounts": [str(amount) for amount in limits.quick_amounts],
        }

    @property
    def _allowances(self) -> Allowances:
        return Allowances(self.brand, self.store.sealer)

    def _said(self, at: datetime | None, locale: str) -> str:
        """A moment as the bank's customers read it; empty for none."""
        return moment(at.astimezone(ZoneInfo(self.brand.time_zone)), locale) if at is not None else ""

    async def _customer(self, asked: Question) -> Mapping[str, object]:
        if asked.customer_id is None:
            return {"has_active_card": False}
        listed = await self.bank.ask(Question("cards.list_active", asked.customer_id))
        return {"has_active_card": bool(listed["options"])}

    async def _card(self, asked: Question) -> Mapping[str, object]:
        card_id = asked.inputs.get("card_id")
        if not card_id:
            operation = await self._own(asked, "application_id")
            progress = await self.bank.progress(operation.order)
            card_id = progress.outputs.get("card_id") if isinstance(progress, Progress) else None
        if not card_id or asked.customer_id is None:
            raise NotFound("there is no such card")
        return await self.bank.ask(Question("card", asked.customer_id, {"card_id": card_id}))

    async def _balance(self, asked: Question) -> Mapping[str, object]:
        """What a picture of a balance shows: one of the customer's open cards, and what is on it now."""
        if asked.customer_id is None:
            raise NotFound("there is no such card")
        card_id = asked.inputs.get("card_id")
        listed = await self.bank.ask(Question("cards.list_active", asked.customer_id))
        cards = listed["options"]
        card = next((one for one in cards if one["id"] == card_id), None) if isinstance(cards, list) else None
        if card is None:
            raise NotFound("there is no such card")
        told = await self.bank.ask(Question("accounts.balance", asked.customer_id, {"card": card_id}))
        minute = self.store.clock().replace(second=0, microsecond=0)  # so much is shown, and the same is drawn once
        return {"card": card["name"], "last4": card["last4"], "balance": told["balance"], "at": minute.isoformat()}

    async def _receipt(self, asked: Question) -> Mapping[str, object]:
        receipt = await self.receipts.of(await self._own(asked, "transfer_id"))
        if receipt is None or not receipt.is_drawn:
            raise NotFound("there is no receipt of what was not done")
        return receipt.values

    async def _person(self, customer_id: str) -> Person:
        try:
            return await self.directory.person(customer_id)
        except LookupError:
            raise NotFound("there is no such customer") from None
        except Exception as error:
            raise Unavailable(f"the customer could not be looked up: {type(error).__name__}") from error

    async def _own(self, asked: Question, name: str) -> Operation:
        try:
            op_id = UUID(str(asked.inputs.get(name)))
        except ValueError:
            raise NotFound("there is no such operation") from None
        operation = await self.store.get(op_id)
        if operation is None or operation.customer_id != asked.customer_id:
            raise NotFound("there is no such operation")
        return operation


async def _to_a_guest(asked: Question) -> Mapping[str, object]:
    """Nobody's list is empty, and nobody's anything else is not there."""
    if asked.verb in catalogue.sources():
        return {"options": []}
    raise NotFound(f"{asked.verb} is asked for a customer")
