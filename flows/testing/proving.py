"""What the tests say of the content, as problems: E511 for a test that fails, W510 for a way that none goes."""

from collections.abc import Callable, Iterator, Sequence

from flows.facts import Fact
from flows.model import Flow, Library
from flows.ports import Capabilities
from flows.problems import Problem
from flows.source import Listing, Node, Table
from flows.testing.running import Failure, Report, run
from flows.testing.script import TestFile


def prove(library: Library, files: Sequence[TestFile], channels: Sequence[Capabilities]) -> Iterator[Problem]:
    """Play every test on every channel; the same failure on several channels is one problem."""
    report = run(library, files, channels, every=True)
    yield from failures(report)
    if report.coverage is not None:
        yield from report.coverage.warnings(library)


def failures(report: Report) -> Iterator[Problem]:
    """E511 for each expectation that was not met."""
    by_place: dict[tuple[object, str], list[Failure]] = {}
    for one in report.failures:
        by_place.setdefault((one.at, one.what), []).append(one)
    for same in by_place.values():
        first = same[0]
        where = ", ".join(dict.fromkeys(one.channel for one in same))
        what = f"the test '{first.test}' fails on {where}: {first.what}"
        flow = f" ({first.flow})" if first.flow else ""
        fix = f"mend the flow{flow}, or the test if the promise has changed"
        yield Problem("E511", first.at, what, "what the test promises to customers does not hold", fix)


def taken_elsewhere(
    library: Library, trees: dict[str, Node | None], understand: Callable[[str, str], Fact]
) -> Iterator[Problem]:
    """W520 for each example of a flow that the trained NLU takes for another flow. ``trees`` are the files by name."""
    owners = {intent: flow.id for flow in library.flows.values() for intent in flow.starts_on.intents}
    for flow in library.flows.values():
        for number, text in enumerate(flow.starts_on.examples):
            ranking = understand(text, library.brand.locales[0]).get("ranking") or [{"intent": ""}]
            other = owners.get(str(ranking[0]["intent"]))
            if flow.starts_on.intents and other is not None and other != flow.id:
                yield _taken(flow, number, text, other, trees.get(flow.at.file))


def _taken(flow: Flow, number: int, text: str, other: str, tree: Node | None) -> Problem:
    starts = tree.get("starts_on") if isinstance(tree, Table) else None
    examples = starts.get("examples") if isinstance(starts, Table) else None
    at = examples.items[number].at if isinstance(examples, Listing) else flow.at
    what = f"the example '{text}' is understood as the flow '{other}'"
    why = "a customer who says it would land in the wrong conversation"
    return Problem("W520", at, what, why, f"give '{flow.id}' more examples, or say it another way")
