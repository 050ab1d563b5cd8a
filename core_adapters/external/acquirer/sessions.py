"""Opens a page to pay on, and follows it: nothing is on a card yet, and nothing is said to be.

For the customer's own card of another bank the page is the acquirer's. For a request it is ours, which anyone may open
and which leads there. When the payer's bank has said yes, the money is delivered by an operation of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from core_adapters.external.acquirer.acquirer import Acquirer, Asked, Opening, Payment
from core_adapters.external.acquirer.receiving import CREDIT, Receiving
from core_adapters.failures import BankFailure, Declined, Unavailable
from core_adapters.links import Links
from core_adapters.ports import Leg, Order, Posted, Progress

OWN_CARD = "topups.start_card_payment"
REQUESTS = frozenset({"topups.create_request", "requests.create"})
OWN_LIFE_S = 3600
REQUEST_LIFE_S = 7 * 24 * 3600
REQUEST_TRIES = 10  # a stranger may mistype, or take another card
UNDER_WAY = frozenset({"opened", "authenticating"})
# What became of a page that nobody has paid on, in the words of the event that tells it.
NOT_PAID: Mapping[str, str] = {OWN_CARD: "declined", "topups.create_request": "declined", "requests.create": "expired"}


@dataclass(frozen=True, slots=True)
class Sessions:
    """Pages, by the order that wanted them. ``bank`` is the bank's name as payers read it."""

    acquirer: Acquirer
    receiving: Receiving
    links: Links
    bank: str

    async def perform(self, order: Order) -> Posted:
        asked = asked_of(order)
        last4 = await self._receiver(order)
        try:
            payment = await self.acquirer.begin(self._opening(order, asked, last4))
        except Declined as refusal:
            too_much = refusal.code == "too_much" and order.action == "requests.create"
            raise Declined("limit_exceeded" if too_much else "unavailable") from None
        return self._posted(order, payment, {"to_last4": last4})

    async def enquire(self, order: Order) -> Posted | None:
        payment = await self.acquirer.find(asked_of(order))
        return None if payment is None else self._posted(order, payment, {"to_last4": await self._receiver(order)})

    async def progress(self, order: Order) -> Progress | Leg | None:
        payment = await self.acquirer.find(asked_of(order))
        if payment is None or payment.status in UNDER_WAY:
            return None
        if payment.status in ("declined", "expired"):
            return Progress(NOT_PAID[order.action])
        return Leg(CREDIT)

    async def _receiver(self, order: Order) -> str:
        """What fails here has opened nothing."""
        try:
            return await self.receiving.last4(order)
        except Declined:
            raise
        except BankFailure as failure:
            raise Unavailable(str(failure)) from None

    def _opening(self, order: Order, asked: Asked, last4: str) -> Opening:
        request = order.action in REQUESTS
        return Opening(
            asked, f"{self.bank}, to card •{last4}", self.links.url("return", order.op_id),
            REQUEST_LIFE_S if request else OWN_LIFE_S, REQUEST_TRIES if request else 1,
        )  # fmt: skip

    def _posted(self, order: Order, payment: Payment, details: Mapping[str, str]) -> Posted:
        """Whoever has an address can pay there and sees for whom, so neither stands in a column in clear."""
        own = order.action not in REQUESTS
        addresses = {"pay_link": payment.page if own else self.links.url("pay", order.op_id)}
        sealed = addresses if own else addresses | {"page": payment.page}
        return Posted(payment.payment_id, details=details, sealed=sealed)


def asked_of(order: Order) -> Asked:
    """The payment behind an order: its own, or that of the order whose money it delivers."""
    if order.amount is None:
        raise Unavailable("the order has no amount")
    return Asked(str(order.inputs.get("of") or order.reference), order.amount)
