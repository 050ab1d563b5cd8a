"""What `teller flows check --nlu` says of examples that two intents share: E520 the same, W521 nearly the same."""

from collections.abc import Iterator, Mapping

from flows.model import Library, Place
from flows.problems import Problem
from flows.source import Listing, Node, Table
from nlu.overlaps import NEAR, Example, Overlap, examples_in, overlaps
from nlu.training_data import PROJECT


def shared(library: Library, trees: Mapping[str, Node | None]) -> Iterator[Problem]:
    """E520 and W521 over the flows' examples and those of nlu/model; ``trees`` are the flows' files by name."""
    starts = {intent for flow in library.flows.values() for intent in flow.starts_on.intents}
    staff = list(_of_flows(library, trees))
    for each in overlaps([*staff, *examples_in(PROJECT)]):
        if each.is_same or {each.one.intent, each.other.intent} <= starts:
            yield _problem(each)


def _of_flows(library: Library, trees: Mapping[str, Node | None]) -> Iterator[Example]:
    for flow in library.flows.values():
        if flow.starts_on.intents:
            lines = _lines(trees.get(flow.at.file), flow.at.line)
            for number, text in enumerate(flow.starts_on.examples):
                line = lines[number] if number < len(lines) else flow.at.line
                yield Example(text, flow.starts_on.intents[0], flow.at.file, line)


def _lines(tree: Node | None, otherwise: int) -> list[int]:
    starts = tree.get("starts_on") if isinstance(tree, Table) else None
    examples = starts.get("examples") if isinstance(starts, Table) else None
    return [one.at.line for one in examples.items] if isinstance(examples, Listing) else [otherwise]


def _problem(each: Overlap) -> Problem:
    one, other = each.one, each.other
    at = Place(one.file, one.line, 1, 1)
    there = f"{other.file}:{other.line}"
    if each.is_same:
        what = f"'{one.text}' is an example of '{one.intent}' here and of '{other.intent}' in {there}"
        return Problem(
            "E520", at, what, "the model learns that one sentence means two things", "keep it in one of them"
        )
    what = f"'{one.text}' of '{one.intent}' is nearly '{other.text}' of '{other.intent}' in {there}"
    why = f"their words are alike to {each.nearness:.0%} (told from {NEAR:.0%} on), so which is heard is luck"
    return Problem("W521", at, what, why, "say one of them in words that only its intent has")
