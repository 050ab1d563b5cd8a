"""Our customers as Fineract's clients, and their savings accounts: what a conversation calls a card here.

A client is found by our customer's id as its external id, else by the phone. An account that is not the customer's
own is not found.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core_adapters.failures import Missing, Refused, TurnedAway, Unavailable
from core_adapters.internal.fineract import amounts, schemas
from core_adapters.internal.fineract.exchange import Exchange
from core_adapters.ports import Directory
from core_adapters.validation import incoming
from flows.cards import CardNumber
from flows.money import Money

CUSTOMERS_LOCK = "Locked by the customer"  # the reason that our blocks carry, and by which they are known again
PHONES_MAX = 20  # clients whose phone contains another's digits


@dataclass(frozen=True, slots=True)
class Client:
    """A person at the bank; a transfer names the office as well."""

    client_id: int
    office_id: int


@dataclass(frozen=True, slots=True)
class Account:
    """A savings account. ``decimals`` is how many the core keeps of its currency."""

    account_id: int
    client_id: int
    number: str
    name: str
    holder: str
    balance: Money
    available: Money
    decimals: int
    active: bool
    pays_out: bool
    takes_in: bool
    by_customer: bool
    fee_unknown: bool

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def locked(self) -> bool:
        """Closed for payments out of it and nothing else, and by the customer: staff's own blocks are none."""
        return self.by_customer and not self.pays_out and self.takes_in


@dataclass(frozen=True, slots=True)
class Accounts:
    """Finds clients and accounts. Everything raises BankFailure."""

    exchange: Exchange
    directory: Directory

    async def client(self, customer_id: str) -> Client:
        """Raises Missing when the bank knows neither the id nor the phone."""
        if re.fullmatch(schemas.MARK, customer_id, re.ASCII) is None:
            raise Refused("a customer's id that cannot stand in an address")
        try:
            found = await self.exchange.ask(f"/v1/clients/external-id/{customer_id}", schemas.CLIENT)
        except Missing:
            return await self._by_phone(await self._phone(customer_id))
        return _client(found)

    async def office_of(self, client_id: int) -> int:
        found = await self.exchange.ask(f"/v1/clients/{client_id}", schemas.CLIENT)
        return _client(found).office_id

    async def all_of(self, customer_id: str) -> list[Account]:
        """The customer's active accounts, locked ones too; none for a customer that the bank does not know."""
        try:
            client = await self.client(customer_id)
        except Missing:
            return []
        listed = await self.exchange.ask(f"/v1/clients/{client.client_id}/accounts", schemas.ACCOUNTS)
        rows = [incoming(row, schemas.ACCOUNT_IN_LIST) for row in _rows(listed.get("savingsAccounts"))]
        active = [_number(row["id"]) for row in rows if _flag(row["status"], "active")]
        return [await self._account(f"/v1/savingsaccounts/{account_id}") for account_id in active]

    async def own(self, customer_id: str, account_id: str) -> tuple[Client, Account]:
        """One account of the customer's. Raises Missing for any other, whether it exists or not."""
        if re.fullmatch(r"[1-9][0-9]{0,17}", account_id, re.ASCII) is None:
            raise Missing("the customer has no such account")
        client = await self.client(customer_id)
        account = await self._account(f"/v1/savingsaccounts/{account_id}")
        if account.client_id != client.client_id:
            raise Missing("the customer has no such account")
        return client, account

    async def behind(self, card: CardNumber) -> Account:
        """The account that a card belongs to: its external id is the card's fingerprint. Raises Missing."""
        if re.fullmatch(schemas.MARK, card.fingerprint, re.ASCII) is None:
            raise Refused("a fingerprint that cannot stand in an address")
        return await self._account(f"/v1/savingsaccounts/external-id/{card.fingerprint}")

    async def _account(self, path: str) -> Account:
        return _account(await self.exchange.ask(path, schemas.ACCOUNT))

    async def _by_phone(self, phone: str) -> Client:
        digits = phone.removeprefix("+")
        body = {"request": {"text": digits}, "page": 0, "size": PHONES_MAX}
        listed = await self.exchange.ask_with("/v2/clients/search", body, schemas.FIND_CLIENT, schemas.FOUND_CLIENTS)
        rows = [incoming(row, schemas.FOUND_CLIENT) for row in _rows(listed["content"])]
        same = [row for row in rows if re.sub(r"\D", "", str(row.get("mobileNo") or "")) == digits]
        if len(same) > 1:
            raise TurnedAway("more than one client has the customer's phone")
        if not same:
            raise Missing("the bank knows no such client")
        return _client(same[0])

    async def _phone(self, customer_id: str) -> str:
        try:
            return (await self.directory.person(customer_id)).phone
        except LookupError:
            raise Missing("no such customer of ours") from None
        except Exception as error:
            raise Unavailable(f"the directory did not answer: {type(error).__name__}") from None


def _client(row: Mapping[str, object]) -> Client:
    return Client(_number(row["id"]), _number(row["officeId"]))


def _account(row: Mapping[str, object]) -> Account:
    currency, summary = _part(row["currency"]), _part(row["summary"])
    code, blocks = str(currency["code"]), _part(row.get("subStatus"))
    blocked = _flag(blocks, "block")
    balance = amounts.read(summary["accountBalance"], code)
    return Account(
        account_id=_number(row["id"]),
        client_id=_number(row["clientId"]),
        number=str(row["accountNo"]),
        name=str(row["savingsProductName"]),
        holder=str(row["clientName"]),
        balance=balance,
        available=amounts.read(summary["availableBalance"], code) if "availableBalance" in summary else balance,
        decimals=_number(currency["decimalPlaces"]),
        active=_flag(row["status"], "active"),
        pays_out=not (blocked or _flag(blocks, "blockDebit")),
        takes_in=not (blocked or _flag(blocks, "blockCredit")),
        by_customer=row.get("reasonForBlock") == CUSTOMERS_LOCK,
        fee_unknown=row.get("withdrawalFeeForTransfers") is not False,
    )


def _part(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _rows(value: object) -> list[dict[str, object]]:
    """The objects of a list; what is none of the kind fails its schema."""
    return [row if isinstance(row, dict) else {} for row in value] if isinstance(value, list) else []


def _flag(value: object, name: str) -> bool:
    return _part(value).get(name) is True


def _number(value: object) -> int:
    """A checked integer."""
    assert isinstance(value, int)
    return value
