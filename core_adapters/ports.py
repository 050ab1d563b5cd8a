"""What this room asks of others (people, the inbox of results) and what every bank wrapper offers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable
from uuid import UUID

from core_adapters.database import Connection
from flows.cards import CardNumber
from flows.events import BankEvent, OperationSettled, Value
from flows.money import Money


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as CustomerAPI knows them. ``full_name`` is that of the documents, empty before they are accepted.

    While a binding of theirs is new, ``watched_since`` is when the oldest such was made, and ``watched_until`` when
    the last of them is new no more.
    """

    phone: str
    first_name: str = ""
    last_name: str = ""
    full_name: str = ""
    identified: bool = False
    watched_since: datetime | None = None
    watched_until: datetime | None = None
    locale: str = "en"

    @property
    def name(self) -> str:
        """What they are called at the bank: as in their documents, else as they call themselves."""
        return self.full_name or f"{self.first_name} {self.last_name}".strip()

    def __repr__(self) -> str:
        return "Person(…)"


class Directory(Protocol):
    """Knows our customers."""

    async def person(self, customer_id: str) -> Person:
        """Raises LookupError when there is no such customer; other errors mean that it could not be asked."""
        ...


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a customer hears from us unasked, and whether they want to: ``day`` means not at night.

    ``conversation`` is their newest chat, None when they have none.
    """

    conversation: UUID | None
    wish: Literal["on", "day", "off"]
    locale: str = "en"


class Contacts(Protocol):
    """Knows in which chat a customer is, and which messages they have chosen."""

    async def reach(self, customer_id: str, kind: str) -> Reach:
        """Raises LookupError when there is no such customer; other errors mean that it could not be asked."""
        ...

    async def customer_with(self, phone: str) -> str | None:
        """The customer of ours who proved this phone; errors mean that it could not be asked."""
        ...


@dataclass(frozen=True, slots=True)
class CardOperation:
    """One thing that happened on a card, as its core tells it. ``amount`` is what moved, ``balance`` what is left.

    ``phone`` is the card holder's, ``place`` the shop or the machine, ``reference`` the core's name of the deal.
    """

    kind: Literal["purchase", "cash", "in", "out", "fee", "refund"]
    phone: str = field(repr=False)
    last4: str
    amount: Money
    balance: Money
    at: datetime
    place: str = ""
    reference: str = ""


@runtime_checkable
class TellsOfCards(Protocol):
    """A bank that says what happened on a card when it is asked by the name of its news."""

    async def card_operation(self, operation: str) -> CardOperation:
        """Raises Missing when there is no such thing, other BankFailures when it could not be asked."""
        ...


@dataclass(frozen=True, slots=True)
class Reward:
    """What a customer is owed for bringing a friend, or for having come as one."""

    id: UUID
    referral_id: UUID
    customer_id: str
    role: Literal["recommender", "newcomer"]
    amount: Money


class Newcomers(Protocol):
    """Knows who was brought by whom, and what is owed for it. Errors mean that it could not be asked."""

    async def used(self, customer_id: str, kind: str, amount: Money, at: datetime) -> None:
        """A customer has used a card; the same use again changes nothing."""
        ...

    async def due(self) -> Sequence[Reward]:
        """What is owed; each again, after a while, until it is settled."""
        ...

    async def settled(self, reward_id: UUID, refusal: str | None) -> None:
        """A reward was paid, or the bank has refused it."""
        ...


class ResultSink(Protocol):
    """Takes news for a conversation inside the transaction that makes it true."""

    async def announce(self, connection: Connection, event: OperationSettled | BankEvent) -> None: ...


@dataclass(frozen=True, slots=True)
class Capability:
    """What a core can be trusted with; retry, enquiry or hold are chosen from it.

    ``settle_bound_s``: after so many seconds a request that went out has landed or never will.
    """

    idempotency: Literal["key", "reference-dedup", "none"]
    enquiry: Literal["by-our-ref", "by-their-id", "none"]
    settle_bound_s: float

    @property
    def may_resend(self) -> bool:
        return self.idempotency != "none"

    @property
    def may_ask(self) -> bool:
        return self.enquiry == "by-our-ref"


def weakest(capabilities: list[Capability]) -> Capability:
    """What can be trusted when all of these take part."""
    return Capability(
        "reference-dedup" if all(one.may_resend for one in capabilities) else "none",
        "by-our-ref" if all(one.may_ask for one in capabilities) else "none",
        max(one.settle_bound_s for one in capabilities),
    )


@dataclass(frozen=True, slots=True)
class Order:
    """One operation as a wrapper gets it. ``core_id`` is the bank's own id when an answer has told it.

    ``proven``: the customer's code has approved it. ``locale`` is the language of the chat that asked for it.
    """

    op_id: UUID
    action: str
    reference: str
    customer_id: str
    inputs: Mapping[str, Value]
    cards: Mapping[str, CardNumber]
    amount: Money | None = None
    core_id: str | None = None
    attempt: int = 1
    proven: bool = False
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Posted:
    """The bank did it. ``outputs`` are the catalogue's; ``details`` what a receipt may show (last4, time).

    ``sealed`` are outputs, too, that must not stand in a column in clear, such as the address of a one-time page.
    """

    core_id: str
    outputs: Mapping[str, Value] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    fee: Money | None = None
    sealed: Mapping[str, Value] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of something posted that takes its time: ``outcome`` is one of the event's outcomes."""

    outcome: str
    outputs: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leg:
    """A posted order has come so far that an operation of its own begins: linked to it, and its end is the order's."""

    action: str


@dataclass(frozen=True, slots=True)
class Debited:
    """A bill has left the payer's card. ``returned`` is why it came back, None while it is with the biller."""

    fee: Money
    at: str
    from_last4: str = ""
    returned: str | None = None


class BillDebits(Protocol):
    """A bank's side of a bill, which drops doubles by reference. Everything raises BankFailure."""

    @property
    def capability(self) -> Capability: ...

    async def debit(self, order: Order, biller: str) -> Debited:
        """Take the amount and the fee off the card ``from``, once under the order's reference."""
        ...

    async def debited(self, order: Order, biller: str) -> Debited | None:
        """What became of it; None when nothing was taken under the reference."""
        ...

    async def give_back(self, order: Order, reference: str, code: str) -> None:
        """Give amount and fee back, once; ``code`` says why the biller refused."""
        ...

    async def fee(self, customer_id: str, card_id: str, biller: str, amount: Money) -> Money:
        """What the bank would take for it, and whether it would."""
        ...


Verdict = Literal["right", "wrong", "locked", "none"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a bank says of a typed password; ``none``: the customer has not set one."""

    verdict: Verdict
    tries_left: int


class Credentials(Protocol):
    """A bank that keeps PINs and passwords. What is typed crosses in letters that the bank alone can open.

    A letter is made for one reference and one card or holder. Everything raises BankFailure.
    """

    @property
    def settle_bound_s(self) -> float:
        """As of a Capability: what was sent longer ago and is not known there never will be."""
        ...

    async def key(self) -> str:
        """The public key that letters to the bank are sealed with."""
        ...

    async def holder(self, customer_id: str) -> str:
        """The customer as the bank calls them."""
        ...

    async def put(self, order: Order, letter: str) -> Posted:
        """Set a PIN or a password, once under the order's reference. Raises Declined when the bank does not take it."""
        ...

    async def kept(self, order: Order) -> Posted | None:
        """Whether one was set under the order's reference; None when the bank does not know it. Raises Declined."""
        ...

    async def check(self, holder: str, reference: str, letter: str) -> Checked:
        """Compare a password. It counts as a try, so it is asked once and never repeated here."""
        ...

    async def number(self, customer_id: str, card_id: str, reference: str, key: str) -> str:
        """A letter to the owner of ``key`` with the number and the expiry of one of the customer's cards."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the catalogue for one customer (None: a guest). ``locale`` is what its texts are in."""

    verb: str
    customer_id: str | None
    inputs: Mapping[str, Value] = field(default_factory=dict)
    cards: Mapping[str, CardNumber] = field(default_factory=dict)
    locale: str = "en"


class Answerer(Protocol):
    """Answers questions: a bank, or whoever else knows."""

    @property
    def questions(self) -> frozenset[str]:
        """The questions that it answers."""
        ...

    async def ask(self, question: Question) -> Mapping[str, object]:
        """Outputs of a question of the catalogue, or the options of a source. Raises BankFailure."""
        ...


class Performer(Protocol):
    """Performs operations: a bank, or whoever else acts on an order."""

    @property
    def name(self) -> str: ...

    @property
    def actions(self) -> frozenset[str]:
        """The operations of the catalogue that it performs."""
        ...

    @property
    def capability(self) -> Capability: ...

    async def perform(self, order: Order) -> Posted:
        """Do it once. Raises core_adapters.failures.BankFailure, whose class says what may be done next."""
        ...

    async def enquire(self, order: Order) -> Posted | None:
        """What became of an order, by its reference; None when unknown there. Raises Declined or BankFailure."""
        ...

    async def progress(self, order: Order) -> Progress | Leg | None:
        """How far a posted order has come; None while it is under way. Raises BankFailure."""
        ...


class Bank(Performer, Answerer, Protocol):
    """A bank's wrapper: performs operations and answers questions, `card` for the pictures among them."""

    async def register_webhook(self, url: str, secret: str) -> None:
        """Tell the bank where its events go. Raises BankFailure."""
        ...
