"""What differs between two versions is said in words, by flow, what touches money first."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.flow_content import library_of
from bot.cli.flow_diff import DiffFormat, compared
from bot.cli.flows import app
from bot.settings import Settings

PAGE = Path(__file__).parents[1] / "lang" / "page"
SEND = "flows/transfer_money.flow.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PAGE, tmp_path / "content"))


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def diff(folder: Path, *options: str) -> str:
    return invoke(str(PAGE), str(folder), *options)


def invoke(*words: str) -> str:
    result = CliRunner().invoke(app, ["diff", *words])
    assert result.exit_code == 0, result.output
    return result.output


def draft(folder: Path) -> None:
    result = CliRunner().invoke(app, ["draft", str(folder), "--as", "anna", "--why", "a test"])
    assert "is kept as a draft" in result.output, result.output


def test_the_same_content_has_no_differences() -> None:
    assert diff(PAGE).strip() == "No differences."


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (SEND, "uk: Яку суму?", "uk: Скільки?", "  text 'ask_amount' changed in uk from “Яку суму?” to “Скільки?”"),
        ("slots.yml", "max: limits.transfer_max", "max: limits.transfer_left_today",
         "! the limit of 'amount' changed from 'limits.transfer_max' to 'limits.transfer_left_today'"),
        (SEND, "      - if: same_card(to_card, from_card)\n        say: same_card\n", "",
         "! reject removed: 'same_card(to_card, from_card)' in 'ask_to'"),
        (SEND, "  - id: check\n", "  - id: hello\n    say: nothing_sent\n  - id: check\n",
         "  step 'hello' added before 'check' (say nothing_sent)"),
        (SEND, "show: [from_card, to_card, amount, fee, purpose]", "show: [from_card, to_card, amount, purpose]",
         "! what it shows in 'check' (confirm) changed from [from_card, to_card, amount, fee, purpose] to"),
        (SEND, "auth: verified", "auth: strong",
         "! who may use 'transfer_money' (auth) changed from 'verified' to 'strong'"),
        (SEND, "unknown_result: pending", "unknown_result: try_later",
         "! where error 'unknown_result' of 'pay' leads changed from 'pending' to 'try_later'"),
        (SEND, "expires_after: 15m", "expires_after: 1h",
         "  the silence limit (expires_after) changed from 15m to 1h"),
        (SEND, "commands: [/send]", "commands: [/send, /pay]", "  command added: /pay"),
        (SEND, "Fee: {fee}.", "The fee is {fee}.", "! text 'summary' changed in en from"),
    ],
)  # fmt: skip
def test_a_change_is_said_in_words(folder: Path, file: str, old: str, new: str, said: str) -> None:
    change(folder, file, old, new)
    assert said in diff(folder)


def test_what_touches_money_comes_first_and_flows_stand_together(folder: Path) -> None:
    change(folder, SEND, "uk: Яку суму?", "uk: Скільки?")
    change(folder, SEND, "on_no: stopped", "on_no: try_later")
    change(folder, "flows/show_balance.flow.yml", "title: ", "title: The ")
    found = json.loads(diff(folder, "--format", "json"))
    assert [one["flow"] for one in found[:3]] == ["transfer_money"] * 3 if len(found) > 3 else True
    dangers = [one["danger"] for one in found if one["flow"] == "transfer_money"]
    assert dangers == sorted(dangers, key=["money", "steps", "words"].index)
    assert found[-1]["flow"] == "show_balance"
    assert found[0]["file"] == SEND


def test_a_flow_that_comes_or_goes_is_one_change(folder: Path) -> None:
    path = folder / "flows" / "show_balance.flow.yml"
    text = path.read_text(encoding="utf-8")
    (folder / "flows" / "balance.flow.yml").write_text(text.replace("flow: show_balance", "flow: balance"))
    path.unlink()
    said = diff(folder)
    assert "the flow 'balance' is new" in said
    assert "the flow 'show_balance' is gone" in said


def test_published_versions_are_read_by_number(folder: Path) -> None:
    change(folder, SEND, "uk: Яку суму?", "uk: Скільки?")
    versions = {1: library_of(PAGE, "sandbox"), 2: library_of(folder, "sandbox")}
    said = compared("1", "2", DiffFormat.TEXT, "sandbox", lambda number, _: versions.get(number))
    assert "text 'ask_amount' changed in uk" in said


@pytest.mark.usefixtures("settings")
def test_versions_of_the_database_are_compared_by_number(folder: Path) -> None:
    draft(folder)
    change(folder, SEND, "uk: Яку суму?", "uk: Скільки?")
    draft(folder)
    said = invoke("1", "2")
    assert "text 'ask_amount' changed in uk from “Яку суму?” to “Скільки?”" in said
    assert invoke("2", str(PAGE)).count("from “Скільки?” to “Яку суму?”") == 1
    assert invoke("2", str(folder)).strip() == "No differences."


@pytest.mark.usefixtures("settings")
def test_a_number_that_no_version_has_ends_with_2() -> None:
    result = CliRunner().invoke(app, ["diff", str(PAGE), "7"])
    assert (result.exit_code, "there is no version 7" in result.output) == (2, True)


@pytest.mark.usefixtures("settings")
def test_a_draft_that_cannot_be_read_ends_with_2_and_says_where(folder: Path) -> None:
    change(folder, SEND, "  - id: quote", "  - idd: quote")
    draft(folder)
    result = CliRunner().invoke(app, ["diff", str(PAGE), "1"])
    assert (result.exit_code, "version 1 cannot be read: flows/transfer_money.flow.yml:" in result.output) == (2, True)


def test_a_database_that_does_not_answer_ends_with_2(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    del settings
    monkeypatch.setenv("TELLER_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    result = CliRunner().invoke(app, ["diff", str(PAGE), "1"])
    assert (result.exit_code, "cannot be read from the database" in result.output) == (2, True)


def test_a_folder_that_is_none_ends_with_2(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["diff", str(PAGE), str(tmp_path)]).exit_code == 2
