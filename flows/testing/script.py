"""What a test file says, read once: people, the bank's answers, turns and what is expected of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from flows.model import AuthLevel, Library, Place
from flows.testing.amounts import Limits
from flows.testing.example_bank import ExampleBank

Do = Literal["user", "tap", "event", "send", "wait", "secure", "publish"]
MESSAGES: tuple[Do, ...] = ("user", "tap", "send")  # what a customer does; these may arrive in another order
Plain = str | tuple["Plain", ...] | Mapping[str, "Plain"]


@dataclass(frozen=True, slots=True)
class Person:
    """A fixture: who writes, and what the bank knows of them. ``limits`` and ``features`` go before the brand's."""

    name: str
    auth: AuthLevel = "verified"
    locale: str = "en"
    channel: str = ""
    called: str = ""
    identified: bool = False
    cards: tuple[Mapping[str, str], ...] = ()
    limits: Limits = field(default_factory=dict)
    features: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the fake bank answers: outputs, the options of a source of choices, or an error code."""

    outputs: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None
    options: tuple[Mapping[str, str], ...] = ()


# By operation or source of choices; of several answers each call takes the next, the last one stays.
Stubs = Mapping[str, tuple[Answer, ...]]


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing that must be so after a turn. ``times`` and ``inputs`` belong to ``action``."""

    kind: str
    value: Plain
    at: Place
    times: int | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the content that a test publishes. Without a library it cannot be: ``faults`` say why."""

    name: str
    library: Library | None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One turn: what is done, and what is expected then. ``intent`` tells the meaning where the NLU is stubbed.

    ``deliver`` is how it comes through the door. ``twice``: the door lets it in once. ``late``: the bank's answers to
    it come after the next turn. ``reordered``: the message is sent first and arrives after the next turn's message;
    the engine sees the two in the order in which they arrive, and each turn's expectations hold once its own message
    has arrived. Nothing is lost by it and nothing is done twice.
    """

    do: Do
    value: Plain
    at: Place
    expect: tuple[Expectation, ...] = ()
    intent: str | None = None
    crash: str | None = None
    deliver: str | None = None
    outcome: str = "ok"
    outputs: Mapping[str, str] = field(default_factory=dict)
    match: Mapping[str, str] | None = None
    pause: timedelta = timedelta()
    version: Version | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One test. It plays on every channel, or ``only_on`` those where what it is about can happen.

    With ``only_in`` it plays under banks with one of these currencies alone, for it is about their words or decimals.
    """

    name: str
    at: Place
    person: Person
    stubs: Stubs
    lines: tuple[Line, ...]
    only_on: tuple[str, ...] = ()
    only_in: tuple[str, ...] = ()
    bank: ExampleBank = field(default_factory=ExampleBank)


@dataclass(frozen=True, slots=True)
class TestFile:
    """One file of tests/*.test.yml."""

    __test__ = False  # the name is staff's; it is no test of ours

    file: str
    flow: str
    cases: tuple[Case, ...]


def in_order_of_arrival(lines: tuple[Line, ...]) -> Iterator[tuple[Line, Line | None]]:
    """The lines as they arrive, each with the line whose message was sent just before it and arrives after it."""
    overtaken: Line | None = None
    for line in lines:
        if line.deliver == "reordered" and overtaken is None:
            overtaken = line
            continue
        yield line, overtaken
        if overtaken is not None:
            yield overtaken, None
        overtaken = None
