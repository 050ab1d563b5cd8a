"""The world around one tested conversation: a bank that answers from stubs, a vault for cards, and a clock."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID, uuid5

from flows.cards import CardNumber
from flows.effects import StartOperation
from flows.entities import cards
from flows.events import OperationSettled, Value
from flows.facts import Fact, Need
from flows.model import Library, SlotType
from flows.testing import amounts
from flows.testing.script import Answer, Person, Stubs

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday morning
ACCESS = timedelta(hours=8)
OWN_CARDS = "cards.list_active"
UNKNOWN = "unknown_result"
Understand = Callable[[str, str], Fact]
State = Literal["done", "failed", "unknown"]


class NotStubbed(Exception):
    """A test came to an operation whose answer it does not say."""


class Bank(Protocol):
    """Who answers for the bank. ``known`` is what the person's own cards say of the question, if they do."""

    def answer(self, operation: str, known: Mapping[str, object] | None = None) -> Answer:
        """Raises NotStubbed."""
        ...


class Scripted:
    """A bank that answers as a test's stubs say; of several answers each call takes the next, the last one stays."""

    def __init__(self, library: Library, stubs: Stubs) -> None:
        self._library, self._stubs = library, stubs
        self._calls: dict[str, int] = {}

    def answer(self, operation: str, known: Mapping[str, object] | None = None) -> Answer:
        """The next answer.

        Raises:
            NotStubbed.
        """
        answers = self._stubs.get(operation)
        if answers:
            place = self._calls.get(operation, 0)
            self._calls[operation] = place + 1
            return answers[min(place, len(answers) - 1)]
        if known is not None:
            return Answer({name: str(value) for name, value in known.items()})
        kind = self._library.catalogue.operations.get(operation)
        if kind is not None and not kind.outputs and kind.effect != "none":
            return Answer()
        raise NotStubbed(f"the test does not say what '{operation}' answers; add it under 'stubs'")


class Vault:
    """Gives card numbers tokens, the same number the same token."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def taken_out(self, text: str) -> tuple[str, tuple[CardNumber, ...]]:
        """The text as the engine gets it, and the cards that were in it."""
        found: list[CardNumber] = []
        pieces, at = [], 0
        for span in cards.find(text):
            card = self.tokenise(span.digits, span.scheme, luhn_ok=span.luhn_ok)
            found.append(card)
            pieces += [text[at : span.start], card.placeholder]
            at = span.end
        return "".join([*pieces, text[at:]]), tuple(found)

    def tokenise(self, digits: str, scheme: str = "unknown", *, luhn_ok: bool = True) -> CardNumber:
        """A card number without its digits."""
        self.seen.append(digits)
        print_ = fingerprint(digits)
        return CardNumber(f"card_{print_[:12]}", digits[-4:], scheme, luhn_ok, print_)


def fingerprint(text: str) -> str:
    """Equal for equal numbers."""
    return hashlib.sha256(f"flow tests {text}".encode()).hexdigest()[:32]


def _shown(value: object) -> object:
    """A card as tests write it; it is asked about with its token."""
    return f"•{value['last4']}" if isinstance(value, dict) and "last4" in value else value


# When the limits of a fixture leave more, as a bank would say it.
FREE_AT = {"transfer_free_at": "22 November, 00:00", "new_payee_free_at": "22 November, 00:00"}


class World:
    """Answers what the engine asks. ``started`` are the operations with an effect, in order, each ``op_id`` once."""

    def __init__(
        self, library: Library, person: Person, bank: Bank, understand: Understand, conversation: UUID
    ) -> None:
        self._conversation = conversation
        self._library, self._person, self._bank, self.understand = library, person, bank, understand
        self.now = BEGIN
        self.vault = Vault()
        self.started: list[StartOperation] = []
        self.reads: list[tuple[str, Mapping[str, object]]] = []
        self.intent: str | None = None
        self.cards = [self._bank_card(card) for card in person.cards]

    def _bank_card(self, card: Mapping[str, str]) -> dict[str, object]:
        number = card.get("number", "")
        known: dict[str, object] = {
            "name": card.get("name", ""),
            "last4": number[-4:],
            "currency": self._library.brand.currency,
        }
        fields = self._library.catalogue.sources.get(OWN_CARDS, {})
        known |= self._literals({key: value for key, value in card.items() if key != "number"}, fields)
        return known | {"fingerprint": fingerprint(number or f"card {card.get('id')}")}

    def _literals(self, values: Mapping[str, str], kinds: Mapping[str, SlotType]) -> dict[str, str]:
        return amounts.literals(values, kinds, self._library.brand.currency)

    def answer(self, need: Need, locale: str) -> Fact:
        """The fact for a need.

        Raises:
            NotStubbed.
        """
        if need.kind == "nlu":
            if self.intent is not None:
                return {"ranking": [{"intent": self.intent, "confidence": 0.99}], "degraded": False}
            return self.understand(need.name, locale)
        if need.kind == "context":
            return self._context(need.name)
        if need.kind == "choices":
            return self._options(need.name, locale)
        return self._read(need, locale)

    def _options(self, source: str, locale: str) -> Fact:
        """The fixture's own cards, or what the test says that there is to choose from."""
        if source == OWN_CARDS:
            return {"options": self.cards}
        fields = self._library.catalogue.sources.get(source, {})
        try:
            answer = self._bank.answer(source)
        except NotStubbed:
            if any(slot.source == source and slot.type == "choice" for slot in self._library.slots.values()):
                raise
            return {"options": []}  # nothing to suggest
        if answer.error:
            return {"error": answer.error}
        told = [self._in_words(self._literals(one, fields), locale) for one in answer.options]
        return {"options": [{name: _as_sent(fields.get(name, "text"), one[name]) for name in one} for one in told]}

    def _context(self, name: str) -> Fact:
        person, brand = self._person, self._library.brand
        if name == "customer":
            return {"name": person.called, "identified": person.identified, "has_active_card": bool(self.cards)}
        if name == "feature":
            return {**brand.features, **person.features}
        per_day = brand.limits.get("transfer_per_day" if person.identified else "transfer_per_day_unidentified")
        left = per_day or brand.limits.get("transfer_max")
        own = amounts.of_limits(person.limits, brand.currency)
        rooms = dict.fromkeys(("transfer_left_today", "transfer_left_now", "new_payee_left"), left) if left else {}
        return {**brand.limits, **rooms, **FREE_AT, **own}

    def _read(self, need: Need, locale: str) -> Fact:
        inputs: dict[str, object] = json.loads(need.inputs)
        self.reads.append((need.name, {name: _shown(value) for name, value in inputs.items()}))
        answer = self._bank.answer(need.name, self._of_card(need.name, inputs))
        return {"error": answer.error} if answer.error else {"outputs": self.told(need.name, answer.outputs, locale)}

    def told(self, name: str, outputs: Mapping[str, str], locale: str) -> dict[str, Value]:
        """The outputs as the bank would send them: a stub is text, and a number or a flag of the catalogue is one.

        ``name`` is an operation or an event of the catalogue.
        """
        catalogue = self._library.catalogue
        known = catalogue.operations.get(name) or catalogue.events.get(name)
        kinds = known.outputs if known is not None else {}
        return {
            name: _as_sent(kinds.get(name, "text"), text)
            for name, text in self._in_words(self._literals(outputs, kinds), locale).items()
        }

    def _in_words(self, values: Mapping[str, str], locale: str) -> dict[str, str]:
        """Texts of the bank name amounts as the customer's language does."""
        brand = self._library.brand
        return {name: amounts.shown(text, brand, locale) for name, text in values.items()}

    def _of_card(self, operation: str, inputs: Mapping[str, object]) -> Mapping[str, object] | None:
        """What the fixture itself says of the card that is asked about, such as its balance."""
        card = next((card for card in self.cards if card.get("id") in inputs.values()), {})
        known = self._library.catalogue.operations.get(operation)
        if known is None or not known.outputs or any(name not in card for name in known.outputs):
            return None
        return {name: card[name] for name in known.outputs}

    def settle(self, effect: StartOperation) -> OperationSettled | None:
        """Run an operation; None when the same ``op_id`` has run already, for the bank does nothing twice.

        Raises:
            NotStubbed.
        """
        if any(one.op_id == effect.op_id for one in self.started):
            return None
        answer = self._bank.answer(effect.action)
        self.started.append(effect)
        state: State = "unknown" if answer.error == UNKNOWN else "failed" if answer.error else "done"
        return self.outcome(effect, state, self._outputs(effect, answer), answer.error)

    def outcome(
        self, effect: StartOperation, state: State, outputs: Mapping[str, Value], error: str | None = None
    ) -> OperationSettled:
        """The event that tells an operation's outcome. An unknown one may be followed by a second with another id."""
        self.now += timedelta(seconds=1)
        return OperationSettled(
            id=uuid5(effect.op_id, state), conversation=self._conversation, at=self.now, op_id=effect.op_id,
            action=effect.action, state=state, outputs=dict(outputs), error=error if state == "failed" else None,
            inputs=self._shown(effect),
        )  # fmt: skip

    def _shown(self, effect: StartOperation) -> dict[str, Value]:
        """The inputs that the customer saw, a card as ``•1111``: what the wrappers tell with an outcome."""
        known = {**effect.inputs, **{name: str(card) for name, card in effect.cards.items()}}
        wanted = self._library.catalogue.operations[effect.action].inputs
        return {name: value for name, value in known.items() if name in wanted and wanted[name].shown}

    def _outputs(self, effect: StartOperation, answer: Answer) -> dict[str, Value]:
        operation = self._library.catalogue.operations[effect.action]
        outputs = self.told(effect.action, answer.outputs, self._person.locale)
        if operation.sets_access and not answer.error:
            level = "strong" if operation.provider == "core_adapters" else "verified"
            granted: dict[str, Value] = {
                "customer_id": self._person.name, "level": level, "expires_at": (self.now + ACCESS).isoformat(),
            }  # fmt: skip
            outputs = granted | outputs
        return outputs


def _as_sent(kind: str, text: str) -> Value:
    """A stub's text as the catalogue types it."""
    if kind == "flag":
        return text == "true"
    return int(text) if kind == "integer" and text.isdecimal() else text
