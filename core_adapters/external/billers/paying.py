"""Pays a bill: one operation, two legs at two parties.

The bank takes the money off the card and puts it on the biller's account (reference R); then the biller is told to take
it in (R-B). Both drop doubles by reference, so the whole may be sent again: what was done stays done and the rest
follows. It is posted when both have said yes. A biller that says no ends it: the money is given back (R-R), and only
then is the operation rejected. Anything between leaves the outcome unknown, and the enquiry asks both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.external.billers.partner import Partner, Payment
from core_adapters.failures import BankFailure, Declined, TurnedAway, Unavailable, Unclear
from core_adapters.ports import BillDebits, Capability, Debited, Order, Posted, Progress, weakest

TOLD, RETURNED = "-B", "-R"  # behind the operation's reference: the biller's leg, and the way back
MOBILE = "mobile-vega"  # the operator that knows whose number it is


@dataclass(frozen=True, slots=True)
class Bill:
    """Whom an order pays: `utilities-water` is the provider `water` at the partner `utilities`."""

    biller: str
    partner: Partner
    payment: Payment


@dataclass(frozen=True, slots=True)
class BillPayments:
    """Satisfies core_adapters.ports.Performer."""

    partners: Mapping[str, Partner]
    debits: BillDebits
    name: ClassVar[str] = "billers"
    actions: ClassVar[frozenset[str]] = frozenset({"mobile.pay", "bills.pay"})

    @property
    def capability(self) -> Capability:
        return weakest([self.debits.capability, *(partner.capability for partner in self.partners.values())])

    async def perform(self, order: Order) -> Posted:
        bill = self._bill(order)
        try:
            return await self._both_legs(order, bill)
        except Declined as refusal:
            raise told_to(order, refusal) from None

    async def _both_legs(self, order: Order, bill: Bill) -> Posted:
        if order.attempt == 1:
            await self._must_be_known(bill)
        debited = await self.debits.debit(order, bill.biller)
        if debited.returned is not None:
            raise Declined(debited.returned)
        try:
            payment_id = await bill.partner.pay(bill.payment)
        except Declined as refusal:
            await self._give_back(order, refusal)
            raise
        except BankFailure as failure:
            raise Unclear(f"the money has left the card, and of the biller: {failure}") from None
        return _posted(debited, payment_id)

    async def enquire(self, order: Order) -> Posted | None:
        """None when a leg is still to be done: sending it all again does that, and nothing twice."""
        bill = self._bill(order)
        debited = await self.debits.debited(order, bill.biller)
        if debited is None:
            return None
        if debited.returned is not None:
            raise told_to(order, Declined(debited.returned))
        try:
            payment_id = await bill.partner.paid(bill.payment)
        except Declined:
            return None  # the way back is still to be gone
        return None if payment_id is None else _posted(debited, payment_id)

    async def progress(self, order: Order) -> Progress | None:  # noqa: ARG002 -- the shape all performers share
        """A posted bill is at its end."""
        return Progress("ok")

    async def _must_be_known(self, bill: Bill) -> None:
        """The account is looked at before any money moves; what fails here has touched nobody."""
        try:
            await bill.partner.account(bill.payment.provider, bill.payment.account)
        except (TurnedAway, Unclear) as failure:
            raise Unavailable(str(failure)) from None

    async def _give_back(self, order: Order, refusal: Declined) -> None:
        try:
            await self.debits.give_back(order, order.reference + RETURNED, refusal.code)
        except BankFailure as failure:
            raise Unclear(f"the biller refused, and of the way back: {failure}") from None

    def _bill(self, order: Order) -> Bill:
        if order.amount is None:
            raise Unavailable("the order has no amount")
        mobile = order.action == "mobile.pay"
        biller = MOBILE if mobile else str(order.inputs.get("biller"))
        account = str(order.inputs.get("phone" if mobile else "account"))
        partner, provider = split(self.partners, biller)
        return Bill(biller, partner, Payment(order.reference + TOLD, provider, account, order.amount))


def told_to(order: Order, refusal: Declined) -> Declined:
    """A refusal in a word of the order's own catalogue entry: a phone's number was looked up before the yes."""
    unknown = refusal.code == "account_unknown" and order.action == "mobile.pay"
    return Declined("unavailable") if unknown else refusal


def split(partners: Mapping[str, Partner], biller: str) -> tuple[Partner, str]:
    """The partner and the provider of a biller. Raises Unavailable when there is no such partner."""
    name, _, provider = biller.partition("-")
    if name not in partners or not provider:
        raise Unavailable("there is no such biller")
    return partners[name], provider


def _posted(debited: Debited, payment_id: str) -> Posted:
    details = {"at": debited.at} | ({"from_last4": debited.from_last4} if debited.from_last4 else {})
    return Posted(payment_id, details=details, fee=debited.fee)
