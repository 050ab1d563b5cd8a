"""The engine's workbench for one event: the session being changed, the facts at hand, the effects so far.

A turn that misses a fact stops with ``Missing``; it is thrown away and worked out again when the fact is there.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from flows import identifiers
from flows.cards import CardNumber
from flows.effects import Alert, CancelTimer, Effect, Send, SetTimer
from flows.events import Event
from flows.facts import Fact, Facts, Need
from flows.messages import InboundEvent, OutboundMessage
from flows.model import Flow, Library, Response, Slot
from flows.money import Money
from flows.ports import Capabilities
from flows.session import Question, Run, Session
from flows.values import Chosen, SlotValue

STEPS_PER_TURN_MAX = 50  # more than any honest flow takes between two questions
ANSWERED_KEPT = 12  # questions remembered for second taps
OPERATIONS_KEPT = 8
KEYBOARDS = frozenset({"request_phone", "request_location"})  # what a messenger draws in place of its keys
_CARD = ("token", "last4", "fingerprint")


class Missing(Exception):
    """The turn cannot go on before these needs are answered."""

    def __init__(self, *needs: Need) -> None:
        super().__init__("facts are missing")
        self.needs = needs


class QuestionFailed(Exception):
    """The bank could not answer a question that the flow has no branch for."""


class BrokenContent(Exception):
    """A flow would do what it must not; the checks should have found it. Nothing is done."""


class TooManySteps(Exception):
    """A flow ran in circles without waiting for anybody."""


class Turn:
    """One event being worked on. Everything here is forgotten when ``advance`` returns, but session and effects."""

    def __init__(
        self, library: Library, session: Session, event: Event, facts: Facts, key: bytes, channel: Capabilities | None
    ) -> None:
        self.library, self.session, self.event, self.facts, self.key = library, session, event, facts, key
        self.channel = channel
        self.locale = _spoken(library.brand.locales, session.locale)
        self.effects: list[Effect] = []
        self.at: datetime = event.received_at if isinstance(event, InboundEvent) else event.at
        self.now = identifiers.milliseconds(self.at)
        # A thread has ended, so an interrupted one may go on; ``quiet`` when it was not interrupted by the customer.
        self.resuming = False
        self.quiet = False
        # The customer's words were written before the confirm they now stand under was asked anew.
        self.early = False
        self._choices: dict[str, tuple[Chosen, ...]] = {}
        self._minted = 0
        self._messages = 0
        self._steps = 0

    def speak(self, locale: str) -> None:
        """Change the customer's language; what is said from here on is in it."""
        self.session.locale = locale
        self.locale = _spoken(self.library.brand.locales, locale)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The bank's time zone."""
        return _zone(self.library.brand.time_zone)

    def flow(self, run: Run) -> Flow:
        """The flow of a run."""
        return self.library.flows[run.flow]

    def slot(self, name: str) -> Slot:
        """An entry of slots.yml."""
        return self.library.slots[name]

    def count_step(self) -> None:
        """Raises TooManySteps past the guard."""
        self._steps += 1
        if self._steps > STEPS_PER_TURN_MAX:
            raise TooManySteps

    # Ids

    def mint(self, purpose: str) -> str:
        """A new id of the shape of a UUIDv7, the same each time this turn is worked out."""
        self._minted += 1
        seed = b"%s %d %s" % (self.event.id.bytes, self._minted, purpose.encode())
        return str(identifiers.uuid7(self.now, seed, self.key))

    def short_id(self, purpose: str) -> str:
        """A short id, unique in the conversation; goes into buttons."""
        self._minted += 1
        seed = b"%s %d %s" % (self.event.id.bytes, self._minted, purpose.encode())
        return identifiers.token(seed, self.key, 9)

    # Facts

    def fact(self, need: Need) -> Fact:
        """Raises Missing."""
        try:
            return self.facts[need]
        except KeyError:
            raise Missing(need) from None

    def choices(self, slot: Slot) -> tuple[Chosen, ...]:
        """What a choice slot may be set to right now.

        Raises:
            Missing, QuestionFailed.
        """
        if slot.source is None:
            return tuple(Chosen(option) for option in slot.options)
        if slot.source not in self._choices:
            self._choices[slot.source] = self._options(slot.source)
        return self._choices[slot.source]

    def _options(self, source: str) -> tuple[Chosen, ...]:
        fact = self.fact(Need("choices", source))
        if "error" in fact:
            raise QuestionFailed(str(fact["error"]))
        kinds = self.library.catalogue.sources.get(source, {})
        return tuple(
            Chosen(str(option["id"]), {name: typed(kinds.get(name, "text"), value) for name, value in option.items()})
            for option in fact["options"]
        )

    # Effects

    def send(self, message: OutboundMessage) -> None:
        """Send a message to the customer.

        A keyboard that asked for a contact or a place goes with the next plain message, and choices that a messenger
        leaves standing go with the first one after their question is answered.
        """
        if not message.text and not message.choices and message.picture is None:
            self.alert("empty_message", f"a response of {self.session.flow}.{self.session.step} has no words")
            return
        standing = self.channel is not None and self.channel.standing_choices
        if any(standing or choice.kind in KEYBOARDS for choice in message.choices):
            self.session.keyboard = True
        elif self.session.keyboard and not message.choices and not (standing and self._asks()):
            self.session.keyboard = False
            message = replace(message, remove_choices=True)
        self.effects.append(Send(message))

    def _asks(self) -> bool:
        top = self.session.top
        return self.session.offer is not None or (top is not None and top.question is not None)

    def message_key(self) -> str:
        """The idempotency key of the turn's next message."""
        self._messages += 1
        return f"{self.event.id}:{self._messages}"

    def alert(self, code: str, text: str) -> None:
        """Tell staff."""
        self.effects.append(Alert(code, text))

    def set_timer(self, name: str, due_ms: int) -> None:
        """Wake up at ``due_ms``; the same name moves the timer."""
        self.session.timers[name] = due_ms
        self.effects.append(SetTimer(name, identifiers.moment(due_ms)))

    def cancel_timer(self, name: str) -> None:
        """Forget a timer if it is set."""
        if self.session.timers.pop(name, None) is not None:
            self.effects.append(CancelTimer(name))

    # Small memory

    def close_question(self, run: Run | None, op_id: str = "") -> None:
        """The pending question is answered or passed; a later tap on it is stale, or asks about ``op_id``."""
        if run is not None and run.question is not None:
            self.remember_answer(run.question, op_id)
            run.question = None

    def close_offer(self) -> None:
        """The engine's own question is answered or passed."""
        if self.session.offer is not None:
            self.remember_answer(self.session.offer, "")
            self.session.offer = None

    def remember_answer(self, question: Question, op_id: str) -> None:
        """Keep what a question led to, for second taps."""
        self.session.answered = [*self.session.answered, (question.id, op_id)][-ANSWERED_KEPT:]

    def remember_operation(self, op_id: str, action: str, state: str) -> None:
        """Keep an operation's last known state."""
        others = [known for known in self.session.operations if known[0] != op_id]
        self.session.operations = [*others, (op_id, action, state)][-OPERATIONS_KEPT:]

    def operation_state(self, op_id: str) -> str | None:
        """``started``, ``done``, ``failed`` or ``unknown``; None when it is forgotten or never began."""
        return next((state for known, _, state in self.session.operations if known == op_id), None)

    def response(self, run: Run | None, name: str) -> Response | None:
        """A response of the run's flow, or of the system."""
        own = self.flow(run).responses.get(name) if run is not None else None
        return own or self.library.system.get(name)


def _spoken(locales: tuple[str, ...], wanted: str) -> str:
    """The customer's language if the bank speaks it (``uk`` for ``uk-UA``), otherwise the bank's first."""
    if wanted in locales:
        return wanted
    language = wanted.replace("_", "-").partition("-")[0]
    return language if language in locales else locales[0]


def typed(kind: str, raw: object) -> SlotValue:
    """A fact's JSON value as the catalogue types it; what does not fit is kept out as None."""
    if raw is None or kind == "money_list":
        return tuple(_money(str(item)) for item in raw) if isinstance(raw, list | tuple) else None
    if kind == "money":
        return _money(str(raw))
    if kind == "card_number":
        return _card(raw)
    return raw if isinstance(raw, str | int) else None


def _card(raw: object) -> CardNumber | None:
    """A card number as it crosses between rooms, without its digits."""
    if not isinstance(raw, Mapping) or not all(isinstance(raw.get(name), str) for name in _CARD):
        return None
    token, last4, mark = (str(raw[name]) for name in _CARD)
    return CardNumber(token, last4, str(raw.get("scheme") or ""), raw.get("luhn_ok") is True, mark)


def brand_limit(library: Library, name: str) -> SlotValue:
    """A limit that the brand itself fixes, as money."""
    raw = library.brand.limits.get(name)
    if raw is None:
        return None
    return _money(raw) if isinstance(raw, str) else tuple(_money(item) for item in raw)


@lru_cache(maxsize=1024)
def _money(literal: str) -> Money:
    return Money.parse(literal)


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
