"""docs/channel-cases.md says which tests show a case; it must not promise what is not there, nor leave any out."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "channel-cases.md").read_text()
NAMED = re.compile(r"`(test_\w+)`")
DEFINED = re.compile(r"^\s*(?:async )?def (test_\w+)", re.MULTILINE)


def defined(folder: Path) -> set[str]:
    return {name for file in folder.rglob("test_*.py") for name in DEFINED.findall(file.read_text())}


def test_every_test_that_the_page_of_cases_names_exists() -> None:
    assert sorted(set(NAMED.findall(PAGE)) - defined(TESTS)) == []


def test_every_case_of_the_page_is_shown_by_a_test() -> None:
    cases = [line for line in PAGE.splitlines() if re.match(r"\| [A-E]\d", line)]
    assert len({case.split()[1] for case in cases}) == len(cases) > 0
    assert [case[:8] for case in cases if not NAMED.search(case)] == []


def test_every_test_of_the_platforms_stands_on_the_page() -> None:
    here = defined(Path(__file__).parent) - set(DEFINED.findall(Path(__file__).read_text()))
    assert sorted(here - set(NAMED.findall(PAGE))) == []
