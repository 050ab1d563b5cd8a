"""What the tests have reached of the flows, and what they have not."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from flows.model import Library, Place
from flows.problems import Problem
from flows.testing.watching import Way, all_ways

_WORDS = {
    "step": "the step '{2}'", "if": "'{2}' being {3}", "reject": "reject {3} of '{2}'",
    "on_error": "'{2}' answering '{3}'",
    "on_event": "'{2}' hearing '{3}'", "on_failure": "giving up at '{2}'", "on_timeout": "'{2}' timing out",
    "locale": "the texts in '{1}' on {2}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coverage:
    """Ways that tests could go, and those they went. A locale on a channel is a way of the whole content."""

    possible: tuple[Way, ...]
    reached: frozenset[Way]

    @classmethod
    def of(cls, library: Library, reached: set[Way], channels: tuple[str, ...]) -> "Coverage":
        """The coverage of a library."""
        locales = tuple(("locale", locale, channel) for channel in channels for locale in library.brand.locales)
        return cls((*all_ways(library), *locales), frozenset(reached))

    def missing(self) -> list[Way]:
        """What no test reached, in the order of the flows."""
        return [way for way in self.possible if way not in self.reached]

    def by_kind(self) -> dict[str, tuple[int, int]]:
        """How many of each kind were reached, of how many."""
        every, went = (
            Counter(way[0] for way in self.possible),
            Counter(way[0] for way in self.possible if way in self.reached),
        )
        return {kind: (went[kind], every[kind]) for kind in every}

    def warnings(self, library: Library) -> Iterator[Problem]:
        """W510 for each branch, reject, error or locale without a test."""
        for way in self.missing():
            what = f"no test reaches {said(way)}"
            yield Problem(
                "W510", _place(library, way), what, "a change there would go unnoticed", "add a test that goes this way"
            )


def said(way: Way) -> str:
    """A way in words."""
    return _WORDS[way[0]].format(*way)


def _place(library: Library, way: Way) -> Place:
    if way[0] == "locale":
        return Place("tests", 1, 1, 2)
    return library.flows[way[1]].steps[way[2]].at
