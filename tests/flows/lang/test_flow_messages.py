"""Problems read as the page shows them, in three forms, and repeat no card number."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.flows import app
from flows.loader import BrandError, load_brand
from flows.problems import as_text, in_order
from flows.source import read

PAGE = Path(__file__).parent / "page"
SEND = "flows/transfer_money.flow.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PAGE, tmp_path / "content"))


def change(folder: Path, old: str, new: str) -> None:
    path = folder / SEND
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


def teller(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_a_sound_folder_ends_with_0() -> None:
    code, said = teller("check", str(PAGE))
    assert code == 0
    assert "error" not in said.replace("0 errors", "")


def test_text_is_as_on_the_page(folder: Path) -> None:
    change(folder, "    ask: ask_amount\n", "    ask: ask_amount\n    ask_befor_filling: true\n")
    code, said = teller("check", str(folder))
    assert code == 1
    assert said.startswith(
        f"{SEND}:39:5: error E204: the key 'ask_befor_filling' is not known in a 'collect' step.\n"
        "   39 |     ask_befor_filling: true\n"
        "      |     ^\n"
        "   why: a key that nobody reads would do nothing.\n"
        "   fix: Did you mean 'ask_before_filling'?\n"
    )


def test_json_is_a_list_of_objects_with_an_edit(folder: Path) -> None:
    change(folder, "on_no: stopped", "on_no: stoped")
    code, said = teller("check", str(folder), "--format", "json")
    (found,) = [one for one in json.loads(said) if one["severity"] == "error"]
    assert code == 1
    assert set(found) == {"file", "line", "col", "end_col", "code", "severity", "what", "why", "fix", "edit"}
    assert (found["file"], found["code"], found["line"], found["col"], found["end_col"]) == (SEND, "E211", 57, 12, 18)
    assert found["edit"] == {"range": {"line": 57, "col": 12, "end_col": 18}, "text": "stopped"}


def test_sarif_names_rule_level_and_region(folder: Path) -> None:
    change(folder, "on_no: stopped", "on_no: stoped")
    code, said = teller("check", str(folder), "--format", "sarif")
    run = json.loads(said)["runs"][0]
    result = next(one for one in run["results"] if one["level"] == "error")
    assert code == 1
    assert result["ruleId"] == "E211"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 57, "startColumn": 12, "endColumn": 18}


def test_all_problems_of_all_files_come_at_once_in_order(folder: Path) -> None:
    change(folder, "on_no: stopped", "on_no: stoped")
    change(folder, "max_attempts: 3", "max_attempts: three")
    (folder / "flows" / "top_up.flow.yml").write_text("a: b: c\n", encoding="utf-8")
    _, said = teller("check", str(folder), "--format", "json")
    found = [(one["file"], one["line"]) for one in json.loads(said)]
    assert found == sorted(found)
    assert {file for file, _ in found} >= {SEND, "flows/top_up.flow.yml"}
    assert sum(file == SEND for file, _ in found) == 2


def test_what_is_no_content_folder_ends_with_2(tmp_path: Path) -> None:
    assert teller("check", str(tmp_path / "nowhere"))[0] == 2
    assert teller("check", str(tmp_path))[0] == 2
    assert teller("check", str(PAGE), "--bank", "nobody")[0] == 2


def test_a_card_number_in_a_quoted_line_is_hidden(folder: Path) -> None:
    change(folder, "on_no: stopped", "on_no: stoped # 4111 1111 1111 1111")
    for form in ("text", "json", "sarif"):
        _, said = teller("check", str(folder), "--format", form)
        assert "4111 1111" not in said


def test_hidden_digits_keep_the_caret_in_its_place() -> None:
    text = "4111111111111111: a\n4111111111111111: b\n"
    _, _, problems = read(text.encode(), "f.yml")
    shown = as_text(in_order(problems)[0], {"f.yml": text})
    assert "    2 | ••••••••••••1111: b\n      | ^" in shown


@pytest.mark.parametrize(
    ("data", "code", "line", "col", "word"),
    [
        (b"a:\n\t- x\n", "E101", 2, 1, "tab"),
        (b"a: b: c\n", "E101", 1, 5, "': '"),
        (b"a:\n  b: 1\n c: 2\n", "E101", 3, 2, "indented"),
        (b'a: "b\n', "E101", 1, 4, "quotation mark"),
        (b"a: {b: 1\nc: 2\n", "E101", 1, 4, "'{'"),
        (b"---\na: 1\n---\nb: 1\n", "E101", 3, 1, "'---'"),
        (b"a: 1\nb: \xff\n", "E106", 2, 4, "UTF-8"),
        ("a: x\u202ey\n".encode(), "E106", 1, 5, "right-to-left override"),
        ("\ufeffa: 1\n".encode(), "E106", 1, 1, "invisible"),
        (b"a: *x\n", "E103", 1, 4, "alias"),
        (b"<<: {a: 1}\n", "E103", 1, 1, "merge"),
        (b"a: [" + b"[" * 30 + b"]" * 30 + b"]\n", "E101", 1, 27, "levels"),
        (b"x" * 600_000, "E101", 1, 1, "KiB"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, code: str, line: int, col: int, word: str) -> None:
    _, _, (problem, *_) = read(data, "f.yml")
    assert (problem.code, problem.at.line, problem.at.col) == (code, line, col)
    assert word in problem.what


def test_an_emoji_may_hold_a_joiner() -> None:
    assert read("a: \U0001f469\u200d\U0001f4bb\n".encode(), "f.yml")[2] == []


def test_a_wrong_brand_lists_every_fault(tmp_path: Path) -> None:
    path = tmp_path / "brand.yml"
    path.write_text("name: B\ncurrency: UAH\nlocales: [en]\ntime_zone: Mars/Base\nlimits: {max: 5 USD, min: five}\n")
    with pytest.raises(BrandError) as caught:
        load_brand(path)
    assert str(caught.value).count("error E205") == 3
