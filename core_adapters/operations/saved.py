"""Payees that a customer has paid, as flows offer them again: lists, the last payment, and forgetting one.

Labels name nobody: the last digits of a card, a phone with its middle left out, a biller and an account.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from core_adapters.failures import Declined, Refused, Unclear
from core_adapters.operations import payees
from core_adapters.operations.payees import Payee
from core_adapters.operations.store import Store
from core_adapters.ports import Capability, Order, Posted, Progress, Question
from flows.money import Money

# The lists, each with the kinds of payees in it.
LISTS: Mapping[str, frozenset[str]] = {
    "payees.cards": frozenset({"card"}),
    "payees.phones": frozenset({"phone"}),
    "payees.mobiles": frozenset({"mobile"}),
    "payees.accounts": frozenset({"bill"}),
    "payees.saved": frozenset({"card", "phone", "mobile", "bill"}),
}
REPEATED = frozenset({"card", "phone", "mobile"})  # a bill is begun at its own place, where its sum is asked for
AMOUNT = "select amount_minor, currency from money.operation where op_id = $1"

NameOfBiller = Callable[[str], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Saved:
    """Satisfies core_adapters.ports.Answerer and Performer. ``biller_name`` is what a biller is called."""

    store: Store
    biller_name: NameOfBiller
    name: ClassVar[str] = "payees"
    actions: ClassVar[frozenset[str]] = frozenset({"payees.forget"})
    questions: ClassVar[frozenset[str]] = frozenset({*LISTS, "payees.any", "payees.last"})
    # Forgetting again forgets nothing more.
    capability: ClassVar[Capability] = Capability("key", "none", 5)

    async def ask(self, question: Question) -> Mapping[str, object]:
        if question.customer_id is None:
            raise Refused("payees are a customer's")
        if question.verb in LISTS:
            found = await self._listed(question.customer_id, LISTS[question.verb])
            return {"options": [await self._option(payee) for payee in found]}
        if question.verb == "payees.any":
            if not await self._listed(question.customer_id, LISTS["payees.saved"]):
                raise Declined("none_yet")
            return {}
        return await self._last(question.customer_id)

    async def perform(self, order: Order) -> Posted:
        """Forget one; it may be forgotten already."""
        payee_id = _uuid(order.inputs.get("payee"))
        if payee_id is None:
            raise Declined("unavailable")
        async with self.store.pool.acquire() as connection, connection.transaction():
            if await payees.forget(connection, order.customer_id, payee_id):
                now, who = self.store.clock(), f"customer {order.customer_id}"
                await self.store.audit.write(connection, now, who, "payee forgotten", str(payee_id), "")
        return Posted(str(order.op_id))

    async def enquire(self, order: Order) -> Posted | None:
        """Never asked, for the capability says so."""
        raise Unclear(f"no enquiry for {order.action}")

    async def progress(self, order: Order) -> Progress | None:  # noqa: ARG002 -- the shape all performers share
        """What is forgotten is forgotten."""
        return Progress("ok")

    async def _listed(self, customer_id: str, kinds: frozenset[str]) -> list[Payee]:
        return await payees.listed(self.store.pool, self.store.sealer, customer_id, kinds)

    async def _last(self, customer_id: str) -> Mapping[str, object]:
        """The newest payment that can be made again by its payee and amount alone."""
        found = await self._listed(customer_id, REPEATED)
        if not found:
            raise Declined("none_yet")
        payee = found[0]
        row = await self.store.pool.fetchrow(AMOUNT, payee.last_op)
        amount = str(Money(row["amount_minor"], row["currency"])) if row is not None else ""
        card = _card(payee) if payee.card is not None else None
        return {"kind": payee.kind, "card": card, "phone": payee.inputs.get("phone"), "amount": amount}

    async def _option(self, payee: Payee) -> dict[str, object]:
        told: dict[str, object] = {"id": str(payee.id), "kind": payee.kind}
        if payee.card is not None:
            return told | {"label": str(payee.card), **_card(payee)}
        if payee.kind == "bill":
            account, biller = payee.inputs["account"], payee.inputs["biller"]
            return told | {"label": f"{await self.biller_name(biller)}, {account}", "value": account, "of": biller}
        phone = payee.inputs["phone"]
        return told | {"label": masked(phone), "value": phone}


async def as_it_is(biller: str) -> str:
    """A biller's id as its name, where nobody knows another."""
    return biller


def masked(phone: str) -> str:
    """A phone as a list shows it: ``+38067…33``."""
    return f"{phone[:6]}…{phone[-2:]}"


def _card(payee: Payee) -> dict[str, object]:
    card = payee.card
    assert card is not None, "a payee of this kind has a card"
    return {
        "token": card.token, "last4": card.last4, "scheme": card.scheme, "luhn_ok": card.luhn_ok,
        "fingerprint": card.fingerprint,
    }  # fmt: skip


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
