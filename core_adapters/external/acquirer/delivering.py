"""Puts on a card what its payer's bank has reserved: one operation, two legs at two parties.

The bank credits the card (reference R); then the acquirer captures (R-C). It is posted when both have said yes. A bank
that says no ends it: the reservation is given up (R-V), or what was captured paid back (R-R), and only then is the
operation rejected. Both parties drop doubles by reference and remember a refusal, so the whole may be sent again.
Anything between leaves the outcome unknown, and the enquiry asks both.
"""

from dataclasses import dataclass

from core_adapters.external.acquirer.acquirer import Acquirer, Payment
from core_adapters.external.acquirer.receiving import Receiving
from core_adapters.external.acquirer.sessions import asked_of
from core_adapters.failures import BankFailure, Declined, Unclear
from core_adapters.ports import Order, Posted

CAPTURED, VOIDED, REFUNDED = "-C", "-V", "-R"  # behind the operation's reference
OURS_TO_TAKE = frozenset({"authorised", "captured"})


@dataclass(frozen=True, slots=True)
class Delivering:
    """Never void, for the payer's money is reserved: whatever is no yes and no no is unclear and goes on."""

    acquirer: Acquirer
    receiving: Receiving

    async def perform(self, order: Order) -> Posted:
        try:
            return await self._both_legs(order)
        except Declined:
            raise
        except BankFailure as failure:
            raise Unclear(f"the payer's money is reserved, and: {failure}") from None

    async def _both_legs(self, order: Order) -> Posted:
        payment = await self._payment(order)
        if payment.status not in OURS_TO_TAKE:
            return await self._too_late(order, payment)
        try:
            credited = await self.receiving.credit(order)
        except Declined:
            await self._give_back(order, payment)
            raise Declined("unavailable") from None
        try:
            await self.acquirer.capture(asked_of(order), order.reference + CAPTURED)
        except Declined as refusal:
            raise Unclear(f"the money is on the card, and the acquirer captures nothing: {refusal.code}") from None
        return credited

    async def enquire(self, order: Order) -> Posted | None:
        """None when a leg is still to be done: sending it all again does that, and nothing twice."""
        payment = await self._payment(order)
        try:
            credited = await self.receiving.credited(order)
        except Declined:
            if payment.status in OURS_TO_TAKE:
                return None  # the way back is still to be gone
            raise Declined("unavailable") from None
        if credited is None or payment.status != "captured":
            return None
        return credited

    async def _payment(self, order: Order) -> Payment:
        payment = await self.acquirer.find(asked_of(order))
        if payment is None:
            raise Unclear("the acquirer does not know a payment that it has told us of")
        return payment

    async def _too_late(self, order: Order, payment: Payment) -> Posted:
        """Nothing is reserved any more: not to be delivered, unless it was delivered before."""
        if await self.receiving.credited(order) is None:
            raise Declined("unavailable")
        raise Unclear(f"the money is on the card, and the payment is {payment.status}")

    async def _give_back(self, order: Order, payment: Payment) -> None:
        """What the bank refused for good goes back to the payer, once."""
        asked = asked_of(order)
        try:
            if payment.status == "captured":
                await self.acquirer.refund(asked, order.reference + REFUNDED)
            else:
                await self.acquirer.void(asked, order.reference + VOIDED)
        except BankFailure as failure:
            raise Unclear(f"the bank refused, and of the way back: {failure}") from None
