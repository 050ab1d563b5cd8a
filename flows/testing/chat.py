"""Plays the turns of one test in one channel: messages and news go in as events, effects are performed at once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal, cast
from uuid import NAMESPACE_URL, UUID, uuid5

from flows import buttons
from flows.cards import CardNumber
from flows.effects import Alert as AlertEffect
from flows.effects import CancelTimer, Effect, HandOff, OpenForm, Send, SetTimer, StartOperation
from flows.engine import Outcome, advance
from flows.events import BankEvent, Event, FormSubmitted, OperationSettled, TimerFired, Value
from flows.facts import Fact, Need, Needs
from flows.messages import (
    Attachment,
    Choice,
    Contact,
    Content,
    EventType,
    InboundEvent,
    Location,
    OutboundMessage,
    Sender,
    Text,
)
from flows.model import Library
from flows.ports import Capabilities
from flows.session import Session
from flows.testing import amounts
from flows.testing.example_bank import ExampleBank
from flows.testing.meaning import Examples, by_examples
from flows.testing.script import Case, Line, Plain
from flows.testing.serving import Serving
from flows.testing.watching import Watch, watched
from flows.testing.world import ACCESS, BEGIN, Bank, Scripted, Understand, World

KEY = b"a key that only flow tests use.."
Media = Literal["image", "audio", "video", "document", "sticker"]
ASKS_MAX = 40  # facts of one turn; more is a question that is never answered
PHONE = "+380501112233"
PLACE = Location(50.45012, 30.52341)  # the middle of Kyiv


class CannotPlay(Exception):
    """A turn asks for something that cannot be done here; the text says what."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the customer got it, with the responses it was made of and the template of its picture."""

    text: str
    responses: tuple[str, ...]
    parts: tuple[str, ...]
    choices: tuple[Choice, ...]
    picture: str = ""


@dataclass(slots=True)
class Turned:
    """What a turn came to. ``steps`` are those that were entered; ``open_before`` and ``open_after`` flows."""

    line: Line
    open_before: tuple[str, ...]
    shown: list[Shown] = field(default_factory=list)
    handed: list[HandOff] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    steps: tuple[tuple[str, str], ...] = ()
    open_after: tuple[str, ...] = ()


class Chat:
    """One conversation from its beginning. ``world.started`` are all operations so far."""

    def __init__(
        self,
        library: Library,
        case: Case,
        watch: Watch,
        understand: Understand,
        channel: Capabilities | None,
        bank: Bank | None = None,
    ) -> None:
        library = _for(library, case)
        self.serving, self._case = Serving(library), case
        self._library, self._watch, self._channel = library, watch, channel
        name = channel.channel if channel is not None else case.person.channel or "chat"
        self._conversation = uuid5(NAMESPACE_URL, f"teller:flow-tests/{case.name}/{name}")
        self.world = World(library, case.person, bank or Scripted(library, case.stubs), understand, self._conversation)
        self.session = _session(self._conversation, name, case)
        self._count, self._seen, self._timers = 0, set[str](), dict[str, datetime]()
        self._history: list[Shown] = []
        self._questions: dict[str, tuple[str, ...]] = {}
        self._forms: list[OpenForm] = []
        self._held: list[OperationSettled] = []
        self._under_way: InboundEvent | None = None
        self._others = False
        self.kept: list[str] = []
        self._turned = Turned(Line("user", "", case.at), ())

    def play(self, line: Line) -> Turned:
        """Do what a line says, and all that follows from it.

        Raises:
            CannotPlay, flows.testing.world.NotStubbed.
        """
        self._turned = Turned(line, self._open())
        self._watch.steps.clear()
        self.world.intent = line.intent
        if line.do != "wait":
            self.world.now += timedelta(seconds=1)
        held, self._held = self._held, []
        _PLAYS[line.do](self, line)
        for event in held:
            self._deliver(event)
        self._turned.steps = tuple(self._watch.steps)
        self._turned.open_after = self._open()
        self._note_ways(line)
        return self._turned

    @property
    def history(self) -> Sequence[Shown]:
        """Every message so far."""
        return tuple(self._history)

    def _open(self) -> tuple[str, ...]:
        return tuple(run.flow for run in self.session.stack)

    # what a line may do

    def send_off(self, line: Line) -> None:
        """The customer sends a message now that ``play`` lets arrive later, with its id and its time of now.

        What is tapped is a button that the customer sees now.

        Raises:
            CannotPlay.
        """
        self.world.now += timedelta(seconds=1)
        self._under_way = _MESSAGES[line.do](self, line)

    def hear(self, line: Line) -> None:
        """A message of the customer's arrives: the one that was sent off before, or one that is sent now."""
        under_way = self._under_way if line.deliver == "reordered" else None
        if under_way is not None:
            self._under_way, event = None, replace(under_way, received_at=self.world.now)
        else:
            event = _MESSAGES[line.do](self, line)
        forms = len(self._forms)
        for _ in range(2 if line.deliver == "twice" else 1):
            self._deliver(event)
        cards = event.content.cards if isinstance(event.content, Text) else ()
        if cards and len(self._forms) > forms and self._forms[-1].slot_type == "card_number":
            self._submit(self._forms[-1], cards[0])

    def say(self, line: Line) -> InboundEvent:
        """A text of the customer's."""
        said = amounts.typed(_text(line.value), self._library.brand.currency)
        return self._message(EventType.MESSAGE, Text(*self.world.vault.taken_out(said)))

    def tap(self, line: Line) -> InboundEvent:
        """A button, by its title, its option, its number or what it sets."""
        wanted = _plain(amounts.shown(_text(line.value), self._library.brand, self.session.locale))
        for shown in reversed(self._history):
            for number, choice in enumerate(shown.choices, 1):
                if wanted in self._names(choice, number):
                    return self._press(choice)
        offered = [choice.title for shown in self._history[-1:] for choice in shown.choices]
        raise CannotPlay(
            f"there is no button '{_text(line.value)}'; the last message has {', '.join(offered) or 'none'}"
        )

    def _names(self, choice: Choice, number: int) -> set[str]:
        names = {_plain(choice.title), str(number)}
        press = buttons.read(choice.id, self._conversation, KEY) if choice.kind == "reply" else None
        if press is not None and press.kind == "question":
            command = self._questions.get(press.subject, ())[press.option]
            names |= {command.casefold(), command.rpartition(":")[2].casefold(), command.rpartition("=")[2].casefold()}
        elif press is not None:
            names.add(press.subject.casefold())
        return names

    def _press(self, choice: Choice) -> InboundEvent:
        if choice.kind == "url":
            raise CannotPlay(f"'{choice.title}' opens a page outside the chat")
        if choice.kind == "request_phone":
            return self._message(EventType.CONTACT_SHARED, Contact(PHONE, own=True))
        if choice.kind == "request_location":
            return self._message(EventType.MESSAGE, PLACE)
        return self._message(EventType.POSTBACK, None, payload=choice.id)

    def tell(self, line: Line) -> None:
        """News of the bank: an event of the catalogue, or the final outcome of an operation."""
        name = _text(line.value)
        if name in self._library.catalogue.operations:
            self._deliver(self._final(name, line))
            return
        if name not in self._library.catalogue.events:
            raise CannotPlay(f"the catalogue has no event and no operation '{name}'")
        waits = (run.waiting for run in reversed(self.session.stack) if run.waiting is not None)
        match = next((dict(waiting.match) for waiting in waits if waiting.name == name), {})
        outputs = self.world.told(name, line.outputs, self.session.locale)
        fields: dict[str, Value] = dict(line.match or match)
        id_ = self._id("event")
        event = BankEvent(id_, self._conversation, self.world.now, name, fields, line.outcome, outputs)
        self._turned.news.append(f"{name} {line.outcome}")
        for _ in range(2 if line.deliver == "twice" else 1):
            self._deliver(event)

    def _final(self, name: str, line: Line) -> OperationSettled:
        begun = next((one for one in reversed(self.world.started) if one.action == name), None)
        if begun is None:
            raise CannotPlay(f"'{name}' has not been started")
        if line.outcome in ("ok", "done"):
            return self.world.outcome(begun, "done", self.world.told(name, line.outputs, self.session.locale))
        return self.world.outcome(begun, "failed", {}, line.outcome)

    def give(self, line: Line) -> InboundEvent:
        """A contact, a place, a picture, a sticker, a file or a voice message."""
        kind = line.value if isinstance(line.value, str) else next(iter(line.value), "")
        said = line.value.get("contact", "") if isinstance(line.value, dict) else ""
        if kind == "contact":
            contact = Contact(PHONE, own=said != "foreign", first_name="Anna", last_name="Koval")
            return self._message(EventType.CONTACT_SHARED, contact)
        if kind == "location":
            return self._message(EventType.MESSAGE, PLACE)
        if kind in ("image", "sticker", "document", "audio", "video"):
            attachment = Attachment(cast("Media", kind), f"{kind}-{self._count}", size=100_000)
            return self._message(EventType.MESSAGE, attachment)
        known = "a contact, location, image, sticker, document, audio or video"
        raise CannotPlay(f"'send: {kind}' is not known; send {known}")

    def pause(self, line: Line) -> None:
        """Time goes by, and timers come due in their order."""
        until = self.world.now + line.pause
        while (first := min(self._due(until), default=None)) is not None:
            due, name = first
            self.world.now = max(self.world.now, due)
            del self._timers[name]
            self._deliver(TimerFired(self._id("timer"), self._conversation, self.world.now, name))
        self.world.now = until

    def publish(self, line: Line) -> None:
        """Another version becomes the live one; what is under way follows the rule of ``Serving``."""
        version = line.version
        if version is None or version.library is None:
            faults = version.faults if version is not None else ("it was not read",)
            raise CannotPlay(f"the version '{line.value}' cannot be published: {'; '.join(faults)}")
        self._others = True
        self.serving.publish(_for(watched(version.library, self._watch.apart()), self._case))
        if isinstance(self.world.understand, Examples):
            self.world.understand = by_examples(version.library)

    def fill(self, line: Line) -> None:
        """The secure page that was offered last for a slot."""
        for slot, value in line.value.items() if isinstance(line.value, dict) else ():
            form = next((form for form in reversed(self._forms) if form.slot == slot), None)
            if form is None:
                raise CannotPlay(f"no secure page was offered for '{slot}'")
            if form.slot_type == "attachment":
                self._submit(form, Attachment(cast("Media", str(value)), f"{value}-{self._count}", size=100_000))
                continue
            _, cards = self.world.vault.taken_out(str(value))
            self._submit(form, cards[0] if cards else str(value))

    def _submit(self, form: OpenForm, value: CardNumber | Attachment | str) -> None:
        cards = {form.slot: value} if isinstance(value, CardNumber) else {}
        files = {form.slot: value} if isinstance(value, Attachment) else {}
        values: dict[str, Value] = {form.slot: value} if isinstance(value, str) else {}
        self._deliver(
            FormSubmitted(self._id("form"), self._conversation, self.world.now, form.token, values, cards, files)
        )

    # how events go in

    def _id(self, purpose: str) -> UUID:
        self._count += 1
        return uuid5(self._conversation, f"{purpose} {self._count}")

    def _message(self, type_: EventType, content: Content | None, payload: str | None = None) -> InboundEvent:
        id_ = self._id("message")
        return InboundEvent(
            id=id_, channel=self.session.channel, account="tests", dedupe_key=str(id_), type=type_,
            conversation=self._conversation, address="chat", sender=Sender("customer"), occurred_at=self.world.now,
            received_at=self.world.now, message_id=str(self._count), content=content, payload=payload,
        )  # fmt: skip

    def _deliver(self, event: Event) -> None:
        """The door lets each event in once."""
        if str(event.id) in self._seen:
            return
        self._seen.add(str(event.id))
        outcome = self._advance(event)
        if self._turned.line.crash == "before_save":
            again = self._advance(event)
            if again.effects != outcome.effects or again.session.to_json() != outcome.session.to_json():
                raise CannotPlay("the same turn, worked out again after a crash, came to something else")
        self.session = Session.from_json(outcome.session.to_json())
        self._remember_questions()
        for settled in [result for effect in outcome.effects for result in self._perform(effect)]:
            if self._turned.line.deliver == "late":
                self._held.append(settled)
            else:
                self._deliver(settled)

    def _advance(self, event: Event) -> Outcome:
        facts: dict[Need, Fact] = {}
        library, session = self.serving.place(self.session)
        for _ in range(ASKS_MAX):
            outcome = advance(library, session, event, facts, KEY, self._channel)
            if not isinstance(outcome, Needs):
                return outcome
            for need in outcome.needs:
                facts[need] = self.world.answer(need, session.locale)
        raise CannotPlay("the flow asked for facts without end")

    def _remember_questions(self) -> None:
        open_ = [self.session.offer, *(run.question for run in self.session.stack)]
        self._questions |= {question.id: question.options for question in open_ if question is not None}

    def _perform(self, effect: Effect) -> Iterator[OperationSettled]:
        if isinstance(effect, Send):
            self._show(effect.message)
        elif isinstance(effect, StartOperation):
            yield from self._start(effect)
        elif isinstance(effect, SetTimer):
            self._timers[effect.timer] = effect.due
        elif isinstance(effect, CancelTimer):
            self._timers.pop(effect.timer, None)
        elif isinstance(effect, HandOff):
            self._turned.handed.append(effect)
        elif isinstance(effect, OpenForm):
            self._forms.append(effect)
        elif isinstance(effect, AlertEffect):
            self._turned.news.append(f"alert {effect.code}: {effect.text}")
        self.kept.append(repr(effect))

    def _start(self, effect: StartOperation) -> Iterator[OperationSettled]:
        times = 2 if self._turned.line.crash in ("after_save", "after_core") else 1
        for _ in range(times):
            settled = self.world.settle(effect)
            if settled is not None:
                self._turned.news.append(f"{effect.action}: {settled.error or settled.state}")
                yield settled

    def _show(self, message: OutboundMessage) -> None:
        text, responses, parts = self._watch.read(message.text)
        picture = message.picture.template if message.picture is not None else ""
        shown = Shown(text, responses, parts, message.choices, picture)
        self._history.append(shown)
        self._turned.shown.append(shown)

    def _due(self, until: datetime) -> list[tuple[datetime, str]]:
        return [(due, name) for name, due in self._timers.items() if due <= until]

    def _note_ways(self, line: Line) -> None:
        """Ways that only show in what came after: a wait that timed out, a collect that was given up."""
        steps = () if self._others else self._turned.steps  # they may be another version's
        for before, after in pairwise(steps):
            kind = "on_timeout" if line.do == "wait" else "on_failure"
            if before[0] == after[0]:
                self._watch.ways.add((kind, before[0], before[1], after[1]))


def _session(conversation: UUID, channel: str, case: Case) -> Session:
    session = Session.new(conversation, channel, "chat", case.person.locale, "tests")
    if case.person.auth != "guest":
        until = int((BEGIN + ACCESS).timestamp() * 1000)
        session = replace(session, customer_id=case.person.name, verified_until=until, level=case.person.auth)
        session.strong_until = until if case.person.auth == "strong" else 0
    return session


def _plain(text: str) -> str:
    """A title as it is compared: nobody types a no-break space."""
    return " ".join(text.casefold().split())


def _for(library: Library, case: Case) -> Library:
    """The library under the bank of the examples, with the fixture's own limits and features before it."""
    own = ExampleBank(case.person.limits, case.person.features)
    return replace(library, brand=own.over(case.bank.over(library.brand)))


def _text(value: Plain) -> str:
    if not isinstance(value, str):
        raise CannotPlay("a text stands here")
    return value


_PLAYS: dict[str, Callable[[Chat, Line], None]] = {
    "user": Chat.hear, "tap": Chat.hear, "send": Chat.hear, "event": Chat.tell, "wait": Chat.pause,
    "secure": Chat.fill, "publish": Chat.publish,
}  # fmt: skip
_MESSAGES: dict[str, Callable[[Chat, Line], InboundEvent]] = {"user": Chat.say, "tap": Chat.tap, "send": Chat.give}
