"""Orders that move money: a transfer between two savings accounts, and the deposit that a top-up ends in.

Each is posted once under our reference as its key. What is found before that is a refusal only on the first attempt:
later on, an earlier one may have landed, and only Fineract itself can say what became of it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from core_adapters.failures import Declined, Missing, TurnedAway, Unavailable, Unclear
from core_adapters.internal.fineract import amounts, refusals, schemas
from core_adapters.internal.fineract.accounts import Account, Accounts
from core_adapters.internal.fineract.amounts import Calendar
from core_adapters.internal.fineract.exchange import Exchange
from core_adapters.internal.fineract.lines import Booking, Lines
from core_adapters.ports import Order, Posted
from flows.money import Money

SAVINGS = 2  # Fineract's number for a savings account among the kinds of accounts
CARD_PAYMENT = 1  # the payment type that deposits are booked under; types are numbered by the bank, from 1
PURPOSE_MAX = 140
UNDONE = "unavailable"  # the bank has taken it back: nothing is owed, and the customer may try again


@asynccontextmanager
async def nothing_sent_yet(order: Order) -> AsyncIterator[None]:
    """What fails in here leaves this attempt unsent; a no that we find ourselves counts for the first attempt only."""
    try:
        yield
    except (TurnedAway, Unclear) as failure:
        raise Unavailable(str(failure)) from None
    except Declined:
        if order.attempt > 1:
            raise Unavailable("an earlier attempt may have landed") from None
        raise


def amount_of(order: Order) -> Money:
    """The order's amount, which the catalogue demands for every order that has one."""
    if order.amount is None:
        raise Unavailable("the order has no amount")
    return order.amount


def same_currency(account: Account, amount: Money) -> None:
    """Raises Declined: Fineract books a number without its currency, in whatever the account is kept in."""
    if account.balance.currency != amount.currency:
        raise Declined("unavailable")


@dataclass(frozen=True, slots=True)
class Transfers:
    """From an account of the customer's to the account behind a card."""

    exchange: Exchange
    accounts: Accounts
    calendar: Calendar

    async def perform(self, order: Order) -> Posted:
        amount = amount_of(order)
        async with nothing_sent_yet(order):
            client, payer = await self.accounts.own(order.customer_id, str(order.inputs.get("from")))
            same_currency(payer, amount)
            if not (payer.active and payer.pays_out):
                raise Declined("unavailable")
            payee = await self.payee(order, amount)
            office = await self.accounts.office_of(payee.client_id)
        body = {
            "fromOfficeId": client.office_id, "fromClientId": client.client_id,
            "fromAccountType": SAVINGS, "fromAccountId": payer.account_id,
            "toOfficeId": office, "toClientId": payee.client_id,
            "toAccountType": SAVINGS, "toAccountId": payee.account_id,
            "transferDate": amounts.said(self.calendar.today()),
            "transferAmount": amounts.written(amount, payer.decimals),
            "transferDescription": _description(order),
            "dateFormat": amounts.DATE_FORMAT, "locale": amounts.LOCALE,
        }  # fmt: skip
        try:
            reply = await self.exchange.order(
                "/v1/accounttransfers", body, order.reference, schemas.TRANSFER, schemas.DONE
            )
        except Declined as refusal:
            raise refusals.of_a_transfer(refusal) from None
        return Posted(
            str(reply["resourceId"]), details={"at": self.calendar.now().isoformat(), "from_last4": payer.last4}
        )

    async def payee(self, order: Order, amount: Money) -> Account:
        """The account that the money goes to. Raises Declined when it cannot take it."""
        try:
            payee = await self.accounts.behind(order.cards["to"])
        except Missing:
            raise Declined("recipient_blocked") from None
        if not (payee.active and payee.takes_in) or payee.balance.currency != amount.currency:
            raise Declined("recipient_blocked")
        return payee

    async def enquire(self, order: Order) -> Posted | None:
        amount = amount_of(order)
        _, payer = await self.accounts.own(order.customer_id, str(order.inputs.get("from")))
        lines = Lines(self.exchange)
        found = await lines.marked(payer.account_id, "debit", amount, payer.decimals, order.reference)
        return _posted(found, {"from_last4": payer.last4})


@dataclass(frozen=True, slots=True)
class Deposits:
    """The second leg of a top-up: the money that an acquirer has taken is booked on the customer's account."""

    exchange: Exchange
    accounts: Accounts
    calendar: Calendar

    async def perform(self, order: Order) -> Posted:
        amount = amount_of(order)
        async with nothing_sent_yet(order):
            _, account = await self.accounts.own(order.customer_id, str(order.inputs.get("card")))
            same_currency(account, amount)
        body = {
            "transactionDate": amounts.said(self.calendar.today()),
            "transactionAmount": amounts.written(amount, account.decimals),
            "paymentTypeId": CARD_PAYMENT, "receiptNumber": order.reference,
            "dateFormat": amounts.DATE_FORMAT, "locale": amounts.LOCALE,
        }  # fmt: skip
        path = f"/v1/savingsaccounts/{account.account_id}/transactions?command=deposit"
        try:
            reply = await self.exchange.order(path, body, order.reference, schemas.DEPOSIT, schemas.DONE)
        except Declined:
            raise Declined("unavailable") from None
        return Posted(
            str(reply["resourceId"]), details={"at": self.calendar.now().isoformat(), "to_last4": account.last4}
        )

    async def enquire(self, order: Order) -> Posted | None:
        amount = amount_of(order)
        _, account = await self.accounts.own(order.customer_id, str(order.inputs.get("card")))
        lines = Lines(self.exchange)
        found = await lines.marked(account.account_id, "credit", amount, account.decimals, order.reference)
        return _posted(found, {"to_last4": account.last4})


def _posted(found: Booking | None, details: dict[str, str]) -> Posted | None:
    if found is None:
        return None
    if found.reversed:
        raise Declined(UNDONE)
    return Posted(found.core_id, details=details)


def _description(order: Order) -> str:
    """Our reference first: an enquiry finds the transfer by it."""
    purpose = " ".join(str(order.inputs.get("purpose") or "").split())[:PURPOSE_MAX]
    return f"{order.reference} {purpose}".rstrip()
