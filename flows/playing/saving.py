"""Writes a played conversation as a test: its person, the bank's answers, and what came of each turn."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from flows.entities import cards
from flows.playing.play import Play, Played
from flows.source import Listing, Node, Table
from flows.testing import amounts
from flows.testing.chat import Turned
from flows.testing.script import Person

# Public numbers for trying things out: nobody's money lies behind them. A test is read by many.
TEST_CARDS = ("411111111111", "555555555555", "424242424242", "400000000000", "510510510510", "222300004841")
_PLAIN = re.compile(r"[^\W_][\w./-]*(?: [\w./-]+)*")
_NOT_PLAIN = re.compile(r"(?i)null|yes|no|on|off|y|n|[0-9 ]+")  # other readers of YAML would take these for more


class CannotSave(ValueError):
    """The conversation cannot be kept; the text says why and what to do."""


def flow_of(play: Play) -> str:
    """The flow that the conversation is about: the first that ran.

    Raises:
        CannotSave: when none did.
    """
    ran = [flow for played in play.turns for flow, _ in played.turned.steps]
    if not ran:
        raise CannotSave("no flow has run yet, so there is nothing to keep")
    return ran[0]


def as_test(play: Play, name: str, person: str) -> list[str]:
    """The lines of a test, from ``- test:`` on.

    Raises:
        CannotSave: when a card number was typed that may be somebody's.
    """
    _only_test_cards(play.turns)
    currency = play.library.brand.currency
    rows = [f"- test: {quoted(name)}", f"  with: {person}"]
    stubs = play.bank.stubs()
    if stubs:
        rows.append("  stubs:")
    for operation, answers in stubs.items():
        said = [_answer(one.outputs, one.error, currency) for one in answers]
        rows.append(f"    {operation}: {said[0] if len(said) == 1 else '[' + ', '.join(said) + ']'}")
    rows.append("  turns:")
    before = 0
    for played in play.turns:
        rows += [f"    {row}" for row in _turn(played, play, before)]
        before = played.started
    return rows


def _only_test_cards(turns: Sequence[Played]) -> None:
    for played in turns:
        value = played.line.value
        texts = [value] if isinstance(value, str) else [str(one) for one in _values(value)]
        for text in texts:
            if any(not span.digits.startswith(TEST_CARDS) for span in cards.find(text)):
                raise CannotSave(
                    "a card number was typed that is no test number, and tests are read by many; "
                    "/new, then play it with 4111 1111 1111 1111"
                )


def _values(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from value.values()


def _answer(outputs: Mapping[str, str], error: str | None, currency: str) -> str:
    return f"{{error: {error}}}" if error else f"{{return: {table(_of_any_bank(outputs, currency))}}}"


def _of_any_bank(values: Mapping[str, str], currency: str) -> dict[str, str]:
    """Amounts without the currency of the bank that it was played under."""
    return {name: amounts.without_currency(value, currency) for name, value in values.items()}


def _turn(played: Played, play: Play, before: int) -> Iterator[str]:
    line, currency = played.line, play.library.brand.currency
    text = amounts.in_braces(str(line.value), currency) if line.do == "user" else str(line.value)
    yield f"- {line.do}: {table(line.value) if isinstance(line.value, Mapping) else quoted(text)}"
    if line.intent is not None:
        yield f"  intent: {line.intent}"
    if line.outcome != "ok":
        yield f"  outcome: {line.outcome}"
    if line.outputs:
        yield f"  return: {table(_of_any_bank(line.outputs, currency))}"
    yield "  expect:"
    yield from (f"    - {row}" for row in _expected(played, play, before))


def _expected(played: Played, play: Play, before: int) -> Iterator[str]:
    """What was seen. Names of responses, not their words: a better wording must not break a test."""
    turned = played.turned
    shown = list(dict.fromkeys(name for one in turned.shown for name in one.responses))
    if shown:
        yield f"bot: {shown[0] if len(shown) == 1 else '[' + ', '.join(shown) + ']'}"
    elif not turned.shown:
        yield "no_message: true"
    if played.asks:
        yield f"asks: {played.asks}"
    held = {name: value for name, value in played.slots.items() if value and value != "…"}
    if held and turned.shown:
        yield f"slots: {table(_of_any_bank(held, play.library.brand.currency))}"
    started = [one.action for one in play.chat.world.started[: played.started]]
    for action in dict.fromkeys(started[before:]):
        yield f"{{action: {action}, times: {started.count(action)}}}"
    yield from (f"handoff: {handed.queue}" for handed in turned.handed)
    yield from (f"flow_completed: {flow}" for flow in _completed(turned))


def _completed(turned: Turned) -> list[str]:
    ran = dict.fromkeys([*(flow for flow, _ in turned.steps), *turned.open_before])
    return [flow for flow in ran if flow not in turned.open_after]


def quoted(text: str) -> str:
    """A text as YAML reads it back."""
    if _PLAIN.fullmatch(text) and not _NOT_PLAIN.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def table(values: Mapping[str, object]) -> str:
    """``{fee: 0.00, to_card: "•1111"}``."""
    return "{" + ", ".join(f"{name}: {quoted(str(value))}" for name, value in values.items()) + "}"


def fixture(person: Person) -> str:
    """The person as one line under ``fixtures``."""
    known = [f"auth: {person.auth}", f"locale: {person.locale}"]
    known += [f"channel: {person.channel}"] if person.channel else []
    known += [f"name: {quoted(person.called)}"] if person.called else []
    known += ["identified: true"] if person.identified else []
    if person.cards:
        known.append("cards: [" + ", ".join(table(card) for card in person.cards) + "]")
    return "{" + ", ".join(known) + "}"


def added(text: str, tree: Node | None, play: Play, name: str) -> str:
    """The text of a test file with this conversation added; an empty text becomes a file.

    What stands there stays as it is, comments too: lines are only put in.

    Raises:
        CannotSave: when the file is laid out in a way that lines cannot be added to, or has a test of that name.
    """
    person = fixture(play.person)
    if not text.strip():
        rows = ['dsl: "1"', f"tests_for: {flow_of(play)}", "fixtures:", f"  played: {person}", "tests:"]
        return "\n".join([*rows, *_indented(as_test(play, name, "played"), 2)]) + "\n"
    if not isinstance(tree, Table):
        raise CannotSave("the test file cannot be read; mend it first")
    fixtures, tests = tree.get("fixtures"), tree.get("tests")
    if not isinstance(tests, Listing) or not tests.items or tree.entries[-1][0].text != "tests":
        raise CannotSave("'tests:' must be the last list of the file, with a test in it")
    if any(_name(one) == name for one in tests.items):
        raise CannotSave(f"the file has a test '{name}' already; choose another name")
    who = _free("played", [key.text for key, _ in fixtures.entries] if isinstance(fixtures, Table) else [])
    column = tests.at.col - 1  # the first '-' of the list
    rows = text.rstrip("\n").split("\n") + _indented(as_test(play, name, who), column)
    return "\n".join(_with_person(rows, tree, who, person)) + "\n"


def _with_person(rows: list[str], tree: Table, who: str, person: str) -> list[str]:
    key, fixtures = tree.key("fixtures"), tree.get("fixtures")
    if key is None:
        line = next(k.at.line for k, _ in tree.entries if k.text == "tests") - 1
        return [*rows[:line], "fixtures:", f"  {who}: {person}", *rows[line:]]
    if not isinstance(fixtures, Table) or not fixtures.entries or fixtures.at.line == key.at.line:
        raise CannotSave("'fixtures:' must be written with one person a line")
    first = fixtures.entries[0][0].at
    return [*rows[: first.line - 1], f"{' ' * (first.col - 1)}{who}: {person}", *rows[first.line - 1 :]]


def _name(test: Node) -> str:
    name = test.get("test") if isinstance(test, Table) else None
    return getattr(name, "text", "")


def _free(name: str, taken: Sequence[str]) -> str:
    number = 2
    chosen = name
    while chosen in taken:
        chosen, number = f"{name}_{number}", number + 1
    return chosen


def _indented(rows: Sequence[str], columns: int) -> list[str]:
    return [" " * columns + row for row in rows]
