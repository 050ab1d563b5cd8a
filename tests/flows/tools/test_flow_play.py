"""A flow is played in a terminal or through a pipe, and what was played is kept as a test that passes."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.flows import app

PAGE = Path(__file__).parents[1] / "lang" / "page"
TESTS = "tests/transfer_money.test.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PAGE, tmp_path / "content"))


def play(folder: Path, *typed: str, options: tuple[str, ...] = ()) -> str:
    arguments = ["play", "--folder", str(folder), *options]
    result = CliRunner().invoke(app, arguments, input="".join(f"{one}\n" for one in typed))
    assert result.exit_code == 0, result.output
    return result.output


def run_tests(folder: Path) -> str:
    return CliRunner().invoke(app, ["test", str(folder)]).output


def test_a_transfer_is_typed_tapped_and_kept_as_a_test_that_passes(folder: Path) -> None:
    before = (folder / TESTS).read_text(encoding="utf-8")
    said = play(folder, "send 50", "4111 1111 1111 1111", "1", "/save a played transfer")
    assert "Send 50.00 ₴ from Everyday •4242 to •1111?" in said.replace("\u00a0", " ")
    assert "kept as 'a played transfer'" in said
    assert "5 passed, 0 failed." in run_tests(folder)
    after = (folder / TESTS).read_text(encoding="utf-8").split("\n")
    assert [row for row in before.rstrip("\n").split("\n") if row not in after] == []
    assert any("{action: transfers.execute, times: 1}" in row for row in after)


def test_time_news_and_failures_of_the_bank_are_kept_too(folder: Path) -> None:
    said = play(
        folder, "send 50 to 4111 1111 1111 1111", "/fail transfers.execute unknown_result", "1", "/wait 20m",
        "/event transfers.execute", "/save nobody knew at first",
    )  # fmt: skip
    assert "transfer_pending" in said
    assert "transfer_done_later" in said
    assert "5 passed, 0 failed." in run_tests(folder)


def test_a_guest_becomes_a_customer_in_ukrainian(folder: Path) -> None:
    said = play(
        folder, "хочу картку", "/contact", "123456", "1", "1", "/event cards.issued card_id=K-7", "/save картка",
        options=("--auth", "guest", "--locale", "uk"),
    )  # fmt: skip
    assert "Яку картку бажаєте?" in said
    assert "kept as 'картка' in tests/card_issue.test.yml" in said
    assert (folder / "tests" / "card_issue.test.yml").is_file()
    assert "5 passed, 0 failed." in run_tests(folder)


def test_a_number_is_an_amount_where_an_amount_is_asked(folder: Path) -> None:
    said = play(folder, "/topup", "2", "/slots")
    assert "amount     2.00 UAH" in said


def test_where_and_slots_tell_line_and_values(folder: Path) -> None:
    said = play(folder, "send 50", "/where", "/slots")
    assert "flows/transfer_money.flow.yml:26  transfer_money › ask_to" in said
    assert "from_card  c1" in said


def test_a_flow_can_be_named_to_begin_with(folder: Path) -> None:
    result = CliRunner().invoke(app, ["play", "top_up", "--folder", str(folder)], input="")
    assert "How much would you like to add?" in result.output


def test_what_is_typed_wrongly_says_how_it_goes(folder: Path) -> None:
    said = play(
        folder, "#4", "/wait soon", "/event cards.isued", "/fail transfers.exec unavailable",
        "/fail transfers.execute eaten", "/event", "/secure to_card 1", "/save nothing",
    )  # fmt: skip
    for words in (
        "there is no button 4", "such as /wait 20m", "no event and no operation 'cards.isued'",
        "Did you mean 'transfers.execute'?", "never answers 'eaten'", "nothing is waited for",
        "no secure page was offered", "no flow has run yet",
    ):  # fmt: skip
        assert words in said.replace("\n  ", " ").replace("\n", " "), words


def test_a_number_that_may_be_somebodys_card_is_not_kept(folder: Path) -> None:
    before = (folder / TESTS).read_text(encoding="utf-8")
    said = play(folder, "send 50", "5375 4141 0000 0004", "/save mine")
    assert "no test number" in said
    assert (folder / TESTS).read_text(encoding="utf-8") == before


def test_a_name_that_is_taken_is_refused(folder: Path) -> None:
    said = play(folder, "send 50", "/save one more", "/save one more")
    assert "has a test 'one more' already" in said


def test_content_with_faults_is_not_played(folder: Path) -> None:
    (folder / "flows" / "top_up.flow.yml").write_text("a: b: c\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["play", "--folder", str(folder)], input="hi\n")
    assert result.exit_code == 1
    assert "error E101" in result.output
