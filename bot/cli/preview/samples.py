"""Every response of a flow as the message that the engine makes of it on one channel, with sample values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import get_args
from uuid import NAMESPACE_URL, uuid5

from bot.cli.preview.bank import CARDS, SampleBank
from bot.cli.preview.screen import ADDRESS
from channels import references
from flows import formats
from flows.asking import ask_confirm, ask_slot, may_take
from flows.effects import Send
from flows.facts import Fact, Need
from flows.messages import Choice, EventType, InboundEvent, OutboundMessage, Sender, Text
from flows.model import AuthLevel, Collect, Confirm, Flow, Library, Place, Response, Slot, Step
from flows.money import Money
from flows.ports import Capabilities
from flows.rendering import Drawn, compose, label, option_choice, plain_buttons, show, text_of
from flows.secure import ask_securely
from flows.session import Run, Session
from flows.speaking import engine_label, flow_title, say
from flows.testing.script import Person, TestFile
from flows.testing.world import BEGIN, World
from flows.turn import QuestionFailed, Turn, brand_limit
from flows.values import Chosen, SlotValue

SYSTEM = "system"  # the engine's own responses, as a flow of their own
KEY = b"a key that only previews sign by"
ID = uuid5(NAMESPACE_URL, "teller:flow-preview")
# These are not messages: titles of buttons and names of slots and flows inside other texts.
PARTS = ("label_", "slot_", "flow_")
PAGE_URL = "https://bank.example/page"
CHOSEN_MAX = 3  # flows between which the engine lets the customer choose
MEANT: Mapping[str, str] = {"first": "5000", "second": "50"}  # what an amount may mean
OFFERED: Mapping[str, tuple[str, ...]] = {
    "ask_to_resume": ("yes", "no"), "ask_to_continue": ("continue", "no"),
    "start_over_or_continue": ("continue", "over"),
}  # fmt: skip
SAID: Mapping[str, str] = {
    "hours": "08:00-22:00", "name": "Anna", "number": "C-1042", "max_length": "160", "max_mb": "10", "to": "•1111",
    "account": "1234567", "phone": "+380 50 111 22 33", "answer": "…", "card_last4": "4242", "day": "21.11.2026",
    "count": "2", "lines": "…",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """A response, and the message that it makes.

    ``asks_for`` is the slot that the channel may not take: a one-time page asks in the place of the response.
    """

    channel: str
    flow: str
    name: str
    at: Place
    message: OutboundMessage
    asks_for: str = ""


class _Facts(dict[Need, Fact]):
    """Facts that are found when they are asked for."""

    def __init__(self, world: World, locale: str) -> None:
        super().__init__()
        self._world, self._locale = world, locale

    def __missing__(self, need: Need) -> Fact:
        return self._world.answer(need, self._locale)


class Samples:
    """The messages of one channel in one language. ``files`` are the content's tests, whose bank answers here too."""

    def __init__(self, library: Library, files: list[TestFile], channel: Capabilities, locale: str) -> None:
        self._library, self._channel, self._locale = library, channel, locale
        self._bank = SampleBank(library, files, locale)
        cards = next((case.person.cards for file in files for case in file.cases if _has(case.person, locale)), ())
        strongest: AuthLevel = get_args(AuthLevel)[-1]
        person = Person("sample", strongest, locale, channel.channel, "Anna", identified=True, cards=cards or CARDS)
        self._world = World(library, person, self._bank, lambda _text, _locale: {}, ID)
        turn = self._turn("")
        self._options = {slot.name: _options(turn, slot) for slot in library.slots.values() if slot.type == "choice"}
        self._slots = self._bank.slots(self._options)

    def of(self, flow: str, response: str = "") -> Iterator[Sample]:
        """The responses of a flow in the order in which they are written, or the one that is named."""
        known = self._library.system if flow == SYSTEM else self._library.flows[flow].responses
        for name, one in known.items():
            if response not in ("", name) or (flow == SYSTEM and not response and name.startswith(PARTS)):
                continue
            turn, asks_for = self._turn(name), ""
            if flow == SYSTEM:
                turn.send(self._of_engine(turn, one))
            else:
                asks_for = self._of_flow(turn, self._library.flows[flow], one)
            for message in (effect.message for effect in turn.effects if isinstance(effect, Send)):
                yield Sample(self._channel.channel, flow, name, one.at, self._as_sent(message), asks_for)

    def _turn(self, name: str) -> Turn:
        now = BEGIN
        event = InboundEvent(
            id=uuid5(ID, name), channel=self._channel.channel, account="preview", dedupe_key=name,
            type=EventType.MESSAGE, conversation=ID, address=ADDRESS, sender=Sender(ADDRESS), occurred_at=now,
            received_at=now, content=Text("…"),
        )  # fmt: skip
        session = Session.new(ID, self._channel.channel, ADDRESS, self._locale, "preview")
        session.customer_id, session.level = "sample", "strong"
        return Turn(self._library, session, event, _Facts(self._world, self._locale), KEY, self._channel)

    def _of_flow(self, turn: Turn, flow: Flow, response: Response) -> str:
        """Say it as the step does that says it; the slot that a page asks for in its place, if one does."""
        step = next((step for step in flow.steps.values() if _says(step, response.name)), None)
        run = Run("sample", flow.id, step.id if step is not None else flow.first, slots=dict(self._slots))
        turn.session.stack.append(run)
        if isinstance(step, Confirm):
            ask_confirm(turn, run, step)
        elif isinstance(step, Collect):
            slot = turn.slot(step.slot)
            reason = "" if step.ask == response.name else text_of(turn, run, response)
            if not may_take(turn, slot):
                ask_securely(turn, run, step, slot, reason)
                return slot.name
            ask_slot(turn, run, step, reason)
        else:
            say(turn, run, response.name)
        return ""

    def _of_engine(self, turn: Turn, response: Response) -> OutboundMessage:
        """One of the engine's own, with the buttons that the engine gives it."""
        run = Run("sample", next(iter(self._library.flows)), "", slots=dict(self._slots))
        titles = self._offered(turn, response.name)
        own = plain_buttons(turn, response, lambda name: text_of_slot(turn, run, name))
        given = [option_choice(turn, "question", number, title) for number, title in enumerate(titles)]
        drawn = Drawn((*own, *given))
        if response.name in ("secure_link", "secure_only"):
            drawn = Drawn((Choice("page", label(turn, "label_open_form"), kind="form"),))
        return compose(turn, response, run, extra=_said(turn), drawn=drawn)

    def _offered(self, turn: Turn, name: str) -> list[str]:
        flows = [flow.id for flow in self._library.flows.values() if flow.starts_on.intents]
        match name:
            case "choose_language":
                return [formats.language_name(locale) for locale in self._library.brand.locales]
            case "clarify" | "clarify_again":
                return [flow_title(turn, flow) for flow in flows[:CHOSEN_MAX]] + [engine_label(turn, "else")]
            case "what_to_change":
                editable = (step.editable for flow in self._library.flows.values() for step in flow.steps.values()
                            if isinstance(step, Confirm))  # fmt: skip
                return [label(turn, f"slot_{slot}") for slot in max(editable, key=len, default=())]
        if name.startswith("ambiguous_"):
            said = _said(turn)
            return [said["first"]] if name.endswith("_one") else [said["first"], said["second"]]
        return [engine_label(turn, command) for command in OFFERED.get(name, ())]

    def _as_sent(self, message: OutboundMessage) -> OutboundMessage:
        """With the name that pages and long ids need, and an address behind each one-time page, as the bot sends it."""
        choices = tuple(replace(one, url=one.url or PAGE_URL) if one.kind == "form" else one for one in message.choices)
        return replace(message, choices=choices, ref=references.ref_of(ID))


def text_of_slot(turn: Turn, run: Run, name: str) -> str:
    """A slot's sample as a text shows it."""
    return show(turn, run, turn.library.slots.get(name), run.slots.get(name))


def _has(person: Person, locale: str) -> bool:
    return person.locale == locale and len(person.cards) > 1


def _says(step: Step, name: str) -> bool:
    if isinstance(step, Collect):
        return name == step.ask or any(name == reject.say for reject in step.reject)
    return name in (getattr(step, "response", ""), getattr(step, "tell", ""))


def _moves_money(library: Library, flow: Flow) -> bool:
    operations = (library.catalogue.operations.get(getattr(step, "action", "")) for step in flow.steps.values())
    return any(operation is not None and operation.effect == "irreversible" for operation in operations)


def _options(turn: Turn, slot: Slot) -> tuple[Chosen, ...]:
    try:
        return turn.choices(slot)
    except QuestionFailed:
        return ()


def _said(turn: Turn) -> dict[str, str]:
    """What the engine itself puts into its texts. Names of slots are left to the slots' samples."""
    flow = next((flow.id for flow in turn.library.flows.values() if _moves_money(turn.library, flow)), "")
    limits = {name: _limit(turn, f"transfer_{name}") for name in ("min", "max")}
    brand = turn.library.brand
    meant = {name: show(turn, None, None, Money.parse(f"{one} {brand.currency}")) for name, one in MEANT.items()}
    said = {**SAID, **limits, **meant, "currency": brand.currency, "flow": flow_title(turn, flow) if flow else "…"}
    return {name: text for name, text in said.items() if name not in turn.library.slots}


def _limit(turn: Turn, name: str) -> str:
    value: SlotValue = brand_limit(turn.library, name)
    return show(turn, None, None, value) if value is not None else "…"
