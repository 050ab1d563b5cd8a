"""Reads tests/*.test.yml with the same care as flows: what cannot be read or is not supported is a problem."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import cast

from flows.loading.draft import Reading
from flows.loading.fields import Fields, read_duration
from flows.loading.flow_files import check_dsl
from flows.model import AUTH_ORDER, AuthLevel, Library, Place
from flows.ports import Capabilities
from flows.problems import Problem, unknown_word
from flows.source import Listing, Node, Scalar, Table, read
from flows.testing.example_bank import FILE, ExampleBank, read_bank
from flows.testing.script import MESSAGES, Answer, Case, Do, Expectation, Line, Person, Plain, Stubs, TestFile, Version
from flows.testing.versions import FOLDER, Versions

ENDING = ".test.yml"
DOES: tuple[Do, ...] = ("user", "tap", "event", "send", "wait", "secure", "publish")
WITH_DOES = ("expect", "intent", "crash", "deliver", "outcome", "return", "match")
EXPECTS = (
    "bot", "bot_says", "asks", "slots", "flow", "flow_completed", "action", "not_asked", "no_message", "handoff",
    "logs_have_no",
)  # fmt: skip
PERSON = ("auth", "locale", "channel", "name", "identified", "cards", "limits", "features")
CRASHES = ("before_save", "after_save", "after_core")
DELIVERIES = ("twice", "late", "reordered")
WHY = "a test that is not understood would pass without testing anything"


def read_tests(
    content: Path,
    library: Library,
    *,
    channels: tuple[Capabilities, ...] = (),
    templates: Mapping[str, frozenset[str]] | None = None,
) -> tuple[list[TestFile], list[Problem], dict[str, str]]:
    """All test files of a content folder, what is wrong with them, and their texts for quoting.

    ``channels`` and ``templates`` are what the versions that tests publish are checked against, as the content was.
    """
    versions = Versions(content, library, channels, templates)
    reading, sources, files = Reading(), dict[str, str](), list[TestFile]()
    bank = read_bank(content / "tests", reading, sources)
    for path in sorted(set((content / "tests").glob("*.y*ml")) - {content / "tests" / FILE}):
        file = f"tests/{path.name}"
        node, text, problems = read(path.read_bytes(), file)
        sources[file] = text
        reading.problems += problems
        if node is not None:
            files.append(_File(reading, library, file, versions, bank).read(node))
    return files, reading.problems, sources


def read_test_file(text: str, file: str, library: Library, bank: ExampleBank) -> tuple[TestFile | None, list[Problem]]:
    """One test file from its text, for a test that is not on the disk yet; it can publish nothing."""
    reading = Reading()
    node, _, problems = read(text.encode(), file)
    reading.problems += problems
    found = _File(reading, library, file, None, bank).read(node) if node is not None else None
    return found, reading.problems


class _File:
    def __init__(
        self,
        reading: Reading,
        library: Library,
        file: str,
        versions: Versions | None,
        bank: ExampleBank,
    ) -> None:
        self._versions, self._bank = versions, bank
        self._reading, self._library, self._file = reading, library, file
        self._people: dict[str, Person] = {}

    def read(self, node: Node) -> TestFile:
        fields = Fields(
            self._reading, node, "a test file", ("dsl", "tests_for", "fixtures", "stubs", "tests"), code="E201"
        )
        check_dsl(fields)
        fields.require("tests_for", "tests")
        flow = fields.name("tests_for")
        if flow and flow not in self._library.flows:
            at, known = fields.place("tests_for"), self._library.flows
            self._add("E221", at, f"there is no flow '{flow}'", flow, known)
        people = fields.part("fixtures", "fixtures", (), open_=True)
        for key, body in people.table.entries if people else ():
            self._people[key.text] = self._person(key.text, body)
        stubs = self._stubs(fields)
        return TestFile(self._file, flow, tuple(self._case(item, stubs) for item in fields.items("tests")))

    def _add(self, code: str, at: Place, what: str, word: str, known: Mapping[str, object]) -> None:
        names = list(known)
        otherwise = "the names here are " + ", ".join(names)
        self._reading.problems.append(unknown_word(code, at, what, WHY, word, names, otherwise))

    def _person(self, name: str, body: Node) -> Person:
        fields = Fields(self._reading, body, f"the fixture '{name}'", PERSON)
        locales, brand = self._library.brand.locales, self._library.brand
        features = fields.part("features", "features", (), open_=True)
        return Person(
            name=name,
            auth=cast("AuthLevel", fields.word("auth", AUTH_ORDER, "verified")),
            locale=fields.word("locale", locales, brand.locales[0]),
            channel=fields.text("channel"),
            called=fields.text("name"),
            identified=fields.flag("identified"),
            cards=tuple(self._card(item) for item in fields.items("cards")),
            limits=fields.text_map("limits"),
            features={key.text: features.flag(key.text) for key, _ in features.table.entries} if features else {},
        )

    def _card(self, node: Node) -> Mapping[str, str]:
        fields = Fields(self._reading, node, "a card or option", (), open_=True)
        fields.require("id")
        return {key.text: value.text for key, value in fields.table.entries if isinstance(value, Scalar)}

    def _stubs(self, fields: Fields) -> dict[str, tuple[Answer, ...]]:
        table = fields.part("stubs", "stubs", (), open_=True)
        found: dict[str, tuple[Answer, ...]] = {}
        for key, body in table.table.entries if table else ():
            known = {**self._library.catalogue.operations, **self._library.catalogue.sources}
            if key.text not in known:
                what = f"there is no bank operation or source '{key.text}'"
                self._add("E230", key.at, what, key.text, known)
            bodies = body.items if isinstance(body, Listing) else (body,)
            found[key.text] = tuple(self._answer(key.text, one) for one in bodies)
        return found

    def _answer(self, operation: str, body: Node) -> Answer:
        fields = Fields(self._reading, body, "a stub", ("return", "error", "options"))
        known = self._library.catalogue.operations.get(operation)
        error = fields.optional_name("error")
        codes = (*known.errors, *known.soft_errors, "unavailable", "unknown_result") if known else ()
        if error and known and error not in codes:
            self._add(
                "E204", fields.place("error"), f"'{operation}' never answers '{error}'", error, dict.fromkeys(codes)
            )
        return Answer(fields.text_map("return"), error, tuple(self._card(item) for item in fields.items("options")))

    def _case(self, node: Node, stubs: Stubs) -> Case:
        fields = Fields(self._reading, node, "a test", ("test", "with", "only_on", "only_in", "stubs", "turns"))
        fields.require("test", "turns")
        name = fields.optional_name("with")
        if name and name not in self._people:
            self._add("E303", fields.place("with"), f"there is no fixture '{name}'", name, self._people)
        lines = tuple(self._line(item) for item in fields.items("turns"))
        if lines and not any(isinstance(item, Table) and item.get("expect") for item in fields.items("turns")):
            fix = "add 'expect:' to a turn"
            self._reading.add("E206", fields.at, "this test expects nothing", "it would pass whatever happens", fix)
        self._check_order(lines)
        person = self._people.get(name or "", Person("somebody", locale=self._library.brand.locales[0]))
        return Case(
            fields.text("test"), fields.at, person, {**stubs, **self._stubs(fields)}, lines,
            fields.texts("only_on"), fields.texts("only_in"), self._bank,
        )  # fmt: skip

    def _check_order(self, lines: tuple[Line, ...]) -> None:
        """Only two messages in a row can change places."""
        for line, after in pairwise((*lines, None)):
            if line is None or line.deliver != "reordered":
                continue
            pair = after is not None and after.deliver != "reordered" and after.do in MESSAGES
            if line.do not in MESSAGES or not pair:
                what = "'deliver: reordered' stands where no message can arrive before this one"
                fix = f"give it to a turn with {', '.join(MESSAGES)} that another such turn follows"
                self._reading.add("E204", line.at, what, WHY, fix)

    def _line(self, node: Node) -> Line:
        fields = Fields(self._reading, node, "a turn", (*DOES, *WITH_DOES))
        does = [key for key in DOES if fields.has(key)]
        if len(does) != 1:
            what = "this turn does nothing" if not does else f"'{does[0]}' and '{does[1]}' stand in one turn"
            self._reading.add("E203", fields.at, what, WHY, "give each turn one of " + ", ".join(DOES))
        do = does[0] if does else "user"
        value = plain(fields.table.get(do)) if does else ""
        match = fields.text_map("match") if fields.has("match") else None
        return Line(
            do=do, value=value, at=fields.place(do), expect=tuple(self._expectations(fields)),
            intent=fields.optional_name("intent"), crash=self._among(fields, "crash", CRASHES),
            deliver=self._among(fields, "deliver", DELIVERIES), outcome=fields.name("outcome", "ok"),
            outputs=fields.text_map("return"), match=match, pause=self._pause(fields, do),
            version=self._version(fields) if do == "publish" else None,
        )  # fmt: skip

    def _version(self, fields: Fields) -> Version | None:
        """The version that a turn publishes. Nothing else can happen in that turn."""
        for key in WITH_DOES:
            if key != "expect" and fields.has(key):
                what = f"'{key}' and 'publish' stand in one turn"
                self._reading.add("E203", fields.place(key), what, WHY, "put it into a turn of its own")
        name = fields.text("publish")
        if self._versions is None:
            self._unsupported(fields, "publish")
        elif name not in self._versions.names:
            at, known = fields.place("publish"), dict.fromkeys(self._versions.names)
            what = f"there is no version '{name}': no folder tests/{FOLDER}/{name}"
            self._add("E204", at, what, name, known)
        else:
            return self._versions.named(name)
        return None

    def _pause(self, fields: Fields, do: Do) -> timedelta:
        node = fields.table.get("wait")
        pause = read_duration(node.text) if isinstance(node, Scalar) else None
        if do == "wait" and pause is None and node is not None:
            fields.wrong(node, "a duration looks like 15m, 24h or 30s")
        return pause or timedelta()

    def _among(self, fields: Fields, key: str, words: tuple[str, ...]) -> str | None:
        if not fields.has(key):
            return None
        word = fields.text(key)
        if word not in words:
            self._unsupported(fields, key)
        return word

    def _unsupported(self, fields: Fields, key: str) -> None:
        node = fields.table.get(key)
        said = f"'{key}: {node.text}'" if isinstance(node, Scalar) else f"'{key}'"
        what = f"{said} cannot be played by this test runner"
        self._reading.add(
            "E204", fields.place(key), what, WHY, f"crash: {', '.join(CRASHES)}; deliver: {', '.join(DELIVERIES)}"
        )

    def _expectations(self, fields: Fields) -> Iterator[Expectation]:
        node = fields.table.get("expect")
        if node is None:
            return
        for item in node.items if isinstance(node, Listing) else (node,):
            one = Fields(self._reading, item, "an expectation", (*EXPECTS, "times", "with"))
            inputs, times = one.text_map("with"), self._times(one)
            for key, value in one.table.entries:
                if key.text in EXPECTS:
                    self._no_card(key.text, value)
                    yield Expectation(key.text, plain(value), key.at, times, inputs)

    def _times(self, fields: Fields) -> int | None:
        node = fields.table.get("times")
        if isinstance(node, Scalar) and node.text == "0":
            return 0
        return fields.integer("times")

    def _no_card(self, kind: str, value: Node) -> None:
        """A slot never holds the digits, so that no test may expect them there."""
        for _, node in value.entries if kind == "slots" and isinstance(value, Table) else ():
            if isinstance(node, Scalar) and len([c for c in node.text if c.isdigit()]) >= 13:
                why = "a slot holds a token and the last four digits only"
                self._reading.add("E205", node.at, "a full card number stands under 'slots'", why, 'write "•1111"')


def plain(node: Node | None) -> Plain:
    """A node as texts, tuples and tables."""
    if isinstance(node, Table):
        return {key.text: plain(value) for key, value in node.entries}
    if isinstance(node, Listing):
        return tuple(plain(item) for item in node.items)
    return node.text if node is not None else ""
