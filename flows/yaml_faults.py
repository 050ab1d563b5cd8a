"""Says in staff's words why a file cannot be read: its bytes, its invisible characters, its YAML."""

import re
import unicodedata
from collections.abc import Iterator

import yaml

from flows.model import Place
from flows.problems import Problem

_BREAKS = {"\r": "carriage return", "\x85": "next line", "\u2028": "line separator", "\u2029": "paragraph separator"}
_SUSPECT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_INDENTED_WRONG = (
    "this line is not indented like the lines above it",
    "lines of one table begin in one column",
    "line it up with the key above",
)


def unreadable(at: Place, what: str, why: str, fix: str) -> Problem:
    return Problem("E101", at, what, why, fix)


def not_utf8(data: bytes, error: UnicodeDecodeError, file: str) -> Problem:
    before = data[: error.start].decode("utf-8")
    line, col = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    why = "other encodings turn letters into signs that customers cannot read"
    return Problem("E106", Place(file, line, col, col + 1), "this byte is not UTF-8", why, "save the file as UTF-8")


def tabs(text: str, file: str) -> Iterator[Problem]:
    if "\t" not in text:
        return
    for number, line in enumerate(text.split("\n"), 1):
        if (at := line.find("\t")) >= 0:
            place = Place(file, number, at + 1, at + 2)
            yield unreadable(
                place, "a tab stands here", "YAML is indented with spaces only", "replace it with two spaces"
            )


def invisible(text: str, file: str) -> Iterator[Problem]:
    """Characters that change what is read without being seen. A joiner inside an emoji is what it is for."""
    line, counted = 1, 0
    for match in _SUSPECT.finditer(text):
        sign, at = match[0], match.start()
        line, counted = line + text.count("\n", counted, at), at
        if sign == "\t" or (sign == "\u200d" and _joins_emoji(text, at)):
            continue
        col = at - text.rfind("\n", 0, at)
        name = _BREAKS.get(sign) or unicodedata.name(sign, f"U+{ord(sign):04X}").lower()
        place = Place(file, line, col, col + 1)
        why = "what a reviewer sees would not be what a customer gets"
        yield Problem(
            "E106", place, f"an invisible character '{name}' stands here", why, "delete it and type the word anew"
        )


def _joins_emoji(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return (
        bool(before and after)
        and (before == "\ufe0f" or unicodedata.category(before) in ("So", "Sk"))
        and (unicodedata.category(after) == "So")
    )


# A piece of the parser's words -> what is wrong, why, and what to do, for somebody who does not know YAML.
_READINGS = (
    (
        "mapping values are not allowed",
        "a second ': ' stands in this line",
        "the part after the first ': ' is a text, and a text with ': ' needs quotes",
        "put the whole text in double quotes",
    ),
    (
        "could not find expected ':'",
        "a ':' is missing here",
        "every line is 'key: value'",
        "write ': ' after the key, or put a long text in double quotes",
    ),
    (
        "did not find expected ',' or '}'",
        "a '{' is not closed here",
        "a table in one line is {key: value, key: value}",
        "add the missing ',' or '}'",
    ),
    (
        "did not find expected ',' or ']'",
        "a '[' is not closed here",
        "a list in one line is [one, two]",
        "add the missing ',' or ']'",
    ),
    (
        "while scanning a quoted scalar",
        "a quotation mark is not closed",
        "everything after it would be one text",
        "add the closing quotation mark",
    ),
    (
        "found unknown escape character",
        "a backslash stands in double quotes",
        "a backslash there starts a special character",
        "use single quotes, or leave the backslash out",
    ),
    (
        "cannot start any token",
        "this character cannot begin a word",
        "YAML keeps it for itself",
        "put the text in double quotes",
    ),
    ("did not find expected key", *_INDENTED_WRONG),
    (
        "did not find expected '-' indicator",
        "this line is not indented like the list above it",
        "items of one list begin with '- ' in one column",
        "line it up with the '-' above",
    ),
)


def from_parser(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    words = f"{error.context or ''} {error.problem or ''}"
    mark = error.problem_mark or error.context_mark
    if ("quoted scalar" in words or "expected ','" in words) and error.context_mark is not None:
        mark = error.context_mark
    line, col = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    lines = text.split("\n")
    if line > len(lines) or (line == len(lines) and not lines[-1]):
        line = max(len(text.rstrip("\n").split("\n")), 1)
        col = max(len(lines[line - 1]), 1)
    place = Place(file, line, col, col + 1)
    if "mapping values" in words and ": " not in (before := lines[line - 1][: col - 1]) and line > 1:
        return _first_colon(place, before, lines[line - 2])
    for piece, what, why, fix in _READINGS:
        if piece in words:
            return unreadable(place, what, why, fix)
    return unreadable(
        place,
        "this line cannot be read",
        "it is not YAML",
        "compare its colons, dashes and spaces with the lines above",
    )


def _first_colon(at: Place, before: str, above: str) -> Problem:
    """The first ': ' of a line is in the way: the line stands too deep, or the one above has none."""
    if len(before) - len(before.lstrip()) > len(above) - len(above.lstrip()) or ":" in above:
        return unreadable(at, *_INDENTED_WRONG)
    return unreadable(
        at, "a ':' is missing in the line above", "every line is 'key: value'", "write ': ' after the key above"
    )
