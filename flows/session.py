"""The state of one conversation between two turns, and its compact written form.

``advance`` works on a copy, so a session that somebody holds never changes under them.
"""

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from pydantic_core import from_json, to_json

from flows.events import BANK_EVENT, BankEvent
from flows.values import SlotValue, pack, unpack

FORMAT = 1

Via = Literal["start", "call", "auth", "link"]
Tongue = Literal["", "followed", "chosen"]


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked last and how it may be answered. ``options`` are commands, in the order they were drawn.

    ``kind`` is ``slot`` or ``confirm`` for a step's own question, otherwise the name of the engine's question
    (``resume``, ``continue``, ``clarify``, ``language``, ``again``, ``change``). ``subject`` is the slot and
    ``expects`` its type.
    """

    id: str
    kind: str
    subject: str = ""
    expects: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a confirm froze: the shown values, the operation they are for, and the hash the customer says yes to."""

    step: str
    op_id: str
    action: str
    hash: str
    expires: int
    values: dict[str, SlotValue] = field(repr=False)
    state: Literal["asked", "approved", "sent"] = "asked"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a run waits for: an operation's result or a bank event."""

    kind: Literal["operation", "event"]
    name: str
    op_id: str = ""
    match: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """One run of one flow.

    ``visits`` counts steps entered, so that (run, step, visit) is one occasion. ``asked`` are slots that were asked
    for, ``skipped`` those the customer passed over. ``sent``: an irreversible operation has begun. ``renewed``: an
    expired confirm was asked again since the customer last wrote.
    """

    id: str
    flow: str
    step: str
    via: Via = "start"
    slots: dict[str, SlotValue] = field(default_factory=dict, repr=False)
    visits: int = 0
    attempts: int = 0
    question: Question | None = None
    snapshot: Snapshot | None = None
    waiting: Waiting | None = None
    asked: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    sent: bool = False
    renewed: bool = False

    def copy(self) -> "Run":
        """A run of its own; values are never changed in place, so they may be shared."""
        return Run(
            self.id, self.flow, self.step, self.via, dict(self.slots), self.visits, self.attempts, self.question,
            self.snapshot, self.waiting, list(self.asked), list(self.skipped), self.sent, self.renewed,
        )  # fmt: skip


@dataclass(slots=True)
class Session:
    """One conversation. Times are milliseconds since 1970, UTC.

    ``stack`` holds the runs, the active one last. ``offer`` is a question of the engine itself and comes before the
    run's own. ``answered`` remembers recent questions with the operation each led to, for second taps. ``version`` is
    the content that the open runs began under; they finish under it. Empty when nothing is open. ``keyboard``: a button
    that asks for a contact hangs under the chat. ``album``: the last one of which a picture was heard. ``kept``: slots
    that outlive their run, by their ``retain``. ``unread_told``: when a message that nobody reads was last answered.
    ``phone`` and ``name`` are the sender's own, where the channel tells them with every message and answers for them.
    ``tongue`` is how ``locale`` came about: as the messenger told it, by what the customer writes, or as they chose.
    """

    conversation: UUID
    channel: str
    address: str
    locale: str
    account: str = ""
    customer_id: str | None = None
    verified_until: int = 0
    strong_until: int = 0
    level: str = "guest"
    stack: list[Run] = field(default_factory=list)
    offer: Question | None = None
    version: str = ""
    paused: bool = False
    heard: int = 0
    misses: int = 0
    degraded_told: bool = False
    with_people_until: int = 0
    keyboard: bool = False
    album: str = ""
    answered: list[tuple[str, str]] = field(default_factory=list)
    operations: list[tuple[str, str, str]] = field(default_factory=list)
    early: list[BankEvent] = field(default_factory=list)
    timers: dict[str, int] = field(default_factory=dict)
    kept: dict[str, SlotValue] = field(default_factory=dict, repr=False)
    unread_told: int = 0
    phone: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    tongue: Tongue = ""

    @classmethod
    def new(cls, conversation: UUID, channel: str, address: str, locale: str, account: str = "") -> "Session":
        """The session of a conversation that has not begun."""
        return cls(conversation, channel, address, locale, account)

    @property
    def top(self) -> Run | None:
        """The active run."""
        return self.stack[-1] if self.stack else None

    @property
    def flow(self) -> str | None:
        """The id of the active flow."""
        return self.stack[-1].flow if self.stack else None

    @property
    def step(self) -> str | None:
        """The id of the active flow's step."""
        return self.stack[-1].step if self.stack else None

    @property
    def expects(self) -> str | None:
        """The type of the slot that is being asked for, such as ``card_number``."""
        question = self.stack[-1].question if self.stack and self.offer is None else None
        return question.expects or None if question is not None else None

    def copy(self) -> "Session":
        """A session whose changes do not show in this one."""
        return Session(
            self.conversation, self.channel, self.address, self.locale, self.account, self.customer_id,
            self.verified_until, self.strong_until, self.level, [run.copy() for run in self.stack], self.offer,
            self.version, self.paused, self.heard, self.misses, self.degraded_told, self.with_people_until,
            self.keyboard, self.album, list(self.answered),
            list(self.operations), list(self.early), dict(self.timers), dict(self.kept), self.unread_told,
            self.phone, self.name, self.tongue,
        )  # fmt: skip

    def to_json(self) -> bytes:
        """The session as bytes; holds slot values, so it is stored sealed."""
        return to_json({
            "v": FORMAT,
            "c": str(self.conversation),
            "at": (self.channel, self.address, self.locale, self.account),
            "who": (self.customer_id, self.verified_until, self.strong_until, self.level),
            "st": [_pack_run(run) for run in self.stack],
            "of": _pack_question(self.offer),
            "n": (
                self.version, self.paused, self.heard, self.misses, self.degraded_told, self.with_people_until,
                self.keyboard, self.album,
            ),
            "an": self.answered,
            "op": self.operations,
            "ea": [BANK_EVENT.dump_python(event, mode="json") for event in self.early],
            "ti": self.timers,
            "ke": _pack_values(self.kept),
            "un": self.unread_told,
            "me": (self.phone, self.name),
            "la": self.tongue,
        })  # fmt: skip

    @classmethod
    def from_json(cls, raw: bytes) -> "Session":
        """Read what ``to_json`` wrote.

        Raises:
            ValueError: when it is no session, or one of a format this version does not know.
        """
        packed: Any = from_json(raw)
        if not isinstance(packed, dict) or packed.get("v") != FORMAT:
            raise ValueError("the stored conversation has a format that this version cannot read")
        channel, address, locale, account = packed["at"]
        customer_id, verified_until, strong_until, level = packed["who"]
        version, paused, heard, misses, degraded_told, with_people_until, keyboard, album = packed["n"]
        phone, name = packed.get("me", ("", ""))
        tongue = packed.get("la", "chosen")  # one that is older than this may have been chosen
        return cls(
            UUID(packed["c"]), channel, address, locale, account, customer_id, verified_until, strong_until, level,
            [_unpack_run(run) for run in packed["st"]], _unpack_question(packed["of"]),
            version, paused, heard, misses, degraded_told, with_people_until, keyboard, album,
            [(question, op_id) for question, op_id in packed["an"]],
            [(op_id, action, state) for op_id, action, state in packed["op"]],
            [BANK_EVENT.validate_python(event) for event in packed["ea"]], packed["ti"],
            _unpack_values(packed.get("ke", {})), packed.get("un", 0), phone, name, tongue,
        )  # fmt: skip


def _pack_question(question: Question | None) -> object:
    return None if question is None else (
        question.id, question.kind, question.subject, question.expects, question.options
    )  # fmt: skip


def _unpack_question(packed: list[Any] | None) -> Question | None:
    if packed is None:
        return None
    id_, kind, subject, expects, options = packed
    return Question(id_, kind, subject, expects, tuple(options))


def _pack_values(values: dict[str, SlotValue]) -> dict[str, object]:
    return {name: pack(value) for name, value in values.items()}


def _unpack_values(packed: dict[str, Any]) -> dict[str, SlotValue]:
    return {name: unpack(value) for name, value in packed.items()}


def _pack_run(run: Run) -> object:
    frozen, waiting = run.snapshot, run.waiting
    return (
        run.id, run.flow, run.step, run.via, _pack_values(run.slots), run.visits, run.attempts,
        _pack_question(run.question),
        None if frozen is None else (
            frozen.step, frozen.op_id, frozen.action, frozen.hash, frozen.expires, _pack_values(frozen.values),
            frozen.state,
        ),
        None if waiting is None else (waiting.kind, waiting.name, waiting.op_id, waiting.match),
        run.asked, run.skipped, run.sent, run.renewed,
    )  # fmt: skip


def _unpack_run(packed: list[Any]) -> Run:
    id_, flow, step, via, slots, visits, attempts, question, frozen, waiting, asked, skipped, sent, renewed = packed
    return Run(
        id_, flow, step, via, _unpack_values(slots), visits, attempts, _unpack_question(question),
        _unpack_snapshot(frozen), None if waiting is None else Waiting(*waiting), asked, skipped, sent, renewed,
    )  # fmt: skip


def _unpack_snapshot(packed: list[Any] | None) -> Snapshot | None:
    if packed is None:
        return None
    step, op_id, action, digest, expires, values, state = packed
    return Snapshot(step, op_id, action, digest, expires, _unpack_values(values), state)
