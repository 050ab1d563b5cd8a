"""`teller nlu review`: what was not understood becomes examples, and only after somebody has said so."""

import asyncio
import json
import shutil
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from bot.cli.nlu import app
from bot.keyring import Keyring
from bot.migrations import upgrade
from bot.settings import load_settings
from bot.store import Link
from bot.unheard import Unheard
from nlu.nearness import clusters
from nlu.training_data import PROJECT, read

SAID = [
    ("can I get a loan", "en"), ("can i get a loan please", "en"), ("give me a loan of 5000", "en"),
    ("чи можна взяти кредит", "uk"), ("можна взяти кредит", "uk"), ("кредит можна взяти на 5000 грн", "uk"),
    ("what is the weather today", "en"), ("weather for today please", "en"),
]  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, database: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the Rasa project, and a database in which these sentences were not understood."""
    monkeypatch.setenv("TELLER_DATABASE_URL", database)
    monkeypatch.setenv("TELLER_DATA_DIR", str(tmp_path / "data"))
    asyncio.run(_fill(database))
    return Path(shutil.copytree(PROJECT, tmp_path / "model"))


async def _fill(database: str) -> None:
    await upgrade(database)
    link = Link(lambda: asyncpg.connect(database))
    unheard = Unheard(link, Keyring([key.get_secret_value() for key in load_settings().vault.keys]))
    for text, locale in SAID:
        unheard.take(text, locale)
    await unheard.drain()
    await link.close()


def _run(project: Path, cache: Path, *arguments: str, said: str = ""):
    return CliRunner().invoke(app, ["review", "--project", str(project), "--cache", str(cache), *arguments], input=said)


def _listed(project: Path, cache: Path) -> list[dict[str, object]]:
    return json.loads(_run(project, cache, "--json").output)


def _id(project: Path, cache: Path, word: str) -> str:
    return next(str(one["id"]) for one in _listed(project, cache) if word in " ".join(one["sentences"]))


def test_sentences_that_say_the_same_lie_together():
    found = clusters([text for text, _ in SAID])
    together = {frozenset(cluster.texts) for cluster in found}
    assert frozenset(text for text, _ in SAID if "loan" in text) in together
    assert frozenset(text for text, _ in SAID if "кредит" in text) in together
    assert sum(cluster.said for cluster in found) == len(SAID)


def test_the_list_fits_a_terminal_and_shows_what_is_near(project, cache):
    listed = _run(project, cache, "--list")
    assert listed.exit_code == 0, listed.output
    assert "8 sentences were not understood" in listed.output
    assert "nearest: 1 " in listed.output
    assert "5000" not in listed.output
    assert max(len(line) for line in listed.output.splitlines()) <= 80


def test_what_is_decided_is_written_in_both_languages_and_forgotten(project, cache):
    loan, credit = _id(project, cache, "loan"), _id(project, cache, "кредит")
    weather = _id(project, cache, "weather")
    done = _run(project, cache, "--accept", f"{loan}=ask_fees", "--outside", credit, "--ignore", weather, "--yes")
    assert done.exit_code == 0, done.output
    examples = read(project)
    assert "give me a loan of 100" in examples["ask_fees"]
    assert "чи можна взяти кредит" in examples["out_of_scope"]
    assert {file.name for file in (project / "data").glob("reviewed_*.yml")} == {"reviewed_en.yml", "reviewed_uk.yml"}
    assert not any("weather" in text for texts in examples.values() for text in texts if "today please" in text)
    assert _listed(project, cache) == []


def test_nothing_is_written_before_a_yes(project, cache):
    loan = _id(project, cache, "loan")
    asked = _run(project, cache, "--accept", f"{loan}=ask_fees", said="n\n")
    assert "Write this?" in asked.output
    assert "Nothing is changed." in asked.output
    assert not list((project / "data").glob("reviewed_*.yml"))
    assert loan in [one["id"] for one in _listed(project, cache)]


@pytest.mark.parametrize(("flag", "why"), [("zzzz=ask_fees", "no cluster 'zzzz'"), ("{id}=ask_nothing", "no intent")])
def test_what_is_not_there_is_told(project, cache, flag, why):
    refused = _run(project, cache, "--accept", flag.format(id=_id(project, cache, "loan")), "--yes")
    assert refused.exit_code == 1
    assert why in refused.output


def test_a_script_that_decides_nothing_is_told_how(project, cache):
    refused = _run(project, cache)
    assert refused.exit_code == 1
    assert "--accept ID=INTENT" in refused.output


def test_confusions_are_told_with_their_sentences(project, cache):
    told = CliRunner().invoke(app, ["confusions", "--project", str(project), "--cache", str(cache)])
    rows = json.loads(
        CliRunner().invoke(app, ["confusions", "--project", str(project), "--cache", str(cache), "--json"]).output
    )
    assert rows, "a set on which nothing goes wrong tells nothing"
    first = rows[0]
    assert f"{first['meant']} taken for {first['taken']}" in told.output
    assert all(one["meant"] != one["taken"] and one["sentences"] for one in rows)
    counts = [len(one["sentences"]) for one in rows]
    assert counts == sorted(counts, reverse=True)
