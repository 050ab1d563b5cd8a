"""`teller flows …` against the database, and a production that starts only with a published version."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result
from version_rig import BRAND, content, longer, store_at, write

from bot.cli.flows import app
from bot.settings import Settings
from bot.settings.shape import Settings as Shape
from bot.versions.live import NothingPublished
from bot.versions.room import Versions


def teller(*words: str) -> Result:
    """What the terminal says."""
    return CliRunner().invoke(app, list(words))


def said(result: Result) -> str:
    """What went wrong in the command shows here, too."""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    return write(tmp_path / "content", content())


def test_two_people_publish_go_back_and_withdraw_from_the_terminal(folder: Path) -> None:
    drafted = teller("draft", str(folder), "--as", "anna", "--why", "opening day")
    assert "Version 1 is kept as a draft" in said(drafted)
    assert "slots.yml:5:3: warning W403" in drafted.output

    own = teller("approve", "1", "--as", "anna", "--why", "mine", "--accept-warnings")
    assert (own.exit_code, "somebody else has to approve it" in said(own)) == (1, True)
    early = teller("publish", "1", "--as", "anna", "--why", "now")
    assert (early.exit_code, "Nobody but the author" in said(early)) == (1, True)
    assert teller("approve", "1", "--as", "bob", "--why", "read", "--accept-warnings").exit_code == 0
    assert said(teller("publish", "1", "--as", "anna", "--why", "now")) == "Version 1 is live.\n"

    write(folder, longer())
    for step in (
        ("draft", str(folder), "--as", "anna", "--why", "a day, too"),
        ("approve", "2", "--as", "bob", "--why", "read", "--accept-warnings"),
        ("publish", "2", "--as", "bob", "--why", "now"),
    ):
        assert teller(*step).exit_code == 0
    assert said(teller("rollback", "--as", "carol", "--why", "too long")) == "Version 1 is live.\n"
    assert said(teller("withdraw", "memo", "--as", "carol", "--why", "wrong")) == "memo is withdrawn.\n"
    assert said(teller("restore", "memo", "--as", "bob", "--why", "right")) == "memo is open again.\n"
    rows = said(teller("versions")).splitlines()
    assert [row.split()[:2] for row in rows] == [["2", "published"], ["1", "live"]]
    told = said(teller("versions", "--events"))
    assert "carol  rolled_back version 1: too long" in told
    assert "bob  restored flow memo: right" in told


def test_a_broken_folder_is_kept_and_the_terminal_says_where_it_is_wrong(folder: Path) -> None:
    broken = folder / "flows" / "memo.flow.yml"
    broken.write_text(broken.read_text().replace("say: done", "say: dnoe"))
    drafted = teller("draft", str(folder), "--as", "anna", "--why", "a change")
    assert drafted.exit_code == 1
    assert "flows/memo.flow.yml:13:10: error E220" in said(drafted)


async def test_production_does_not_start_on_what_only_the_sandbox_published(settings: Settings, database: str) -> None:
    sandbox = Versions(settings, BRAND, store_at(database).connect)
    await sandbox.open()
    assert sandbox.live.number == 1
    production = Shape.model_validate(settings.model_dump() | {"mode": "production"})
    with pytest.raises(NothingPublished, match="teller flows draft flows/content"):
        await Versions(production, BRAND, store_at(database).connect).open()


async def test_a_first_start_with_broken_files_says_what_is_wrong(
    settings: Settings, database: str, tmp_path: Path
) -> None:
    from bot.content import ContentBroken

    folder = write(tmp_path / "broken", content("dsl: '1'\n\tflow: memo\n"))
    own = Shape.model_validate(settings.model_dump() | {"flows": {"folder": str(folder)}})
    with pytest.raises(ContentBroken, match=r"flows/memo\.flow\.yml:2:1: error E101"):
        await Versions(own, BRAND, store_at(database).connect).open()


async def test_a_start_on_a_folder_that_broke_serves_the_last_good_version(
    settings: Settings, database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "content", content())
    own = Shape.model_validate(settings.model_dump() | {"flows": {"folder": str(folder)}})
    await Versions(own, BRAND, store_at(database).connect).open()
    write(folder, content("nothing like a flow"))
    again = Versions(own, BRAND, store_at(database).connect)
    await again.open()
    assert again.live.number == 1
    assert "Version 1 goes on serving." in capsys.readouterr().err


async def test_processes_that_watch_one_folder_publish_it_once(
    settings: Settings, database: str, tmp_path: Path
) -> None:
    folder = write(tmp_path / "content", content())
    own = Shape.model_validate(settings.model_dump() | {"flows": {"folder": str(folder)}})
    processes = [Versions(own, BRAND, store_at(database).connect) for _ in range(3)]
    await asyncio.gather(*(process.open() for process in processes))
    assert [process.live.number for process in processes] == [1, 1, 1]
    heads, _ = await store_at(database).read()
    assert list(heads) == [1]
