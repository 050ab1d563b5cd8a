"""Reads the keys of one table: each key by its type, and every key that nobody asked for is a problem."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from flows.expressions import Expression, ExpressionError, parse
from flows.loading.draft import UNREADABLE, Reading
from flows.model import Place
from flows.problems import did_you_mean, unknown_word
from flows.source import Listing, Node, Scalar, Table

_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_DOTTED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?", re.ASCII)
T = TypeVar("T")


class Fields:
    """The table at ``node``. ``subject`` names it in problems: ``a collect step``, ``slot 'amount'``."""

    def __init__(
        self,
        reading: Reading,
        node: Node,
        subject: str,
        keys: Iterable[str],
        *,
        code: str = "E204",
        open_: bool = False,
    ) -> None:
        self.reading, self.subject = reading, subject
        self.table = node if isinstance(node, Table) else Table((), node.at)
        if not isinstance(node, Table):
            self.wrong(node, f"{subject} is written as 'key: value' lines")
        self._known = tuple(keys)
        if not open_:
            self._refuse_unknown(code)

    def _refuse_unknown(self, code: str) -> None:
        for key, _ in self.table.entries:
            if key.text not in self._known:
                what = f"the key '{key.text}' is not known in {self.subject}"
                why = "a key that nobody reads would do nothing"
                known = "the keys here are " + ", ".join(self._known)
                self.reading.problems.append(unknown_word(code, key.at, what, why, key.text, self._known, known))

    @property
    def at(self) -> Place:
        """Where the table begins."""
        return self.table.entries[0][0].at if self.table.entries else self.table.at

    def has(self, key: str) -> bool:
        """Whether the key is written."""
        return self.table.get(key) is not None

    def place(self, key: str) -> Place:
        """Where the key's value stands, or else the table."""
        node = self.table.get(key)
        return node.at if node is not None else self.at

    def wrong(self, node: Node, expected: str) -> None:
        """Say that a value has the wrong type: what was read, and what is expected."""
        what = f"{_as_read(node)}, but {expected}"
        self.reading.add("E205", node.at, what, "the value could not be used as it stands", f"write it so: {expected}")

    def require(self, *keys: str) -> None:
        """Say which of these keys are missing."""
        for key in keys:
            if not self.has(key):
                why = f"{self.subject} does not work without it"
                self.reading.add(
                    "E206", self.at, f"the key '{key}' is missing in {self.subject}", why, f"add '{key}: …'"
                )

    def text(self, key: str, default: str = "") -> str:
        """A text that is not empty."""
        return self._read(key, _text, "a text stands here", default)

    def name(self, key: str, default: str = "", *, dotted: bool = False) -> str:
        """An identifier; ``dotted`` for ``transfers.quote``."""
        expected = "a name has ASCII letters, digits and '_', and begins with a letter"
        return self._read(key, _dotted if dotted else _name, expected, default)

    def optional_name(self, key: str, *, dotted: bool = False) -> str | None:
        """An identifier, or None when the key is not written."""
        return self.name(key, dotted=dotted) if self.has(key) else None

    def flag(self, key: str, default: bool = False) -> bool:
        """``true`` or ``false``."""
        return self._read(key, {"true": True, "false": False}.get, "only true or false stands here", default)

    def integer(self, key: str, default: int | None = None) -> int | None:
        """A whole number above zero."""
        return self._read(key, _integer, "a whole number such as 3 stands here", default)

    def duration(self, key: str) -> timedelta | None:
        """``15m``."""
        return self._read(key, read_duration, "a duration looks like 15m, 24h or 30s", None)

    def word(self, key: str, words: Iterable[str], default: str) -> str:
        """One of some words."""
        node, known = self.table.get(key), tuple(words)
        if node is None or (isinstance(node, Scalar) and node.text in known):
            return node.text if isinstance(node, Scalar) else default
        expected = did_you_mean(node.text if isinstance(node, Scalar) else "", known, "one of " + ", ".join(known))
        what = f"{_as_read(node)}, but '{key}' is one of {', '.join(known)}"
        self.reading.add("E205", node.at, what, "no other word has a meaning here", expected)
        return default

    def names(self, key: str, *, dotted: bool = False) -> tuple[str, ...]:
        """A list of identifiers."""
        expected = "a list of names looks like [one, two]"
        return tuple(self._list(key, _dotted if dotted else _name, expected))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self._list(key, _text, "a list looks like [one, two]"))

    def name_map(self, key: str) -> dict[str, str]:
        """``{insufficient_funds: not_enough}``; a dotted value stays dotted."""
        return self._map(key, _dotted, "a name stands here")

    def text_map(self, key: str) -> dict[str, str]:
        """``{tariff: digital}``."""
        return self._map(key, _text, "a text stands here")

    def expression_map(self, key: str) -> dict[str, Expression]:
        """``{from: from_card, amount: amount}``."""
        table = self.table.get(key)
        if table is None or self._not_table(table):
            return {}
        assert isinstance(table, Table)
        return {name.text: self.expression_of(value) for name, value in table.entries}

    def expression(self, key: str) -> Expression | None:
        """A condition or value, or None when the key is not written."""
        node = self.table.get(key)
        return None if node is None else self.expression_of(node)

    def expression_of(self, node: Node) -> Expression:
        """A condition or value at a node."""
        if not isinstance(node, Scalar):
            self.wrong(node, "a condition is one text such as amount > limits.transfer_max")
            return UNREADABLE
        try:
            return parse(node.text)
        except ExpressionError as error:
            why = "a condition that cannot be read cannot be decided"
            self.reading.add(error.code, node.place(error.offset, error.end), error.what, why, error.fix)
            return UNREADABLE

    def items(self, key: str) -> tuple[Node, ...]:
        """The nodes of a list."""
        node = self.table.get(key)
        if node is None:
            return ()
        if not isinstance(node, Listing):
            self.wrong(node, "a list of '- ' lines stands here")
            return ()
        return node.items

    def part(self, key: str, subject: str, keys: Iterable[str], *, open_: bool = False) -> "Fields | None":
        """The table under a key."""
        node = self.table.get(key)
        return None if node is None else Fields(self.reading, node, subject, keys, open_=open_)

    def _read(self, key: str, read: Callable[[str], T | None], expected: str, default: T) -> T:
        node = self.table.get(key)
        if node is None:
            return default
        value = read(node.text) if isinstance(node, Scalar) else None
        if value is None:
            self.wrong(node, expected)
            return default
        return value

    def _list(self, key: str, read: Callable[[str], T | None], expected: str) -> Iterable[T]:
        node = self.table.get(key)
        if node is not None and not isinstance(node, Listing):
            self.wrong(node, expected)
        for item in node.items if isinstance(node, Listing) else ():
            value = read(item.text) if isinstance(item, Scalar) else None
            if value is None:
                self.wrong(item, expected)
            else:
                yield value

    def _map(self, key: str, read: Callable[[str], str | None], expected: str) -> dict[str, str]:
        table = self.table.get(key)
        if table is None or self._not_table(table):
            return {}
        assert isinstance(table, Table)
        values: dict[str, str] = {}
        for name, node in table.entries:
            value = read(node.text) if isinstance(node, Scalar) else None
            if value is None:
                self.wrong(node, expected)
            values[name.text] = value or ""
        return values

    def _not_table(self, node: Node) -> bool:
        if isinstance(node, Table):
            return False
        self.wrong(node, "a table looks like {name: value}")
        return True


def read_duration(text: str) -> timedelta | None:
    """``15m`` as a length of time, or None."""
    match = _DURATION.fullmatch(text)
    return timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None


def is_name(text: str) -> bool:
    """Whether a text can name a slot, a step, a flow or a response."""
    return _NAME.fullmatch(text) is not None


def _text(text: str) -> str | None:
    return text if text.strip() else None


def _name(text: str) -> str | None:
    return text if _NAME.fullmatch(text) else None


def _dotted(text: str) -> str | None:
    return text if _DOTTED.fullmatch(text) else None


def _integer(text: str) -> int | None:
    return int(text) if re.fullmatch("[1-9][0-9]{0,8}", text, re.ASCII) else None


def _as_read(node: Node) -> str:
    if isinstance(node, Listing):
        return "a list was read here"
    if isinstance(node, Table):
        return "a table was read here"
    return f"'{node.text}' was read as text" if node.text else "nothing is written here"
