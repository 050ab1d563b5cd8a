"""Reads YAML into nodes that know where they stand. Every scalar stays text; its place in a file gives it a type.

Only the plain core of YAML is taken: no anchors, aliases, tags, merge keys, tabs, second documents or keys twice, and
no character that an eye cannot see. What is refused becomes a problem with its exact place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeAlias

import yaml

from flows.model import Place
from flows.problems import Problem
from flows.yaml_faults import from_parser, invisible, not_utf8, tabs, unreadable

BYTES_MAX = 512 * 1024  # a flow of 200 steps in two languages has about 40 KiB
NODES_MAX = 20_000
DEPTH_MAX = 24
TOLD_MAX = 100  # of one kind: who has more of them has another kind of file

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # both keep the marks; the C one is ten times faster


@dataclass(frozen=True, slots=True)
class Scalar:
    """A word or text. ``inset`` is how far its first character stands behind ``at.col``; None when it is folded."""

    text: str
    at: Place
    quoted: bool = False
    inset: int | None = 0

    def place(self, start: int, end: int) -> Place:
        """The place of the characters from ``start`` to ``end`` of the text."""
        if self.inset is None:
            return self.at
        col = self.at.col + self.inset
        return Place(self.at.file, self.at.line, col + start, col + end)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    items: tuple["Node", ...]
    at: Place


@dataclass(frozen=True, slots=True)
class Table:
    """Keys with values, in the order of writing."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    at: Place

    def get(self, key: str) -> "Node | None":
        """The value under a key."""
        for name, value in self.entries:  # a loop: the checks ask this a hundred thousand times
            if name.text == key:
                return value
        return None

    def key(self, key: str) -> Scalar | None:
        """The key itself, for its place."""
        return next((name for name, _ in self.entries if name.text == key), None)


Node: TypeAlias = Scalar | Listing | Table


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def read(data: bytes, file: str) -> tuple[Node | None, str, list[Problem]]:
    """The tree of a file, its text for quoting, and what is wrong. The tree is None when it cannot be read at all."""
    start = Place(file, 1, 1, 2)
    if len(data) > BYTES_MAX:
        what = f"the file is larger than {BYTES_MAX // 1024} KiB"
        return None, "", [unreadable(start, what, "a file this large is not a flow", "split it into several flows")]
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        return None, data.decode("utf-8", "replace"), [not_utf8(data, error, file)]
    problems = list(islice(chain(tabs(text, file), invisible(text, file)), TOLD_MAX))
    if problems:
        return None, text, problems
    try:
        tree, problems = _Tree(text, file).whole()
    except _Refused as refused:
        return None, text, [refused.problem]
    except yaml.MarkedYAMLError as error:
        return None, text, [from_parser(error, text, file)]
    return tree, text, problems


class _Tree:
    """Builds nodes from the parser's events; counts as it goes, so that no file can grow without bound."""

    def __init__(self, text: str, file: str) -> None:
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
        self._file, self._count, self._problems = file, 0, list[Problem]()

    def whole(self) -> tuple[Node | None, list[Problem]]:
        tree: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if tree is not None:
                    why = "one file holds one document"
                    raise _Refused(
                        unreadable(
                            self._at(event), "a second '---' begins here", why, "move the rest to a file of its own"
                        )
                    )
                tree = self._node(next(self._events), 1)
        return tree, self._problems

    def _at(self, event: yaml.Event) -> Place:
        start, end = event.start_mark, event.end_mark
        assert start is not None  # every event that is read from a text has both
        assert end is not None
        col, end_col = start.column + 1, end.column + 1
        if end.line != start.line or end_col <= col:
            end_col = col + 1
        return Place(self._file, start.line + 1, col, end_col)

    def _node(self, event: yaml.Event, depth: int) -> Node:
        self._count += 1
        if self._count > NODES_MAX or depth > DEPTH_MAX:
            what = (
                "the file has too many parts" if self._count > NODES_MAX else "too many levels stand inside each other"
            )
            raise _Refused(unreadable(self._at(event), what, "nobody could review it", "split it into several flows"))
        self._plain_yaml(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._listing(event, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._table(event, depth)
        return Scalar("", self._at(event))

    def _plain_yaml(self, event: yaml.Event) -> None:
        why = "what stands in one place would be defined in another"
        if isinstance(event, yaml.AliasEvent):
            raise _Refused(
                Problem("E103", self._at(event), f"the alias '*{event.anchor}' stands here", why, "write the value out")
            )
        if anchor := getattr(event, "anchor", None):
            raise _Refused(Problem("E103", self._at(event), f"the anchor '&{anchor}' stands here", why, "remove it"))
        if tag := getattr(event, "tag", None):
            why = "every value gets its type from its place"
            raise _Refused(Problem("E103", self._at(event), f"the tag '{tag}' stands here", why, "remove it"))

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        at, style = self._at(event), event.style
        start, end = event.start_mark, event.end_mark
        if style in ("|", ">") or (start is not None and end is not None and start.line != end.line):
            return Scalar(event.value, at, True, None)
        if style in ('"', "'"):
            straight = at.end_col - at.col == len(event.value) + 2
            return Scalar(event.value, at, True, 1 if straight else None)
        return Scalar(event.value, at)

    def _listing(self, start: yaml.Event, depth: int) -> Listing:
        items = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Listing(tuple(items), self._at(start))

    def _table(self, start: yaml.Event, depth: int) -> Table:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, Place] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, depth)
            value = self._node(next(self._events), depth + 1)
            if key.text in seen and len(self._problems) >= TOLD_MAX:
                continue
            if key.text in seen:
                why = f"the one in line {seen[key.text].line} would be lost"
                self._problems.append(
                    Problem("E102", key.at, f"the key '{key.text}' stands here twice", why, "remove one of them")
                )
                continue
            seen[key.text] = key.at
            entries.append((key, value))
        return Table(tuple(entries), self._at(start))

    def _key(self, event: yaml.Event, depth: int) -> Scalar:
        key = self._node(event, depth + 1)
        if not isinstance(key, Scalar):
            raise _Refused(
                unreadable(key.at, "a key is a list or a table", "a key is one word", "write a word before the ':'")
            )
        if key.text == "<<" and not key.quoted:
            why = "what stands in one place would be defined in another"
            raise _Refused(Problem("E103", key.at, "the merge key '<<' stands here", why, "write the values out"))
        return key
