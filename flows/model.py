"""The flow model: what the YAML means, read once and never changed.

The loader makes it, the checks look at it, the engine runs it. Nested branches are already flattened: every step
stands in ``Flow.steps`` under its id (a nameless one is called after its place, ``route.then.1``) and knows in
``after`` which step follows when it names no ``next``. ``END`` ends a flow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from flows.expressions import Expression

END = "END"
AuthLevel = Literal["guest", "verified", "strong"]
AUTH_ORDER: Mapping[str, int] = {"guest": 0, "verified": 1, "strong": 2}
SlotType = Literal[
    "money", "card_number", "choice", "text", "phone", "iban", "date", "period", "integer", "percent",
    "attachment", "url", "flag", "code", "contact",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: lines and columns count from 1, ``end_col`` is past the last character."""

    file: str
    line: int
    col: int
    end_col: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col}"


@dataclass(frozen=True, slots=True)
class Slot:
    """One entry of slots.yml."""

    name: str
    type: SlotType
    at: Place
    from_entity: str | None = None
    min: Expression | None = None
    max: Expression | None = None
    mask: bool = False
    retain: Literal["flow", "session", "forever"] = "session"
    optional: bool = False
    source: str | None = None
    label: str | None = None
    id: str | None = None
    options: tuple[str, ...] = ()
    max_length: int | None = None
    pattern: str | None = None
    accepts: tuple[str, ...] = ("text",)
    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    max_mb: int | None = None
    set_by: Literal["customer", "action"] = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What every kind of step has. ``next`` is as written; ``after`` is what follows without it."""

    id: str
    at: Place
    next: str | None = None
    after: str = END
    note: str = ""

    @property
    def follows(self) -> str:
        """The id of the step that comes next when nothing branches."""
        return self.next if self.next is not None else self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Step):
    """Send a response."""

    response: str


@dataclass(frozen=True, slots=True)
class Reject:
    """Why a value is not taken: when ``condition`` is true, ``say`` is the reason."""

    condition: Expression
    say: str
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect(Step):
    """Fill one slot."""

    slot: str
    ask: str
    reject: tuple[Reject, ...] = ()
    skip_if: Expression | None = None
    optional: bool = False
    ask_before_filling: bool = False
    max_attempts: int | None = None
    on_failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Step):
    """Freeze a snapshot of the shown slots and ask yes, no or change."""

    response: str
    show: tuple[str, ...]
    editable: tuple[str, ...] = ()
    expires_after: timedelta | None = None
    on_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Step):
    """Call a bank operation. ``inputs`` is input <- expression, ``save`` is slot <- output."""

    action: str
    inputs: Mapping[str, Expression] = field(default_factory=dict)
    save: Mapping[str, str] = field(default_factory=dict)
    on_error: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSlots(Step):
    """Set slots, or clear those whose value is None. A step that has a ``next`` alone is one that sets nothing."""

    values: Mapping[str, Expression | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class If(Step):
    """Branch. ``then`` and ``otherwise`` are ids; without an ``else`` the latter is the step's ``follows``."""

    condition: Expression
    then: str
    otherwise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Step):
    """Run a flow and come back. ``inputs`` is its slot <- expression, ``save`` is our slot <- its slot."""

    flow: str
    inputs: Mapping[str, Expression] = field(default_factory=dict)
    save: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Step):
    """Leave for another flow."""

    flow: str
    inputs: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Step):
    """Pause for a bank event or a time. ``match`` is field <- expression, ``save`` is slot <- output.

    ``wait: 20m`` has an empty ``event`` and a ``timeout``; without ``on_timeout`` the flow goes on as it follows.
    """

    event: str
    match: Mapping[str, Expression] = field(default_factory=dict)
    tell: str | None = None
    timeout: timedelta | None = None
    on_timeout: str | None = None
    on_event: Mapping[str, str] = field(default_factory=dict)
    save: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff(Step):
    """Give the chat to people."""

    queue: str
    reason: str = ""
    share: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in one locale: lines, or one text a CLDR plural category (then ``lines`` is empty)."""

    lines: tuple[str, ...] = ()
    plural: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Button:
    """A button as written. Exactly one of ``set``, ``url``, ``flow``, ``command`` and ``request`` says what it does.

    ``flow`` starts a flow (a menu button, never stale). ``request`` is ``phone`` or ``location``.
    """

    titles: Mapping[str, str]
    at: Place
    set: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None
    flow: str | None = None
    command: str | None = None
    request: Literal["phone", "location"] | None = None


@dataclass(frozen=True, slots=True)
class ImageUse:
    """A picture that goes with a response. ``values`` is template input <- slot or context name."""

    template: str
    values: Mapping[str, str]
    at: Place


@dataclass(frozen=True, slots=True)
class Response:
    """What the bot says. ``buttons`` is a list, or a word: ``confirm``, ``from_slot`` or a name of the context."""

    name: str
    at: Place
    texts: Mapping[str, Wording]
    buttons: tuple[Button, ...] | str = ()
    image: ImageUse | None = None
    count: str | None = None
    persona: Mapping[str, Mapping[str, Wording]] = field(default_factory=dict)
    channels: Mapping[str, Mapping[str, Wording]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FlowSettings:
    """``settings:`` of a flow."""

    expires_after: timedelta = timedelta(minutes=30)
    digressions: Literal["never", "resume_silently", "ask_to_resume"] = "ask_to_resume"
    max_attempts: int = 3
    when_published: Literal["finish_on_old", "migrate"] = "finish_on_old"
    migrate: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StartsOn:
    """What starts a flow. ``deep_links`` may end in ``*``."""

    intents: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    deep_links: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """One file of flows/*.flow.yml. ``order`` is the order of writing, ``first`` the step it begins with."""

    id: str
    title: str
    at: Place
    owner: str
    starts_on: StartsOn
    auth: AuthLevel
    flags: tuple[str, ...]
    settings: FlowSettings
    steps: Mapping[str, Step]
    order: tuple[str, ...]
    responses: Mapping[str, Response]

    @property
    def first(self) -> str:
        """The id of the first step."""
        return self.order[0]


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a bank operation. A ``shown`` one must have been seen by the customer in the confirm."""

    type: SlotType
    shown: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class BankOperation:
    """One operation of the catalogue.

    ``effect: none`` is answered inside the turn as a fact; the others run after the turn is saved and come back as
    ``OperationSettled``. ``sets_access``: its outputs ``customer_id`` and ``level`` become the conversation's.
    ``ends_access``: once it is done the conversation is nobody's.
    ``public``: its answer is the same for everybody, such as rates, so that a flow for guests may ask.
    ``own_accounts``: money goes from one account of the customer's to another, so no strong proof is needed.
    ``late_done`` and ``late_failed`` are system responses for an outcome that comes after the flow has gone on.
    A flow must handle every code of ``errors``; one of ``soft_errors`` it may: unhandled, the engine says the system
    response ``refused_<code>`` (or ``operation_refused``) and ends the flow.
    """

    name: str
    effect: Literal["none", "reversible", "irreversible"]
    provider: Literal["core_adapters", "customer_api"]
    inputs: Mapping[str, Input]
    outputs: Mapping[str, SlotType]
    errors: tuple[str, ...]
    soft_errors: tuple[str, ...] = ()
    timeout_s: int = 10
    idempotent: bool = True
    status: str | None = None
    sets_access: bool = False
    ends_access: bool = False
    public: bool = False
    own_accounts: bool = False
    late_done: str | None = None
    late_failed: str | None = None


@dataclass(frozen=True, slots=True)
class BankEventKind:
    """One event of the catalogue that a ``wait`` may wait for. ``late`` is a system response for a late one."""

    name: str
    match: Mapping[str, SlotType]
    outputs: Mapping[str, SlotType]
    outcomes: tuple[str, ...] = ("ok",)
    late: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that flows may ask of the bank. ``sources`` gives choice sources their fields, ``context`` the objects."""

    operations: Mapping[str, BankOperation]
    events: Mapping[str, BankEventKind]
    sources: Mapping[str, Mapping[str, SlotType]]
    context: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Brand:
    """The bank whose name, currency and limits the content runs under. Limits are money literals or lists of them.

    ``persona`` chooses ``formal`` or ``friendly`` wording where a response has such. ``people_hours`` is when people
    can take a chat, ``08:00-22:00`` where the bank is; empty for always.
    """

    name: str
    currency: str
    locales: tuple[str, ...]
    time_zone: str
    limits: Mapping[str, str | tuple[str, ...]]
    features: Mapping[str, bool]
    regions: tuple[str, ...] = ("UA",)
    persona: str = ""
    people_hours: str = ""


@dataclass(frozen=True, slots=True)
class Library:
    """One version of the content, with the catalogue and the brand it runs under.

    ``withdrawn`` are flows that nobody may start at present, and whose open runs are put aside.
    """

    flows: Mapping[str, Flow]
    slots: Mapping[str, Slot]
    system: Mapping[str, Response]
    catalogue: Catalogue
    brand: Brand
    version: str
    withdrawn: frozenset[str] = frozenset()
