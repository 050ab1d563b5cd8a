"""What people do in a run: customers tap, mistype and tap again, clerks take back and decide. All of it is drawn."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from bench.simulation.world import CARDS, CONVERSATION, Process, World
from core_adapters.operations.resolving import Outcome
from flows.cards import CardNumber
from flows.confirming import snapshot_hash
from flows.effects import StartOperation

STEP_UP_FROM = 500  # hryvnias; what the bank's brand says
A_DAY_LATER_MS = 3_600_000  # or rather when the core's books have long stopped moving


@dataclass(order=True)
class Happening:
    """Something that happens outside at a time. ``n`` keeps the order of those at one time."""

    at: int
    n: int
    do: Callable[[], Any] = field(compare=False)


@dataclass
class People:
    """Everybody outside."""

    world: World
    dice: random.Random
    happenings: list[Happening] = field(default_factory=list)
    _n: int = 0

    def later(self, ms: int, do: Callable[[], Any]) -> None:
        """Have something happen so many milliseconds from now."""
        self._n += 1
        self.happenings.append(Happening(self.world.turns.now_ms + ms, self._n, do))
        self.happenings.sort()

    def come(self, at: int) -> None:
        """A customer wants something."""
        who = self.dice.choice(("anna", "boris"))
        kind = self.dice.choices(("transfer", "card", "top-up"), (8, 1, 1))[0]
        if kind == "card":
            self._taps(self._order("cards.apply", {"tariff": "basic"}, who), at)
        elif kind == "top-up":
            inputs = {"card": f"{who}-1", "amount": self._amount()}
            self._taps(self._order("topups.create_request", inputs, who), at)
        else:
            self._transfer(who, at)

    def decide(self, op_id: UUID, reference: str, core: str) -> None:
        """Two clerks find out what became of an operation on hold; some are hasty, some alone, some wrong."""
        books = self.world.core.books

        def truth() -> Outcome:
            return "posted" if books.get(reference) or core != self.world.core.name else "rejected"

        def propose(who: str) -> None:
            self._somewhere("propose", lambda p: p.resolving.propose(op_id, truth(), who, "looked it up"))

        def confirm(who: str, wrongly: bool = False) -> None:
            other: Outcome = "rejected" if truth() == "posted" else "posted"
            self._somewhere("confirm", lambda p: p.resolving.confirm(op_id, other if wrongly else truth(), who))

        at = A_DAY_LATER_MS + self.dice.randrange(60_000)
        self.later(at, lambda: propose("olha"))
        if self.dice.random() < 0.5:
            self.later(at + 9, lambda: propose("ivan"))
        self.later(at + 1_000, lambda: confirm("OLHA"))
        self.later(at + 2_000, lambda: confirm("petro", wrongly=True))
        for n in range(1, 5):  # until it is done, whatever dies meanwhile
            self.later(at + 60_000 * n, lambda: propose("olha"))
            for _ in range(self.dice.choice((1, 2))):
                self.later(at + 60_000 * n + 30_000, lambda: confirm("petro"))

    def _transfer(self, who: str, at: int) -> None:
        inputs = {"from": f"{who}-1", "amount": self._amount(), "purpose": "lunch"}
        start = self._order("transfers.execute", inputs, who, self.dice.choice(CARDS))
        if int(inputs["amount"].split(".")[0]) >= STEP_UP_FROM:
            at = self._step_up(start, at)
        self._taps(start, at)
        if self.dice.random() < 0.15:  # another body under the same id
            other = replace(start, inputs=inputs | {"amount": "1.01 UAH"})
            self.later(at + 1_500, lambda: self._tap(other))
        for _ in range(self.dice.choice((0, 0, 0, 0, 1, 2))):
            self.later(at + self.dice.randrange(5_000, 90_000), lambda: self._take_back(start.op_id))

    def _step_up(self, start: StartOperation, at: int) -> int:
        """A code is sent and typed, sometimes wrongly; when the tap may come."""
        subject = {"for_op": str(start.op_id), "snapshot_hash": start.snapshot_hash}
        asked = self._order("sca.send_code", dict(subject), str(start.customer_id))
        self._taps(asked, at)
        at += self.dice.randrange(2_000, 20_000)
        for _ in range(self.dice.choice((1, 1, 1, 2, 4))):
            right = self.dice.random() < 0.8
            checked = self._order("sca.check_code", dict(subject), str(start.customer_id))
            self.later(at, lambda checked=checked, right=right: self._type(asked, checked, right))  # type: ignore[misc]
            at += self.dice.randrange(500, 5_000)
        return at

    def _type(self, asked: StartOperation, checked: StartOperation, right: bool) -> None:
        code = self.world.gateway.code(asked.op_id) if right else None
        typed = replace(checked, inputs=checked.inputs | {"code": code or "0000"})
        for _ in range(self.dice.choice((1, 1, 2))):
            self._tap(typed)

    def _taps(self, start: StartOperation, at: int) -> None:
        for _ in range(self.dice.choice((1, 1, 2, 3))):
            self.later(at + self.dice.choice((0, 0, 50, 3_000, 60_000)), lambda: self._tap(start))

    def _tap(self, start: StartOperation) -> None:
        self._somewhere(f"tap {start.op_id.hex[-4:]}", lambda p: p.desk.start(start, CONVERSATION))

    def _take_back(self, op_id: UUID) -> None:
        self._somewhere("take back", lambda p: p.reversing.begin(op_id, "staff olha", "asked for"))

    def _somewhere(self, what: str, ask: Callable[[Process], Any]) -> None:
        """In one of the processes that live; nowhere, when none does."""
        if self.world.processes:
            process = self.world.processes[self.dice.choice(sorted(self.world.processes))]
            self._n += 1
            self.world.spawn(process, f"{what} {self._n}", ask(process))

    def _order(self, action: str, inputs: dict[str, Any], who: str, to: CardNumber | None = None) -> StartOperation:
        op_id = UUID(int=self.dice.getrandbits(128), version=4)
        cards = {"to": to} if to else {}
        mark = None if action.startswith("sca.") else snapshot_hash(op_id, inputs, cards)
        return StartOperation(op_id, action, "core_adapters", inputs, cards, who, "telegram", "run", "pay", mark)

    def _amount(self) -> str:
        whole = self.dice.choice((1, 20, 150, 499, 500, 900, 12_000, 29_999, 30_001))
        return f"{whole}.{self.dice.randrange(100):02d} UAH" if whole < 29_999 else f"{whole}.00 UAH"
