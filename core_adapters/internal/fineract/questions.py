"""The questions that Fineract answers: accounts, balances, what was booked, what a transfer would cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core_adapters.failures import Declined, Missing, Refused, TurnedAway
from core_adapters.internal.fineract.accounts import Account, Accounts
from core_adapters.internal.fineract.amounts import Calendar
from core_adapters.internal.fineract.lines import Booking, Lines, Side
from flows.cards import CardNumber
from flows.events import Value
from flows.money import Money, MoneyError

LINES_MAX = 10  # the catalogue's bound on `lines`
Answer = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Questions:
    """One method a question. Everything raises BankFailure; a Declined carries the catalogue's code."""

    accounts: Accounts
    lines: Lines
    calendar: Calendar

    async def options(self, customer_id: str, *, locked: bool) -> Answer:
        """`cards.list_active` and `cards.list_locked`."""
        listed = await self.accounts.all_of(customer_id)
        return {"options": [_option(account) for account in listed if _listed(account, locked)]}

    async def any_locked(self, customer_id: str) -> Answer:
        if not any(account.locked for account in await self.accounts.all_of(customer_id)):
            raise Declined("none_locked")
        return {}

    async def balance(self, customer_id: str, account_id: str) -> Answer:
        """What may be spent: the balance without what is held."""
        _, account = await self.accounts.own(customer_id, account_id)
        return {"balance": str(account.available)}

    async def face(self, customer_id: str, account_id: str) -> Answer:
        _, account = await self.accounts.own(customer_id, account_id)
        return {
            "card_id": str(account.account_id), "holder": account.holder, "last4": account.last4, "scheme": "",
            "expires": "", "currency": account.balance.currency, "tariff": account.name,
        }  # fmt: skip

    async def quote(self, customer_id: str, inputs: Mapping[str, Value], cards: Mapping[str, CardNumber]) -> Answer:
        """`transfers.quote`. Fineract tells no fee beforehand, so an account whose product takes one gets no quote."""
        try:
            amount, card = Money.parse(str(inputs["amount"])), cards["to"]
        except (KeyError, MoneyError) as problem:
            raise Refused(f"a quote needs an amount and a card: {type(problem).__name__}") from None
        _, payer = await self.accounts.own(customer_id, str(inputs.get("from")))
        if payer.fee_unknown:
            raise TurnedAway("the product takes a fee for transfers, which Fineract does not quote")
        if payer.available.currency != amount.currency or not payer.pays_out:
            raise Declined("unavailable")
        if payer.available < amount:
            raise Declined("insufficient_funds")
        try:
            payee = await self.accounts.behind(card)
        except Missing:
            raise Declined("recipient_blocked") from None
        if not (payee.active and payee.takes_in) or payee.balance.currency != amount.currency:
            raise Declined("recipient_blocked")
        return {"fee": str(Money(0, amount.currency))}

    async def recent(self, customer_id: str, account_id: str, span: str) -> Answer:
        """`statements.recent`: ``latest``, ``this_month`` or ``last_month``."""
        _, account = await self.accounts.own(customer_id, account_id)
        if span == "latest":
            booked = await self.lines.newest(account.account_id, LINES_MAX)
        else:
            booked = await self.lines.between(account.account_id, *_month(self.calendar.today(), span))
        if not booked:
            raise Declined("nothing_found")
        return {
            "lines": "\n".join(_line(side, booking) for side, booking in booked[:LINES_MAX]),
            "income": str(_sum(booked, "credit", account)),
            "spent": str(_sum(booked, "debit", account)),
            "statement_id": "",
        }


def _listed(account: Account, locked: bool) -> bool:
    return account.locked if locked else account.active and account.pays_out


def _option(account: Account) -> dict[str, str]:
    """One option. Fineract knows no card, so there is no fingerprint of one."""
    return {
        "id": str(account.account_id),
        "name": account.name,
        "last4": account.last4,
        "currency": account.balance.currency,
        "balance": str(account.available),
        "fingerprint": "",
    }


def _month(today: date, span: str) -> tuple[date, date]:
    first = today.replace(day=1)
    if span == "this_month":
        return first, today
    if span == "last_month":
        last = first - timedelta(days=1)
        return last.replace(day=1), last
    raise Refused("a span is latest, this_month or last_month")


def _line(side: Side, booking: Booking) -> str:
    """One booking without words, so that it reads in every language."""
    return f"{booking.day:%d.%m.%Y} {'+' if side == 'credit' else '−'}{booking.amount}"


def _sum(booked: Sequence[tuple[Side, Booking]], of: Side, account: Account) -> Money:
    return sum((booking.amount for side, booking in booked if side == of), start=Money(0, account.balance.currency))
