"""The content passes its own tests in full under every bank, and its README shows what the tool really prints."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from banks import BANKS, brand_file

from flows.checks import check
from flows.loader import load_brand
from flows.model import Library
from flows.ports import ButtonLimits, Capabilities
from flows.problems import as_text
from flows.testing import Report, read_tests, run

ROOT = Path(__file__).parents[3]
CONTENT = ROOT / "flows" / "content"
TAKEN = frozenset({"card_number", "tax_id", "last4", "iban", "id_document"})
OPEN = Capabilities(
    "telegram", 4096, "char", 1024, ButtonLimits(10, 3, 20, 64), request_phone=True, deletes=True, may_take=TAKEN,
    may_show=TAKEN,
)  # fmt: skip
TYPED = replace(OPEN, channel="messenger", own_phone="typed")
FIRST = frozenset(
    ("identify", "strong_auth", "card_issue", "verify_me", "transfer_money", "top_up", "show_balance", "operator")
)


@pytest.fixture(scope="module", params=BANKS)
def library(request: pytest.FixtureRequest) -> Library:
    found = check(CONTENT, load_brand(brand_file(request.param)))
    assert found.library is not None, found.problems
    return found.library


@pytest.fixture(scope="module")
def report(library: Library) -> Report:
    files, problems, _ = read_tests(CONTENT, library)
    assert problems == []
    return run(library, files, (OPEN, TYPED), every=True)


def test_every_example_conversation_goes_as_written(report: Report) -> None:
    assert [failure.as_text() for failure in report.failures] == []


def test_the_examples_go_every_way_of_the_first_flows(report: Report) -> None:
    assert report.coverage is not None
    assert [way for way in report.coverage.missing() if way[1] in FIRST or way[0] == "locale"] == []


def test_the_readme_shows_a_mistake_as_the_tool_does(tmp_path: Path) -> None:
    shutil.copytree(CONTENT, tmp_path / "content")
    flow = tmp_path / "content" / "flows" / "transfer_money.flow.yml"
    flow.write_text(flow.read_text(encoding="utf-8").replace("on_no: stopped", "on_no: stoped"), encoding="utf-8")
    found = check(tmp_path / "content", load_brand(brand_file("sandbox")))
    (problem,) = (one for one in found.problems if one.code == "E211")
    assert _without_lines(as_text(problem, found.sources)) in _without_lines((CONTENT / "README.md").read_text("utf-8"))


def _without_lines(text: str) -> str:
    """Line numbers move with every edit of the flow."""
    return re.sub(r"yml:\d+:|^ +\d+ \|", "", text, flags=re.MULTILINE)
