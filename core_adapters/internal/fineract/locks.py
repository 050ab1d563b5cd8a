"""Locking a card: the account behind it pays nothing out, and still takes money in.

Fineract's `block` would turn a salary away as well, and its `unblock` would lift a block that the bank itself has set,
so a customer's lock is `blockDebit` with a reason of its own, and only that is taken off again. A command that is
repeated under its key is answered as it was the first time, whatever has become of the account, so the account is
read after it.
"""

from dataclasses import dataclass

from core_adapters.failures import BankFailure, Declined, Unclear
from core_adapters.internal.fineract import amounts, schemas
from core_adapters.internal.fineract.accounts import CUSTOMERS_LOCK, Account, Accounts
from core_adapters.internal.fineract.exchange import Exchange
from core_adapters.internal.fineract.orders import nothing_sent_yet
from core_adapters.ports import Order, Posted

LOCK, UNLOCK = "cards.lock", "cards.unlock"
WRITTEN_IN = {"dateFormat": amounts.DATE_FORMAT, "locale": amounts.LOCALE}


@dataclass(frozen=True, slots=True)
class Locks:
    """`cards.lock` and `cards.unlock`."""

    exchange: Exchange
    accounts: Accounts

    async def perform(self, order: Order) -> Posted:
        locking = order.action == LOCK
        async with nothing_sent_yet(order):
            account = await self._account(order)
            if locking and not account.pays_out:
                raise Declined("already_locked")
            if not locking and not account.locked:
                raise Declined("refused")
        path = f"/v1/savingsaccounts/{account.account_id}?command={'blockDebit' if locking else 'unblockDebit'}"
        body = WRITTEN_IN | ({"reasonForBlock": CUSTOMERS_LOCK} if locking else {})
        sends = schemas.BLOCK if locking else schemas.UNBLOCK
        try:
            reply = await self.exchange.order(path, body, order.reference, sends, schemas.DONE)
        except Declined:
            raise Declined("unavailable" if locking else "refused") from None
        await self._see_to_it(order)
        return Posted(str(reply["resourceId"]), details={"last4": account.last4})

    async def enquire(self, order: Order) -> Posted | None:
        account = await self._account(order)
        return Posted(str(account.account_id)) if _as_wanted(order, account) else None

    async def _see_to_it(self, order: Order) -> None:
        """The account is as the command should have left it. Raises Unclear otherwise: the command has been sent."""
        try:
            account = await self._account(order)
        except BankFailure as failure:
            raise Unclear(f"the account could not be read after the command: {type(failure).__name__}") from None
        if not _as_wanted(order, account):
            raise Unclear("the account is not as the command should have left it")

    async def _account(self, order: Order) -> Account:
        _, account = await self.accounts.own(order.customer_id, str(order.inputs.get("card")))
        return account


def _as_wanted(order: Order, account: Account) -> bool:
    return account.pays_out is (order.action == UNLOCK)
