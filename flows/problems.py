"""What is wrong with the content, said once and shown three ways: as text, as JSON objects and as SARIF."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from flows.model import Place

# 13 to 19 digits, however they are grouped: no report repeats what may be a customer's card.
_CARD_LIKE = re.compile(r"(?<![0-9])(?:[0-9][ \-.\u00a0]?){12,18}[0-9](?![0-9])")
LINE_MAX = 200  # of a quoted line
WORD_MAX = 60  # longer ones are no misspelt names
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True, slots=True)
class Edit:
    """What an editor can do at one stroke: put ``text`` in place of ``range``."""

    range: Place
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. A code that begins with W warns, one with E blocks publishing.

    ``what`` says it in staff's words with the offending word in quotes, ``why`` what would happen, ``fix`` one
    concrete edit. None of them ends in a full stop.
    """

    code: str
    at: Place
    what: str
    why: str
    fix: str
    edit: Edit | None = None

    @property
    def severity(self) -> str:
        """``error`` or ``warning``."""
        return "warning" if self.code.startswith("W") else "error"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    if len(word) > WORD_MAX:
        return None
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return near[0] if near else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """``Did you mean 'x'?`` when a known word is near."""
    near = nearest(word, known)
    return f"Did you mean '{near}'?" if near else otherwise


def unknown_word(code: str, at: Place, what: str, why: str, word: str, known: Iterable[str], otherwise: str) -> Problem:
    """A problem about a word that nobody knows, with the closest known one as its edit."""
    near = nearest(word, known)
    edit = Edit(at, near) if near and at.end_col - at.col == len(word) else None
    return Problem(code, at, what, why, f"Did you mean '{near}'?" if near else otherwise, edit)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorted by place, each once."""
    unique = dict.fromkeys(problems)
    return tuple(sorted(unique, key=lambda p: (p.at.file, p.at.line, p.at.col, p.code, p.what)))


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether anything blocks."""
    return any(problem.severity == "error" for problem in problems)


def masked(text: str) -> str:
    """The text with the digits of what looks like a card number hidden, its length kept."""
    return _CARD_LIKE.sub(_hide, text)


def _hide(match: re.Match[str]) -> str:
    return re.sub("[0-9]", "•", match[0][:-4]) + match[0][-4:]


def as_text(problem: Problem, sources: Mapping[str, str]) -> str:
    """The problem as the terminal shows it, with its line and a caret."""
    at = problem.at
    rows = [f"{at}: {problem.severity} {problem.code}: {masked(_sentence(problem.what))}"]
    lines = sources.get(at.file, "").split("\n")
    if at.line <= len(lines) and sources.get(at.file):
        rows += _quoted(lines[at.line - 1], at)
    rows += [f"   why: {masked(_sentence(problem.why))}", f"   fix: {masked(_sentence(problem.fix))}"]
    return "\n".join(rows)


def _quoted(line: str, at: Place) -> list[str]:
    """The line with a caret below; of a very long one only what is near the caret."""
    first = 0 if len(line) <= LINE_MAX else max(0, at.col - 1 - LINE_MAX // 2)
    shown = masked(line[max(0, first - 40) : first + LINE_MAX + 40].replace("\t", " "))
    cut = shown[first - max(0, first - 40) :][:LINE_MAX]
    return [f"{at.line:5d} | {cut}", f"      | {' ' * (at.col - 1 - first)}^"]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def as_object(problem: Problem) -> dict[str, object]:
    """The problem as the web editor and CI read it."""
    at = problem.at
    edit = problem.edit and {
        "range": {
            "line": problem.edit.range.line,
            "col": problem.edit.range.col,
            "end_col": problem.edit.range.end_col,
        },
        "text": masked(problem.edit.text),
    }
    return {
        "file": at.file, "line": at.line, "col": at.col, "end_col": at.end_col,
        "code": problem.code, "severity": problem.severity,
        "what": masked(_sentence(problem.what)), "why": masked(_sentence(problem.why)),
        "fix": masked(_sentence(problem.fix)), "edit": edit,
    }  # fmt: skip


def as_json(problems: Iterable[Problem]) -> str:
    """A JSON list of ``as_object``."""
    return json.dumps([as_object(problem) for problem in problems], ensure_ascii=False, indent=2)


def as_sarif(problems: Iterable[Problem], base_uri: str | None = None) -> str:
    """A SARIF 2.1.0 log, as code hosts show beside a change. ``base_uri`` is the content folder's, with a last /."""
    found = list(problems)
    codes = sorted({problem.code for problem in found})
    run: dict[str, object] = {
        "tool": {"driver": {"name": "teller flows check", "rules": [{"id": code} for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(problem) for problem in found],
    }
    if base_uri:
        run["originalUriBaseIds"] = {"CONTENT": {"uri": base_uri}}
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _sarif_result(problem: Problem) -> dict[str, object]:
    at = problem.at
    text = " ".join(masked(_sentence(part)) for part in (problem.what, problem.why, problem.fix))
    region = {"startLine": at.line, "startColumn": at.col, "endColumn": at.end_col}
    place = {"artifactLocation": {"uri": at.file, "uriBaseId": "CONTENT"}, "region": region}
    return {
        "ruleId": problem.code,
        "level": problem.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }
