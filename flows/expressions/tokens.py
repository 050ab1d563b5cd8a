"""Cuts an expression into words, and says what is wrong at the exact character."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from flows.money import Money, MoneyError

LENGTH_MAX = 500  # a condition that no reviewer can read aloud is a flow of its own

Kind = Literal["money", "integer", "text", "name", "word", "operator", "punctuation", "end"]
WORDS = frozenset({"and", "or", "not", "in", "true", "false"})
_TOKEN = re.compile(
    r"(?P<space> +)"
    r"|(?P<money>[0-9]+(?:\.[0-9]+)? [A-Z]{3}(?![A-Za-z0-9_]))"
    r"|(?P<integer>[0-9]+(?![A-Za-z0-9_.]))"
    r'|(?P<text>"[^"\\]*")'
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?(?!\.))"
    r"|(?P<operator>==|!=|<=|>=|<(?!>)|>)"
    r"|(?P<punctuation>[(),\[\]])",
    re.ASCII,
)
# What people write out of habit -> what stands here instead. Longest first.
_HABITS = (
    ("&&", "E302", "write 'and' instead of '&&'"),
    ("||", "E302", "write 'or' instead of '||'"),
    ("<>", "E302", "write '!=' instead of '<>'"),
    ("=>", "E302", "write '>=' instead of '=>'"),
    ("=", "E301", "write '==' to compare; '=' does not compare"),
    ("!", "E302", "write 'not' instead of '!'"),
    ("'", "E302", "write text in double quotes"),
    ('"', "E302", "close the text with a double quote"),
    ("“", "E302", 'write straight double quotes "'),
    ("«", "E302", 'write straight double quotes "'),
    ("+", "E302", "conditions only compare; let the bank calculate"),
    ("-", "E302", "conditions only compare; let the bank calculate"),
    ("*", "E302", "conditions only compare; let the bank calculate"),
    ("/", "E302", "conditions only compare; let the bank calculate"),
)
_NUMBER = re.compile(r"[0-9][0-9.,]*[A-Za-z]*")
_ODD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


class ExpressionError(ValueError):
    """An expression cannot be read. ``offset`` and ``end`` point into its text; ``code`` is E301, E302 or E304."""

    def __init__(self, what: str, offset: int, end: int | None = None, *, code: str = "E302", fix: str = "") -> None:
        super().__init__(what)
        self.what, self.offset, self.code, self.fix = what, offset, code, fix
        self.end = offset + 1 if end is None else end


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression."""

    kind: Kind
    text: str
    start: int
    end: int
    value: Money | str | int | bool | None = None


def tokenise(source: str) -> list[Token]:
    """All words, with an ``end`` token behind them.

    Raises:
        ExpressionError: at the first character that belongs to no word.
    """
    if len(source) > LENGTH_MAX:
        raise ExpressionError(f"it is longer than {LENGTH_MAX} characters", LENGTH_MAX, fix="split it into two steps")
    tokens, at = [], 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise _unreadable(source, at)
        if match.lastgroup != "space":
            tokens.append(_token(match))
        at = match.end()
    return [*tokens, Token("end", "", len(source), len(source))]


def _token(match: re.Match[str]) -> Token:
    text, start, end = match[0], match.start(), match.end()
    if match.lastgroup == "money":
        return Token("money", text, start, end, _money(text, start, end))
    if match.lastgroup == "integer":
        return Token("integer", text, start, end, int(text))
    if match.lastgroup == "text":
        return Token("text", text, start, end, text[1:-1])
    if match.lastgroup == "name":
        return Token("word" if text in WORDS else "name", text, start, end)
    return Token("operator" if match.lastgroup == "operator" else "punctuation", text, start, end)


def _money(text: str, start: int, end: int) -> Money:
    try:
        return Money.parse(text)
    except MoneyError as error:
        raise ExpressionError(str(error), start, end, fix="write it like '5000 UAH'") from error


def _unreadable(source: str, at: int) -> ExpressionError:
    number = _NUMBER.match(source, at)
    if number is not None:
        fix = "write amounts like '5000 UAH' and whole numbers in digits"
        return ExpressionError(f"'{number[0]}' is neither an amount nor a whole number", at, number.end(), fix=fix)
    for sign, code, fix in _HABITS:
        if source.startswith(sign, at):
            return ExpressionError(f"'{sign}' cannot stand here", at, at + len(sign), code=code, fix=fix)
    odd = _ODD_NAME.match(source, at)
    if odd is not None:
        fix = "a name has at most one dot, like limits.transfer_max"
        return ExpressionError(f"'{odd[0]}' is not a name", at, odd.end(), fix=fix)
    return ExpressionError(f"'{source[at]}' cannot stand here", at, fix="remove it")


def nearest(word: str, known: "list[str] | tuple[str, ...]") -> str:
    """``Did you mean 'x'?`` when a known word is near, otherwise nothing."""
    near = get_close_matches(word, known, n=1, cutoff=0.7)
    return f"Did you mean '{near[0]}'?" if near else ""
