"""The bank's side of money from another bank's card: whose card it is, and the credit, which any wrapper may offer."""

from dataclasses import dataclass

from core_adapters.failures import Declined
from core_adapters.ports import Bank, Capability, Order, Posted, Question

CREDIT = "topups.credit"


def takes_money_in(bank: Bank) -> bool:
    """Whether a bank credits cards under our reference."""
    return CREDIT in bank.actions


@dataclass(frozen=True, slots=True)
class Receiving:
    """Everything raises BankFailure. The bank drops doubles by reference, so a refusal of a credit is for good."""

    bank: Bank

    @property
    def capability(self) -> Capability:
        return self.bank.capability

    async def last4(self, order: Order) -> str:
        """The last four digits of the customer's own card. Raises Declined when it would not take the amount."""
        told = await self.bank.ask(Question("cards.list_active", order.customer_id))
        options = told.get("options")
        for option in options if isinstance(options, list) else []:
            if option.get("id") == order.inputs.get("card"):
                return self._fitting(order, option)
        raise Declined("unavailable")

    def _fitting(self, order: Order, option: dict[str, str]) -> str:
        if order.amount is None or option["currency"] != order.amount.currency:
            raise Declined("unavailable")
        return option["last4"]

    async def credit(self, order: Order) -> Posted:
        """Put the amount on the card, once under the order's reference."""
        return await self.bank.perform(order)

    async def credited(self, order: Order) -> Posted | None:
        """What became of it; None when nothing was done under the reference. Raises Declined."""
        return await self.bank.enquire(order)
