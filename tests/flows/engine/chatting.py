"""A customer, a bank that answers from a table and a clock that is moved by hand, around the pure engine."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from flows.cards import CardNumber
from flows.effects import CancelTimer, Effect, Send, SetTimer, StartOperation
from flows.engine import Outcome, advance
from flows.events import BankEvent, Event, OperationSettled, TimerFired, Value
from flows.facts import Fact, Need
from flows.loader import load_brand, load_library
from flows.messages import Attachment, Contact, Content, EventType, InboundEvent, OutboundMessage, Sender, Text
from flows.model import Library
from flows.ports import Capabilities
from flows.session import Session

ROOT = Path(__file__).parents[3]
CONTENT = ROOT / "flows" / "content"
KEY = b"a key of at least sixteen bytes"
CONVERSATION = UUID("01980000-0000-7000-8000-000000000001")
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CARD_1111 = CardNumber("tok-1111", "1111", "visa", True, "fp-1111")
CARD_2222 = CardNumber("tok-2222", "2222", "visa", True, "fp-2222")
CARD_BAD = CardNumber("tok-9999", "9999", "visa", False, "fp-9999")
CARDS = {"4111111111111111": CARD_1111, "4222222222222222": CARD_2222, "4999999999999999": CARD_BAD}
EVERYDAY = {"id": "c1", "name": "Everyday", "last4": "4242", "currency": "UAH", "balance": "1000.00 UAH",
            "fingerprint": "fp-4242"}  # fmt: skip
SAVINGS = {"id": "c2", "name": "Savings", "last4": "5353", "currency": "UAH", "balance": "9000.00 UAH",
           "fingerprint": "fp-5353"}  # fmt: skip


@lru_cache(maxsize=1)
def library() -> Library:
    """The bank's own content under the sandbox brand."""
    loaded = load_library(CONTENT, load_brand(ROOT / "core_adapters" / "internal" / "sandbox" / "brand.yml"))
    assert loaded.library is not None, loaded.problems
    return loaded.library


@dataclass
class Bank:
    """What the world answers. ``reads`` is by operation; a text is an error code."""

    cards: list[dict[str, object]] = field(default_factory=lambda: [EVERYDAY])
    reads: dict[str, Mapping[str, object] | str] = field(
        default_factory=lambda: {
            "transfers.quote": {"fee": "0.00 UAH"},
            "accounts.balance": {"balance": "1000.00 UAH"},
            "access.has_password": "none_usable",
        }
    )
    customer: dict[str, object] = field(
        default_factory=lambda: {"name": "Anna", "has_active_card": True, "identified": False}
    )
    payees: Fact = field(default_factory=lambda: {"options": []})
    left_today: str | None = "50000.00 UAH"
    intents: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    degraded: bool = False
    asked: list[Need] = field(default_factory=list)

    def answer(self, need: Need) -> Fact:
        self.asked.append(need)
        match need.kind:
            case "choices":
                return self.payees if need.name.startswith("payees.") else {"options": self.cards}
            case "nlu":
                ranking = [{"intent": name, "confidence": sure} for name, sure in self._ranking(need.name)]
                return {"ranking": ranking, "degraded": self.degraded}
            case "read":
                known = self.reads[need.name]
                return {"error": known} if isinstance(known, str) else {"outputs": known}
        limits = dict.fromkeys(("transfer_left_today", "transfer_left_now", "new_payee_left"), self.left_today)
        return {"customer": self.customer, "limits": limits}.get(need.name, {})

    def _ranking(self, text: str) -> list[tuple[str, float]]:
        for words, ranking in self.intents.items():
            if words in text.casefold():
                return ranking
        return []


INTENTS = {
    "send": [("transfer_money", 0.95), ("top_up", 0.02)],
    "переказати": [("transfer_money", 0.95)],
    "balance": [("show_balance", 0.97)],
    "card please": [("open_card", 0.9)],
    "hello": [("greet", 0.99)],
    "money": [("transfer_money", 0.45), ("top_up", 0.42)],
}


class Chat:
    """One conversation, driven as the edge drives it: facts found, session stored as bytes, timers kept."""

    def __init__(
        self, *, level: str = "verified", bank: Bank | None = None, locale: str = "en", channel: str = "telegram",
        content: Library | None = None, capabilities: Capabilities | None = None,
    ) -> None:  # fmt: skip
        self.library = content or library()
        self.bank = bank or Bank(intents=dict(INTENTS))
        self.capabilities = capabilities
        self.now = START
        session = Session.new(CONVERSATION, channel, "chat-1", locale)
        if level != "guest":
            until = int((START + timedelta(hours=8)).timestamp() * 1000)
            session.customer_id, session.verified_until = "cust-1", until
            session.strong_until = until if level == "strong" else 0
        self.stored = session.to_json()
        self.timers: dict[str, datetime] = {}
        self.effects: list[Effect] = []
        self.all_effects: list[Effect] = []
        self.count = 0

    @property
    def session(self) -> Session:
        return Session.from_json(self.stored)

    @property
    def sent(self) -> list[OutboundMessage]:
        return [effect.message for effect in self.effects if isinstance(effect, Send)]

    @property
    def said(self) -> str:
        return "\n".join(message.text for message in self.sent).replace("\u00a0", " ")

    @property
    def operations(self) -> list[StartOperation]:
        return [effect for effect in self.effects if isinstance(effect, StartOperation)]

    @property
    def all_operations(self) -> list[StartOperation]:
        return [effect for effect in self.all_effects if isinstance(effect, StartOperation)]

    def run(self, event: Event) -> list[OutboundMessage]:
        facts: dict[Need, Fact] = {}
        for _ in range(30):
            outcome = advance(self.library, self.session, event, facts, KEY, self.capabilities)
            if isinstance(outcome, Outcome):
                break
            assert not set(outcome.needs) & set(facts), "a fact was asked for twice"
            facts |= {need: self.bank.answer(need) for need in outcome.needs}
        assert isinstance(outcome, Outcome)
        again = advance(self.library, self.session, event, facts, KEY, self.capabilities)
        assert again == outcome, "the same turn worked out again differs"
        self.stored = outcome.session.to_json()
        self.effects = list(outcome.effects)
        self.all_effects += self.effects
        for effect in self.effects:
            if isinstance(effect, SetTimer):
                self.timers[effect.timer] = effect.due
            elif isinstance(effect, CancelTimer):
                self.timers.pop(effect.timer, None)
        return self.sent

    def inbound(self, type_: EventType, **more: object) -> InboundEvent:
        event = InboundEvent(
            id=self.fresh_id(), channel="telegram", account="bot", dedupe_key=str(self.count), type=type_,
            conversation=CONVERSATION, address="chat-1", sender=Sender("u1"), occurred_at=self.now,
            received_at=self.now, message_id=f"m{self.count}",
        )  # fmt: skip
        return replace(event, **more)  # type: ignore[arg-type]

    def fresh_id(self) -> UUID:
        self.count += 1
        self.now += timedelta(seconds=1)
        return UUID(bytes=sha256(str(self.count).encode()).digest()[:16])

    def write(self, text: str) -> list[OutboundMessage]:
        return self.run(self.inbound(EventType.MESSAGE, content=text_of(text)))

    def send(self, content: Content, type_: EventType = EventType.MESSAGE) -> list[OutboundMessage]:
        return self.run(self.inbound(type_, content=content))

    def share_contact(self, phone: str = "+380501112233", *, own: bool = True) -> list[OutboundMessage]:
        return self.send(Contact(phone, own, "Anna", "Koval"), EventType.CONTACT_SHARED)

    def send_picture(self, size: int = 1000) -> list[OutboundMessage]:
        return self.send(Attachment("image", "file-1", "image/jpeg", size))

    def start(self, payload: str = "") -> list[OutboundMessage]:
        referral = {"payload": payload} if payload else {}
        return self.run(self.inbound(EventType.START, referral=referral))

    def button(self, title: str) -> str:
        """The payload of a button in the last messages."""
        for message in reversed(self.sent):
            for choice in message.choices:
                if choice.title == title:
                    return choice.id
        raise AssertionError(f"no button {title!r} in {[[c.title for c in m.choices] for m in self.sent]}")

    def tap(self, title: str) -> list[OutboundMessage]:
        return self.press(self.button(title))

    def press(self, payload: str) -> list[OutboundMessage]:
        return self.run(self.inbound(EventType.POSTBACK, payload=payload))

    def settle(
        self, operation: StartOperation | None = None, *, error: str | None = None, unknown: bool = False,
        outputs: Mapping[str, Value] | None = None,
    ) -> list[OutboundMessage]:  # fmt: skip
        done = operation or self.all_operations[-1]
        state = "unknown" if unknown else "failed" if error else "done"
        event = OperationSettled(
            self.fresh_id(), CONVERSATION, self.now, done.op_id, done.action, state,  # type: ignore[arg-type]
            dict(outputs or {}), error, dict(done.inputs),
        )  # fmt: skip
        return self.run(event)

    def bank_says(
        self, name: str, match: Mapping[str, Value], outputs: Mapping[str, Value] | None = None, outcome: str = "ok"
    ) -> list[OutboundMessage]:
        event = BankEvent(self.fresh_id(), CONVERSATION, self.now, name, dict(match), outcome, dict(outputs or {}))
        return self.run(event)

    def wait(self, span: timedelta) -> list[OutboundMessage]:
        """Let time pass; timers that come due fire in order."""
        until = self.now + span
        heard: list[OutboundMessage] = []
        while due := sorted((at, name) for name, at in self.timers.items() if at <= until):
            at, name = due[0]
            del self.timers[name]
            self.now = max(self.now, at)
            heard += self.run(TimerFired(UUID(int=self.count + 1), CONVERSATION, self.now, name))
            self.count += 1
        self.now = until
        return heard


def text_of(text: str) -> Text:
    """A text as the door makes it: card numbers replaced by tokens, in order of appearance."""
    found: list[tuple[int, CardNumber]] = []
    for digits, card in CARDS.items():
        for written in (digits, " ".join(digits[i : i + 4] for i in range(0, 16, 4))):
            if written in text:
                found.append((text.index(written), card))
                text = text.replace(written, card.placeholder.ljust(len(written), "\0"))
    ordered = tuple(card for _, card in sorted(found, key=lambda one: one[0]))
    return Text(text.replace("\0", ""), ordered)


def plain(effects: list[Effect]) -> str:
    """Effects as comparable text."""
    return json.dumps([repr(effect) for effect in effects])
