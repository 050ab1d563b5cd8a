"""Orders about schedules: set one up, be reminded, stop one, take one up again. Each is done in our own database.

A schedule has the id of the order that made it. So the order again finds it made, and one yes makes one schedule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from core_adapters.brands import BankBrand
from core_adapters.failures import BankFailure, Declined, Unavailable
from core_adapters.operations.records import Operation
from core_adapters.operations.store import Store
from core_adapters.ports import Answerer, Capability, Order, Posted, Progress, Question
from core_adapters.recurring import records, resuming
from core_adapters.recurring.calendar import EVERY, Every, day_of, next_after
from core_adapters.recurring.mandate import Following
from core_adapters.recurring.past import Past
from core_adapters.recurring.records import Body
from flows import formats
from flows.events import Value

INSERT = """
insert into money.schedule (id, customer_id, conversation, does, action, every, anchor, zone, payer_ref, payee_token,
    amount_minor, currency, body, next_on, due_at, remind_at, created_at, updated_at)
select $1, customer_id, conversation, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15
from money.operation where op_id = $1 on conflict (id) do nothing
"""
STOP = """
update money.schedule set state = 'stopped', stopped_by = $3, lease_until = null, updated_at = $4
where id::text = $1 and customer_id = $2 and state in ('active', 'paused')
"""
STOPPED = "select true from money.schedule where id::text = $1 and customer_id = $2 and stopped_by = $3"


@dataclass(frozen=True, slots=True)
class RecurringOrders:
    """Satisfies core_adapters.ports.Performer. ``bank`` knows whose card is whose."""

    store: Store
    brand: BankBrand
    past: Past
    bank: Answerer
    name: ClassVar[str] = "recurring"
    actions: ClassVar[frozenset[str]] = frozenset(
        {"recurring.create", "recurring.remind", "recurring.stop", "recurring.resume"}
    )
    capability: ClassVar[Capability] = Capability("key", "by-our-ref", settle_bound_s=1)

    async def perform(self, order: Order) -> Posted:
        if order.action == "recurring.stop":
            return await self._stop(order)
        if order.action == "recurring.resume":
            return await resuming.resume(self.store, order)
        known = await self.enquire(order)
        if known is not None:
            return known
        if order.action == "recurring.create":
            await self._create(order)
        else:
            await self._remind(order)
        return Posted(str(order.op_id))

    async def enquire(self, order: Order) -> Posted | None:
        if order.action == "recurring.resume":
            return await resuming.goes_on(self.store, order)
        if order.action == "recurring.stop":
            done = await self.store.pool.fetchval(STOPPED, _chosen(order), order.customer_id, order.op_id)
        else:
            done = await self.store.pool.fetchval("select true from money.schedule where id = $1", order.op_id)
        return Posted(str(order.op_id)) if done else None

    async def progress(self, order: Order) -> Progress | None:  # noqa: ARG002 -- the shape all performers share
        """What is set up or stopped is at its end."""
        return Progress("ok")

    async def _create(self, order: Order) -> None:
        payment = await self.past.own(order.customer_id, order.inputs.get("payment"), "refused")
        every, zone = EVERY.get(str(order.inputs.get("every"))), self.brand.time_zone
        payer = str(order.inputs.get("from"))
        anchor = day_of(payment.created_at, zone)
        first = None if every is None else self._promised(anchor, every, str(order.inputs.get("first")))
        if every is None or first is None or order.amount is None:
            raise Declined("refused")
        last4 = await self._last4(order.customer_id, payer)
        inputs = {**payment.request.inputs, "from": payer, "amount": str(order.amount)}
        following = Following.on(first, zone, pays=True)
        await self._insert(order, "pay", every, anchor, await self._body(payment, inputs, last4), payment, following)

    def _promised(self, anchor: date, every: Every, said: str) -> date | None:
        """The first date, which is the one that the customer was shown: midnight may have passed since."""
        today = day_of(self.store.clock(), self.brand.time_zone)
        for day in (today, today - timedelta(days=1)):
            found = next_after(anchor, every, day)
            if found is not None and said in [formats.day(found, locale) for locale in self.brand.locales]:
                return found
        return None

    async def _remind(self, order: Order) -> None:
        payment = await self.past.own(order.customer_id, order.inputs.get("payment"), "refused")
        every: Every = EVERY.get(str(order.inputs.get("every")), "once")
        try:
            anchor = date.fromisoformat(str(order.inputs.get("day")))
        except ValueError:
            raise Declined("refused") from None
        if anchor < day_of(self.store.clock(), self.brand.time_zone):
            raise Declined("refused")
        body = await self._body(payment, payment.request.inputs, "")
        following = Following.on(anchor, self.brand.time_zone, pays=False)
        await self._insert(order, "remind", every, anchor, body, payment, following)

    async def _body(self, payment: Operation, inputs: Mapping[str, Value], last4: str) -> Body:
        (name,) = await self.past.names([payment])
        return Body(dict(inputs), payment.request.cards, name, last4)

    async def _last4(self, customer_id: str, payer: str) -> str:
        """The last four digits of the customer's own card. Raises Declined for another's, Unavailable."""
        try:
            options = (await self.bank.ask(Question("cards.list_active", customer_id)))["options"]
        except BankFailure as failure:
            raise Unavailable(f"the cards could not be asked for: {type(failure).__name__}") from None
        listed = options if isinstance(options, list) else []
        found = [str(card["last4"]) for card in listed if card["id"] == payer]
        if not found:
            raise Declined("refused")
        return found[0]

    async def _insert(
        self, order: Order, does: str, every: Every, anchor: date, body: Body, payment: Operation, following: Following
    ) -> None:
        now: datetime = self.store.clock()
        amount, card = order.amount or payment.amount, body.cards.get("to")
        remind_at = following.remind_at if following.remind_at and following.remind_at > now else None
        await self.store.pool.execute(
            INSERT, order.op_id, does, payment.action, every, anchor, self.brand.time_zone,
            str(body.inputs.get("from") or ""), card.token if card else None, amount.minor if amount else None,
            amount.currency if amount else None, records.sealed(body, order.op_id, self.store.sealer),
            following.next_on, following.due_at, remind_at, now,
        )  # fmt: skip

    async def _stop(self, order: Order) -> Posted:
        """Holds from this moment on. The same order again finds that it was itself."""
        await self.store.pool.execute(STOP, _chosen(order), order.customer_id, order.op_id, self.store.clock())
        if await self.enquire(order) is None:
            raise Declined("already_stopped")
        return Posted(str(order.op_id))


def _chosen(order: Order) -> str:
    return str(order.inputs.get("recurring"))
