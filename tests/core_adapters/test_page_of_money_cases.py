"""docs/money-cases.md says which tests show a case; it must not promise what is not there, nor leave a line out."""

import ast
import re
from pathlib import Path

import core_adapters.operations.sca

TESTS = Path(__file__).parents[1]
DOCS = TESTS.parent / "docs"

PAGE = (DOCS / "money-cases.md").read_text(encoding="utf-8")
PROOF = (DOCS / "money-proof.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(test_\w+)`")
DEFINED = re.compile(r"^\s*(?:async )?def (test_\w+)", re.MULTILINE)
LINES = range(13, 31)


def test_every_test_that_the_page_names_exists():
    defined = {name for file in TESTS.rglob("test_*.py") for name in DEFINED.findall(file.read_text(encoding="utf-8"))}
    assert sorted(set(NAMED.findall(PAGE + PROOF)) - defined) == []


def test_every_line_of_the_checklist_is_shown_by_a_test():
    cases = {int(found[1]): line for line in PAGE.splitlines() if (found := re.match(r"\| (\d+) \|", line))}
    assert sorted(cases) == list(LINES)
    assert [number for number, line in cases.items() if not NAMED.search(line)] == []


def test_codes_are_compared_in_constant_time():
    """Nothing that is derived from a code stands beside == or in; only compare_digest sees it."""
    tree = ast.parse(Path(core_adapters.operations.sca.__file__).read_text(encoding="utf-8"))
    compared = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    assert [text for text in compared if "code_hash" in text or "['code']" in text or "fingerprint" in text] == []
    called = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert "hmac.compare_digest" in called
