"""Runs test files on channels, and writes down what failed with the chat that led there."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from flows.checks.names import responses_of
from flows.model import Library, Place
from flows.ports import Capabilities
from flows.problems import masked
from flows.testing.amounts import NotOfThisCurrency
from flows.testing.chat import CannotPlay, Chat, Turned
from flows.testing.coverage import Coverage, said
from flows.testing.expecting import Seen, unmet
from flows.testing.meaning import by_examples
from flows.testing.script import Case, TestFile, in_order_of_arrival
from flows.testing.watching import Watch, watched
from flows.testing.world import NotStubbed, Understand


@dataclass(frozen=True, slots=True)
class Failure:
    """One test that failed on one channel. ``at`` is the place in the test, ``flow`` the line of the last step."""

    test: str
    channel: str
    at: Place
    what: str
    flow: str
    transcript: tuple[str, ...]

    @property
    def where(self) -> str:
        """``tests/transfer_money.test.yml:22``."""
        return str_at(self.at)

    def as_text(self) -> str:
        """As the terminal shows it: the place first, then the chat with a mark where it went wrong."""
        led = f" ({self.flow})" if self.flow else ""
        head = f"{self.where}: {self.what}{led}\n   test: {self.test} [{self.channel}]"
        return masked("\n".join([head, *(f"   {row}" for row in self.transcript)]))


@dataclass(slots=True)
class Report:
    """How a run went."""

    passed: int = 0
    left_out: int = 0  # tests of other currencies than the bank's
    failures: list[Failure] = field(default_factory=list)
    coverage: Coverage | None = None

    def as_text(self, *, with_coverage: bool = False) -> str:
        """Failures, the coverage if asked for, and the sum."""
        rows = [failure.as_text() + "\n" for failure in self.failures]
        if with_coverage and self.coverage is not None:
            rows += [*_coverage_rows(self.coverage), ""]
        left_out = f" {self.left_out} not played: they are of other currencies." if self.left_out else ""
        return "\n".join([*rows, f"{self.passed} passed, {len(self.failures)} failed.{left_out}"])

    def as_json(self) -> str:
        """The same for editors and CI."""
        failures = [
            {
                "test": one.test, "channel": one.channel, "at": one.where, "what": masked(one.what), "flow": one.flow,
                "transcript": [masked(row) for row in one.transcript],
            }
            for one in self.failures
        ]  # fmt: skip
        coverage = None
        if self.coverage is not None:
            kinds = {kind: {"reached": went, "of": all_} for kind, (went, all_) in self.coverage.by_kind().items()}
            coverage = {"kinds": kinds, "missing": [list(way) for way in self.coverage.missing()]}
        return json.dumps(
            {"passed": self.passed, "left_out": self.left_out, "failures": failures, "coverage": coverage},
            ensure_ascii=False,
            indent=2,
        )


def _coverage_rows(coverage: Coverage) -> list[str]:
    rows = [f"  {kind:<11} {went:>4} of {all_}" for kind, (went, all_) in coverage.by_kind().items()]
    missing = [f"  not reached: {way[1]}: {said(way)}" for way in coverage.missing()]
    return ["Coverage", *rows, *missing]


def run(
    library: Library,
    files: Sequence[TestFile],
    channels: Sequence[Capabilities] = (),
    *,
    every: bool = False,
    understand: Understand | None = None,
) -> Report:
    """Play each test on the channel of its fixture, or on ``every`` one of ``channels``.

    A test that is written for some channels plays on those alone, the first of them when not on every one.
    A fixture whose channel is none of them plays on one without limits. ``understand`` finds the intent of a
    sentence; without it the flows' own examples stand in.
    """
    watch = Watch()
    under_watch = watched(library, watch)
    meaning = understand or by_examples(library)
    report = Report()
    for file in files:
        for case in file.cases:
            if case.only_in and library.brand.currency not in case.only_in:
                report.left_out += 1
                continue
            for channel in _channels_of(case, channels, every=every):
                _play(under_watch, case, watch, meaning, channel, report)
    report.coverage = Coverage.of(library, watch.ways, tuple(channel.channel for channel in channels))
    return report


def _channels_of(case: Case, channels: Sequence[Capabilities], *, every: bool) -> Sequence[Capabilities | None]:
    if case.only_on:
        fitting = [channel for channel in channels if channel.channel in case.only_on]
        return fitting if every else fitting[:1] or (None,)
    if every:
        return channels
    return (next((channel for channel in channels if channel.channel == case.person.channel), None),)


def _play(
    library: Library, case: Case, watch: Watch, meaning: Understand, channel: Capabilities | None, report: Report
) -> None:
    try:
        _play_through(library, case, watch, meaning, channel, report)
    except NotOfThisCurrency:
        report.left_out += 1


def _play_through(
    library: Library, case: Case, watch: Watch, meaning: Understand, channel: Capabilities | None, report: Report
) -> None:
    chat = Chat(library, case, watch, meaning, channel)
    name = channel.channel if channel else case.person.channel or "chat"
    watch.ways.add(("locale", case.person.locale, name))
    transcript: list[str] = []
    for line, overtaken in in_order_of_arrival(case.lines):
        transcript.append(f"  {line.do}: {line.value}")
        try:
            if overtaken is not None:
                chat.send_off(overtaken)
            turned = chat.play(line)
        except (CannotPlay, NotStubbed) as error:
            rows = (*transcript[:-1], f"> {transcript[-1].strip()}")
            report.failures.append(Failure(case.name, name, line.at, str(error), "", rows))
            return
        transcript += _rows(turned)
        for expected in line.expect:
            why = unmet(expected, Seen(turned, chat, chat.serving.live))
            if why is not None:
                rows = (*transcript, f"> {why}")
                flow = _flow_line(chat.serving.placed, turned)
                report.failures.append(Failure(case.name, name, expected.at, why, flow, rows))
                return
    report.passed += 1


def str_at(at: Place) -> str:
    """``tests/transfer_money.test.yml:22``."""
    return f"{at.file}:{at.line}"


def _rows(turned: Turned) -> list[str]:
    rows = [f"  bank: {news}" for news in turned.news]
    for shown in turned.shown:
        buttons = "".join(f" [{choice.title}]" for choice in shown.choices)
        rows.append(f"  bot ({', '.join(shown.responses)}): {shown.text}{buttons}")
    return rows + [f"  handed to: {handed.queue}" for handed in turned.handed]


def _flow_line(library: Library, turned: Turned) -> str:
    """The last step that said something of what was shown, or else the last one."""
    said = {name for shown in turned.shown for name in shown.responses}
    entered = [(library.flows.get(flow), step) for flow, step in turned.steps]
    steps = [flow.steps[step] for flow, step in entered if flow is not None and step in flow.steps]
    speaking = [step for step in steps if said & {name for _, name in responses_of(step)}]
    return str_at((speaking or steps)[-1].at) if steps else ""
