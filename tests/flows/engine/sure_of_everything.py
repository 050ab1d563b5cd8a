"""A chat whose understanding is sure of whatever it is told to be, and whose bank has an answer to everything.

``agreed`` holds the operations to which the customer has said yes by answering the very question of their confirm: its
own button, or a text that is a yes while nothing else is being asked. Whether to disconnect the chat is a question with
two buttons of its own; ``leaves`` says that the one was tapped.
"""

import random
from collections.abc import Mapping
from datetime import timedelta

from chatting import EVERYDAY, KEY, SAVINGS, Bank, Chat, library

from core_adapters.operations.traits import ACTIONS
from flows import buttons
from flows.effects import StartOperation
from flows.entities import answers
from flows.events import Value
from flows.facts import Fact, Need
from flows.messages import Location
from flows.session import Question

INTENTS = sorted({intent for flow in library().flows.values() for intent in flow.starts_on.intents})
OPERATIONS = library().catalogue.operations
# What may not happen without a yes: money, what cannot be undone, what the bank's wrapper wants a snapshot for, and
# whose chat this is.
GUARDED = frozenset(
    {name for name, operation in OPERATIONS.items() if operation.effect == "irreversible"}
    | {name for name, traits in ACTIONS.items() if traits.needs_a_yes or traits.moves_money}
    | {"identity.unbind"}
)
LEAVE = "set:unbind_wish=unbind"
VALUES: Mapping[str, str] = {
    "money": "50", "card_number": "4111 1111 1111 1111", "phone": "+380501112233", "text": "vul. Sadova 5, Kyiv 01001",
    "code": "123456", "integer": "5", "percent": "5", "date": "31.12.2026", "period": "last month",
    "iban": "UA903052992990004149123456789",
}  # fmt: skip
OUTPUTS: Mapping[str, Value] = {
    "money": "10.00 UAH", "flag": False, "integer": 3, "percent": 3, "date": "2026-12-01", "text": "something",
    "url": "https://bank.example/page", "phone": "+380501112233",
}  # fmt: skip


class Generous(Bank):
    """Everything that is asked for is there, and ``sure`` is what each sentence means."""

    sure: tuple[tuple[str, float], ...] = ()

    def answer(self, need: Need) -> Fact:
        match need.kind:
            case "nlu":
                ranking = [{"intent": intent, "confidence": sure} for intent, sure in self.sure]
                return {"ranking": ranking, "degraded": False, "threshold": 0.0, "language": ""}
            case "choices":
                return {"options": [EVERYDAY, SAVINGS] if need.name == "cards.list_active" else _options(need.name)}
            case "read" if need.name not in self.reads:
                return {"outputs": typed(OPERATIONS[need.name].outputs)}
            case "context" if need.name == "feature":
                return dict.fromkeys(library().brand.features, True)
        return super().answer(need)


def typed(kinds: Mapping[str, str]) -> dict[str, Value]:
    """A value for each field."""
    return {name: OUTPUTS.get(kind, "something") for name, kind in kinds.items()}


def _options(source: str) -> list[dict[str, object]]:
    fields = library().catalogue.sources[source]
    return [{**typed(fields), "id": f"{source}-{n}", "name": f"Option {n}"} for n in (1, 2)]


class SureChat:
    """Drives one conversation and checks after each event that nothing has begun which nobody agreed to."""

    def __init__(self, seed: int, locale: str = "en", level: str = "strong") -> None:
        self.chance = random.Random(seed)
        self.bank = Generous(cards=[EVERYDAY, SAVINGS])
        self.chat = Chat(level=level, bank=self.bank, locale=locale)
        self.agreed: set[str] = set()
        self.done: list[str] = []
        self.settled = 0
        self.leaves = False

    def write(self, text: str, *sure: tuple[str, float]) -> None:
        """A sentence, and what the understanding takes it for."""
        self.bank.sure = sure
        top = self.chat.session.top
        if top is not None and self.chat.session.offer is None and answers.yes_or_no(text):
            self._agreed(top.question, "yes")
        self.chat.write(text)
        self._check()

    def press(self, payload: str) -> None:
        """A button, an old one maybe."""
        top = self.chat.session.top
        pressed = buttons.read(payload, self.chat.session.conversation, KEY)
        question = top.question if top is not None else None
        if pressed is not None and question is not None and pressed.subject == question.id:
            self._agreed(question, question.options[pressed.option])
        self.chat.press(payload)
        self._check()

    def reply(self, *, yes: bool) -> None:
        """An apt answer to whatever is being asked; to a confirm one that is no yes, unless ``yes``."""
        top = self.chat.session.top
        question = top.question if top is not None else None
        if question is None or self.chat.session.offer is not None:
            self._tap_some(yes=yes)
        elif question.kind == "confirm":
            self.write("yes" if yes else self.chance.choice(["hmm", "maybe later on", "yes of what exactly"]))
        elif question.expects == "contact":
            self.chat.share_contact()
            self._check()
        elif question.expects == "attachment":
            self.chat.send_picture()
            self._check()
        elif question.options and question.expects not in VALUES:
            self._tap_some(yes=yes)
        else:
            self.write(VALUES.get(question.expects, "50"))

    def settle(self) -> None:
        """The bank has done the last thing that was begun."""
        operations = self.chat.all_operations
        if len(operations) <= self.settled:
            return
        operation, self.settled = operations[-1], len(operations)
        outputs = typed(OPERATIONS[operation.action].outputs)
        if OPERATIONS[operation.action].sets_access:
            until = (self.chat.now + timedelta(hours=1)).isoformat()
            outputs |= {"customer_id": "cust-1", "level": "strong", "expires_at": until}
        self.chat.settle(operation, outputs=outputs)
        self._check()

    def share_place(self) -> None:
        """Where the customer is."""
        self.chat.send(Location(50.45, 30.52))
        self._check()

    def _tap_some(self, *, yes: bool) -> None:
        payloads = [choice.id for message in self.chat.sent for choice in message.choices if choice.kind == "reply"]
        fit = [payload for payload in payloads if yes or not self._is_yes(payload)]
        if fit:
            self.press(self.chance.choice(fit))
        else:
            self.write("hmm")

    def _is_yes(self, payload: str) -> bool:
        top = self.chat.session.top
        pressed = buttons.read(payload, self.chat.session.conversation, KEY)
        question = top.question if top is not None else None
        if pressed is None or question is None or pressed.subject != question.id:
            return False
        return question.options[pressed.option] in ("yes", LEAVE)

    def _agreed(self, question: Question | None, answer: str) -> None:
        top = self.chat.session.top
        if question is not None and question.kind == "confirm" and answer == "yes" and top.snapshot is not None:
            self.agreed.add(top.snapshot.op_id)
        self.leaves = self.leaves or answer == LEAVE

    def _check(self) -> None:
        for effect in self.chat.effects:
            if isinstance(effect, StartOperation):
                self.done.append(effect.action)
                if effect.action == "identity.unbind":
                    assert self.leaves, "disconnected without a wish to be"
                elif effect.action in GUARDED:
                    assert str(effect.op_id) in self.agreed, f"{effect.action} without a yes to its own confirm"
