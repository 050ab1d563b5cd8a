"""The other side: a core with its own books, and a gateway for messages. Both do to a request what they are told to.

A core keeps its word: what it declares as its capability is how it behaves, and a request lands within the settle
bound or never. Everything else, a lost reply, a late landing, a no, silence, is a ``Fate``.
"""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bench.simulation.turns import Turns
from core_adapters.failures import Declined, TurnedAway, Unavailable, Unclear
from core_adapters.ports import Capability, Leg, Order, Posted, Progress
from flows.money import Money

Fate = Literal["ok", "slow", "refuse", "down", "turned away", "never arrives", "reply lost", "late", "hang", "broken"]
FATES: tuple[Fate, ...] = (
    "ok", "slow", "refuse", "down", "turned away", "never arrives", "reply lost", "late", "hang", "broken",
)  # fmt: skip
SETTLE_S = 8
CAPABILITIES: Mapping[str, Capability] = {
    "key": Capability("key", "none", SETTLE_S),
    "reference-dedup": Capability("reference-dedup", "by-our-ref", SETTLE_S),
    "enquiry": Capability("none", "by-our-ref", SETTLE_S),
    "none": Capability("none", "none", SETTLE_S),
}
ACTIONS = frozenset({"transfers.execute", "transfers.reverse", "cards.apply", "topups.create_request"})
FOLLOWED = frozenset({"cards.apply", "topups.create_request"})


@dataclass(frozen=True)
class Posting:
    """What the core has in its books under a reference."""

    action: str
    amount_minor: int
    fee_minor: int
    payer: str
    payee: str


@dataclass
class Core:
    """Satisfies core_adapters.ports.Performer. ``seen`` looks at our rows from outside when a request arrives."""

    turns: Turns
    capability: Capability
    fate: Callable[[Order], Fate]
    delay_ms: Callable[[], int]
    seen: Callable[[Order], Awaitable[None]]
    name: str = "core"
    books: dict[str, list[Posting]] = field(default_factory=lambda: defaultdict(list))
    pending: dict[str, int] = field(default_factory=dict)  # references that will land, and when
    refused: set[str] = field(default_factory=set)
    arrivals: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    down_until: int = 0
    patience: int = 1  # how often a card is not ready yet when somebody looks
    _orders: dict[str, Order] = field(default_factory=dict)

    async def perform(self, order: Order) -> Posted:
        await self.turns.pause("before the send")
        self.turns.nothing_held()
        await self.seen(order)
        fate = "down" if self._is_down else self.fate(order)
        self._outside(fate)
        if fate != "never arrives":
            self._arrive(order, fate)
        await self.turns.pause("after the send")
        return await self._reply(order, fate)

    async def enquire(self, order: Order) -> Posted | None:
        await self.turns.pause("before the enquiry")
        self.turns.nothing_held()
        fate = "down" if self._is_down else self.fate(order)
        self._outside("down" if fate == "down" else "ok")
        told = self._known(order)
        await self.turns.pause("after the enquiry")
        if fate in ("reply lost", "hang"):
            raise Unclear("the answer to the enquiry was lost")
        if told is None and order.reference in self.refused:
            raise Declined("insufficient_funds")
        return told

    async def progress(self, order: Order) -> Progress | Leg | None:
        await self.turns.pause("before asking how far it is")
        self.turns.nothing_held()
        if self._is_down:
            raise Unavailable("down")
        self.asked[order.reference] += 1
        ready = self.asked[order.reference] > self.patience
        await self.turns.pause("after asking how far it is")
        if order.action == "topups.create_request":
            return Leg("topups.credit") if ready else None
        return Progress("ok") if ready else None

    def land(self) -> None:
        """Whatever is due to land lands."""
        for reference, at in sorted(self.pending.items()):
            if at <= self.turns.now_ms:
                del self.pending[reference]
                self._post(self._orders[reference])

    @property
    def _is_down(self) -> bool:
        return self.turns.now_ms < self.down_until

    def _outside(self, fate: str) -> None:
        """What happens before the core has heard anything."""
        if fate == "down":
            raise Unavailable("down")
        if fate == "turned away":
            raise TurnedAway("HTTP 429")

    def _arrive(self, order: Order, fate: str) -> None:
        reference = order.reference
        self.arrivals[reference] += 1
        drops_doubles = self.capability.idempotency != "none"
        if drops_doubles and (self.books.get(reference) or reference in self.pending or reference in self.refused):
            return
        if fate == "refuse":
            self.refused.add(reference)
            return
        self._orders[reference] = order
        if fate in ("late", "hang", "slow"):
            self.pending[reference] = self.turns.now_ms + self.delay_ms()
        else:
            self._post(order)

    def _post(self, order: Order) -> None:
        amount = order.amount.minor if order.amount else 0
        fee = 500 if order.action == "transfers.execute" and amount % 3 == 0 else 0
        payee = order.cards["to"].token if "to" in order.cards else ""
        self.books[order.reference].append(Posting(order.action, amount, fee, str(order.inputs.get("from")), payee))

    async def _reply(self, order: Order, fate: str) -> Posted:
        if fate == "broken":
            raise RuntimeError("a mistake in a wrapper")
        if fate in ("never arrives", "reply lost", "late"):
            raise Unclear("no answer")
        if fate == "slow":
            await self.turns.pause("a slow answer", self.turns.now_ms + 15_000)
        if fate == "hang":
            await self.turns.pause("no answer at all", self.turns.now_ms + 3_600_000)
        told = self._known(order)
        if told is not None:
            return told
        if order.reference in self.refused:
            raise Declined("insufficient_funds")
        raise Unclear("still at work")

    def _known(self, order: Order) -> Posted | None:
        booked = self.books.get(order.reference)
        if not booked:
            return None
        fee = Money(booked[0].fee_minor, order.amount.currency) if order.amount else None
        link = {"pay_link": "https://pay.example/1"} if order.action == "topups.create_request" else {}
        return Posted(f"C{order.reference[-8:]}", link, {}, fee)


@dataclass
class Gateway:
    """Satisfies flows.ports.Sms; keeps what a phone has received."""

    turns: Turns
    fate: Callable[[], Fate]
    texts: dict[str, str] = field(default_factory=dict)
    latest: list[str] = field(default_factory=list)

    async def send(self, to: str, text: str, key: str) -> None:  # noqa: ARG002 -- the port's signature
        await self.turns.pause("before the message")
        self.turns.nothing_held()
        fate = self.fate()
        if fate == "down":
            raise Unavailable("down")
        if fate != "never arrives":
            self.texts[key] = text.split()[0]
        await self.turns.pause("after the message")
        if fate in ("never arrives", "reply lost", "hang"):
            raise Unclear("no answer")

    def code(self, op_id: object) -> str | None:
        """The newest code that one sending has brought."""
        found = [text for key, text in self.texts.items() if key.startswith(f"sca:{op_id}:")]
        return found[-1] if found else None
