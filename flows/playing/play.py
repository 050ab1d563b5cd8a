"""One conversation played by hand: the real engine, a made-up bank and a clock that stands still until told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from flows.facts import Fact
from flows.messages import Choice
from flows.model import Library, Step
from flows.playing.bank import PlayBank
from flows.playing.commands import TYPED, NotUnderstood, duration, fields, line, tapped
from flows.ports import Capabilities
from flows.problems import did_you_mean
from flows.testing.chat import CannotPlay, Chat, Turned
from flows.testing.example_bank import ExampleBank
from flows.testing.expecting import written
from flows.testing.script import Case, Line, Person
from flows.testing.watching import Watch, watched
from flows.testing.world import NotStubbed, Understand

MEDIA = ("photo", "sticker", "document", "audio", "video")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a typed line: a turn of the bot, or ``notes`` of ours. ``wrong`` notes say what to type instead."""

    turned: Turned | None = None
    notes: tuple[str, ...] = ()
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    """A turn as it was done, with what can be expected of it when it is played again."""

    line: Line
    turned: Turned
    asks: str
    slots: dict[str, str]
    started: int


@dataclass(slots=True)
class Play:
    """A conversation. ``hear`` takes one typed line; ``turns`` are those that reached the bot.

    ``examples`` is the bank that the content's tests are written for, so that what is kept here passes there.
    ``meant`` is the real NLU, when it is asked: its answers are kept with the turns, so that a test needs none.
    """

    library: Library
    person: Person
    understand: Understand
    channel: Capabilities | None = None
    keep_meaning: bool = False
    examples: ExampleBank = field(default_factory=ExampleBank)
    bank: PlayBank = field(init=False)
    chat: Chat = field(init=False)
    turns: list[Played] = field(default_factory=list)
    _meant: str | None = None

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget the conversation."""
        watch = Watch()
        self.bank = PlayBank(self.library)
        case = Case("play", TYPED, self.person, {}, (), bank=self.examples)
        self.chat = Chat(watched(self.library, watch), case, watch, self._understood, self.channel, self.bank)
        self.turns = []

    def _understood(self, text: str, locale: str) -> Fact:
        fact = self.understand(text, locale)
        ranking = fact.get("ranking")
        if self.keep_meaning and ranking:
            self._meant = str(ranking[0]["intent"])
        return fact

    def start(self, flow: str) -> Reply:
        """Begin with a flow, as a customer would.

        Raises:
            NotUnderstood: for a flow that no customer can start by a word.
        """
        known = self.library.flows.get(flow)
        if known is None:
            raise NotUnderstood(f"there is no flow '{flow}'. {did_you_mean(flow, self.library.flows, self._flows())}")
        if known.starts_on.commands:
            return self.hear("/" + known.starts_on.commands[0].removeprefix("/"))
        if known.starts_on.intents and known.starts_on.examples:
            return self._turn(line("user", known.starts_on.examples[0], intent=known.starts_on.intents[0]))
        callers = [f.id for f in self.library.flows.values() if any(_goes_to(s, flow) for s in f.steps.values())]
        raise NotUnderstood(f"no word starts '{flow}'; it is reached from {', '.join(callers) or 'the menu only'}")

    def _flows(self) -> str:
        return f"There are {', '.join(self.library.flows)}"

    def hear(self, typed: str) -> Reply:
        """Do what was typed; what cannot be done changes nothing and says how it goes."""
        words = typed.strip().split()
        if not words:
            return Reply()
        try:
            if words[0].startswith("/") and words[0][1:] in _OURS:
                return _OURS[words[0][1:]](self, words[1:])
            return self._turn(self._said(typed.strip()))
        except (NotUnderstood, CannotPlay, NotStubbed) as error:
            return Reply(notes=(str(error),), wrong=True)

    def _said(self, typed: str) -> Line:
        if typed.startswith("//"):
            return line("user", typed[1:])
        choices = self.choices()
        choice = tapped(typed, choices, self.chat.session)
        if choice is None:
            return line("user", typed)
        titles = [one.title for one in choices]
        return line("tap", choice.title if titles.count(choice.title) == 1 else str(choices.index(choice) + 1))

    def choices(self) -> Sequence[Choice]:
        """The buttons of the last message that has any."""
        return next((shown.choices for shown in reversed(self.chat.history) if shown.choices), ())

    def _turn(self, said: Line) -> Reply:
        self._meant = None
        turned = self.chat.play(said)
        if self._meant is not None and said.intent is None:
            said = replace(said, intent=self._meant)
        top = self.chat.session.top
        question = top.question if top is not None and self.chat.session.offer is None else None
        asks = question.subject if question is not None and question.kind == "slot" else ""
        self.turns.append(Played(said, turned, asks, self.held(), len(self.chat.world.started)))
        return Reply(turned)

    def held(self) -> dict[str, str]:
        """What the open flows hold, as tests write it; what is masked is left out, but for a card's last digits."""
        found: dict[str, str] = {}
        for run in self.chat.session.stack:
            for name, value in run.slots.items():
                slot = self.library.slots.get(name)
                if slot is not None and slot.type not in ("code", "contact", "attachment"):
                    masked = slot.mask and slot.type != "card_number"
                    found[name] = "…" if masked else written(value)
        return found

    # what only we understand

    def _wait(self, words: list[str]) -> Reply:
        word = words[0] if words else ""
        return self._turn(line("wait", word, pause=duration(word)))

    def _event(self, words: list[str]) -> Reply:
        waited = next((r.waiting for r in reversed(self.chat.session.stack) if r.waiting is not None), None)
        bare = not words or "=" in words[0]
        if bare and waited is None:
            raise NotUnderstood("nothing is waited for; write /event and a name, such as /event cards.issued")
        name = waited.name if bare and waited is not None else words.pop(0)
        kind = self.library.catalogue.events.get(name)
        outcome = words.pop(0) if words and "=" not in words[0] else "ok"
        if kind is not None and outcome not in kind.outcomes:
            raise NotUnderstood(f"'{name}' has no outcome '{outcome}'; it has {', '.join(kind.outcomes)}")
        operation = self.library.catalogue.operations.get(name)
        outputs = kind.outputs if kind is not None else operation.outputs if operation is not None else {}
        said = fields(words)
        given = {**(self.bank.sample(outputs) if outcome in ("ok", "done") else {}), **said}
        return self._turn(line("event", name, outcome=outcome, outputs=given))

    def _fail(self, words: list[str]) -> Reply:
        operations = self.library.catalogue.operations
        if len(words) != 2:
            raise NotUnderstood("write /fail, an operation and an error: /fail transfers.execute unknown_result")
        name, error = words
        if name not in operations:
            raise NotUnderstood(
                f"there is no operation '{name}'. {did_you_mean(name, operations, ', '.join(operations))}"
            )
        known = operations[name]
        codes = dict.fromkeys((*known.errors, *known.soft_errors, "unavailable", "unknown_result"))
        if error not in codes:
            raise NotUnderstood(f"'{name}' never answers '{error}'; it may answer {', '.join(codes)}")
        self.bank.fail(name, error)
        return Reply(notes=(f"the next '{name}' will answer {error}",))

    def _secure(self, words: list[str]) -> Reply:
        if len(words) < 2:
            raise NotUnderstood("write /secure, a slot and its value")
        return self._turn(line("secure", {words[0]: " ".join(words[1:])}))

    def _contact(self, words: list[str]) -> Reply:
        return self._turn(line("send", {"contact": "foreign"} if words[:1] == ["foreign"] else "contact"))

    def _slots(self, _words: list[str]) -> Reply:
        held = self.held()
        width = max(map(len, held), default=0)
        return Reply(notes=tuple(f"{name:<{width}}  {value}" for name, value in held.items()) or ("nothing yet",))

    def _where(self, _words: list[str]) -> Reply:
        return Reply(notes=tuple(self.where()) or ("no flow is running",))

    def where(self) -> list[str]:
        """``flows/top_up.flow.yml:17  top_up › how_much``, the active flow first."""
        found = []
        for run in reversed(self.chat.session.stack):
            step = self.library.flows[run.flow].steps.get(run.step) if run.flow in self.library.flows else None
            if step is not None:
                found.append(f"{step.at.file}:{step.at.line}  {run.flow} › {run.step}")
        return found

    def _calls(self, _words: list[str]) -> Reply:
        given = self.bank.answers.items()
        rows = [f"{name}: {a.error or dict(a.outputs) or 'ok'}" for name, answers in given for a in answers]
        return Reply(notes=tuple(rows) or ("the bank was not asked anything",))

    def _new(self, _words: list[str]) -> Reply:
        self.begin()
        return Reply(notes=("a new conversation",))


def _goes_to(step: Step, flow: str) -> bool:
    return getattr(step, "flow", None) == flow


def _sends(kind: str) -> Callable[[Play, list[str]], Reply]:
    media = "image" if kind == "photo" else kind
    return lambda play, _words: play._turn(line("send", media))


_OURS: dict[str, Callable[[Play, list[str]], Reply]] = {
    "wait": Play._wait, "event": Play._event, "fail": Play._fail, "secure": Play._secure, "contact": Play._contact,
    "slots": Play._slots, "where": Play._where, "calls": Play._calls, "new": Play._new,
    **{kind: _sends(kind) for kind in MEDIA},
}  # fmt: skip
