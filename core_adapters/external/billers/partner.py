"""The one shape of a partner: its providers, an account with one of them, a payment, and what became of it."""

from dataclasses import dataclass
from typing import Literal, Protocol

from core_adapters.ports import Capability
from flows.money import Money


@dataclass(frozen=True, slots=True)
class Provider:
    """One that can be paid at a partner."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its provider shows it to a payer. ``provider`` is a name, empty when it is not told."""

    owner: str
    due: Money
    asks_for: Literal["amount", "meter"]
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """What a partner is told to take in. ``reference`` is ours."""

    reference: str
    provider: str
    account: str
    amount: Money


class Partner(Protocol):
    """Everything raises core_adapters.failures.BankFailure; a Declined has a code in our words."""

    @property
    def capability(self) -> Capability: ...

    async def providers(self, query: str = "") -> list[Provider]:
        """Those whose name holds the words; all for none."""
        ...

    async def account(self, provider: str, number: str) -> Account:
        """Raises Declined("account_unknown")."""
        ...

    async def read_meter(self, provider: str, number: str, reading: int) -> Account:
        """Hand a reading in; the account as it is then. Raises Declined("reading_too_low")."""
        ...

    async def pay(self, payment: Payment) -> str:
        """Pay once; the partner's own id of the payment."""
        ...

    async def paid(self, payment: Payment) -> str | None:
        """The partner's id of what was paid under the reference; None when it knows none. Raises Declined."""
        ...
