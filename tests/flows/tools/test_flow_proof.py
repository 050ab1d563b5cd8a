"""`teller flows check --tests` tells failing tests and untested ways, with their places, beside all the rest."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.flow_content import library_of
from bot.cli.flows import app
from flows.facts import Fact
from flows.source import read
from flows.testing import taken_elsewhere

PAGE = Path(__file__).parents[1] / "lang" / "page"
TESTS = "tests/transfer_money.test.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PAGE, tmp_path / "content"))


def problems(folder: Path) -> "tuple[int, list[dict[str, object]]]":
    result = CliRunner().invoke(app, ["check", str(folder), "--tests", "--format", "json"])
    return result.exit_code, json.loads(result.output)


def test_a_failing_test_blocks_at_the_line_that_was_not_met(folder: Path) -> None:
    path = folder / TESTS
    text = path.read_text(encoding="utf-8").replace("- bot: sent", "- bot: no_funds", 1)
    path.write_text(text, encoding="utf-8")
    code, found = problems(folder)
    (failed,) = [one for one in found if one["code"] == "E511"]
    assert code == 1
    assert failed["file"] == TESTS
    assert "bot: no_funds" in text.split("\n")[int(str(failed["line"])) - 1]
    assert "expected 'no_funds', got 'sent'" in str(failed["what"])
    assert "flows/transfer_money.flow.yml:" in str(failed["fix"])


def test_what_no_test_reaches_is_a_warning_at_its_step() -> None:
    code, found = problems(PAGE)
    assert code == 0
    missing = {(one["file"], one["what"]) for one in found if one["code"] == "W510"}
    assert ("flows/transfer_money.flow.yml", "no test reaches reject 1 of 'ask_to'.") in missing


def test_an_example_that_is_understood_as_another_flow_is_told_at_its_line() -> None:
    library = library_of(PAGE, "sandbox")
    trees = {flow.at.file: read((PAGE / flow.at.file).read_bytes(), "")[0] for flow in library.flows.values()}

    def always(text: str, locale: str) -> Fact:
        return {"ranking": [{"intent": "top_up", "confidence": 0.9}]}

    found = list(taken_elsewhere(library, trees, always))
    lines = (PAGE / "flows/show_balance.flow.yml").read_text(encoding="utf-8").split("\n")
    (balance,) = [one for one in found if "balance" in one.what]
    assert {one.code for one in found} == {"W520"}
    assert "balance" in lines[balance.at.line - 1]
    assert "'top_up'" in balance.what
    assert all("top up" not in one.what for one in found)
