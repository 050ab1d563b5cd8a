"""Pages that say which tests show a case must not promise what is not there, nor leave a line of the checklist out."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
DOCS = TESTS.parent / "docs"
LINES = {"money-cases.md": [*range(13, 31)], "customer-cases.md": [*range(1, 13), *range(38, 60)], "money-proof.md": []}
SECURITY = "security.md"  # here a test is named with its file
NAMED = re.compile(r"`(test_\w+)`")
WITH_FILE = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
DEFINED = re.compile(r"^\s*(?:async )?def (test_\w+)", re.MULTILINE)


@pytest.fixture(scope="module")
def defined() -> set[str]:
    return {name for file in TESTS.rglob("test_*.py") for name in DEFINED.findall(file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("page", LINES)
def test_every_test_that_a_page_names_exists(page: str, defined: set[str]) -> None:
    named = set(NAMED.findall((DOCS / page).read_text(encoding="utf-8")))
    assert len(named) >= len(LINES[page])
    assert sorted(named - defined) == []


@pytest.mark.parametrize("page", [page for page, lines in LINES.items() if lines])
def test_every_line_of_the_checklist_is_shown_by_a_test(page: str) -> None:
    rows = (DOCS / page).read_text(encoding="utf-8").splitlines()
    cases = {int(found[1]): row for row in rows if (found := re.match(r"\| (\d+) \|", row))}
    assert sorted(cases) == LINES[page]
    assert [number for number, row in cases.items() if not NAMED.search(row)] == []


def test_every_line_of_security_names_a_test_that_is_where_it_says() -> None:
    rows = (DOCS / SECURITY).read_text(encoding="utf-8").splitlines()
    cells = {int(found[1]): row.split("|")[2:5] for row in rows if (found := re.match(r"\| (\d+) \|", row))}
    assert sorted(cells) == list(range(1, 72))
    assert [line for line, (holds, shown, _) in cells.items() if not holds.strip() or not WITH_FILE.search(shown)] == []
    named = {match for row in rows for match in WITH_FILE.findall(row)}
    there = {file: DEFINED.findall((TESTS / file).read_text(encoding="utf-8")) for file, _ in named}
    assert sorted((file, name) for file, name in named if name not in there[file]) == []
