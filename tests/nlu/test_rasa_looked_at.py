"""What the doctor says of the Rasa that is set, and how its confidences are measured."""

import asyncio
from pathlib import Path

import pytest
from rasa_imitated import SECRET, Imitation, no_model, serving
from typer.testing import CliRunner

from bot.asking_rasa import intents_of
from bot.cli.nlu import app
from bot.content import library
from bot.doctor import Finding, understanding
from bot.settings import load_settings
from bot.settings.production import problems
from core_adapters import brands
from nlu.calibrating import Asked, calibrated
from nlu.rasa import honest
from nlu.rasa_project import as_sent, calibration, exported, intents
from nlu.training_data import PROJECT, TrainingDataError, merged, of_flows, read

LIBRARY = library(brands.load("sandbox").for_flows())


@pytest.fixture(autouse=True)
def sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TELLER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TELLER_NLU__TOKEN", SECRET)


def all_intents(likeliest: str = "greet") -> Imitation:
    """A model of today's content."""
    return Imitation(ranking=[(intent, 0.8 if intent == likeliest else 0.001) for intent in intents_of(LIBRARY)])


async def diagnosis(rasa: Imitation, monkeypatch: pytest.MonkeyPatch) -> Finding:
    async with serving(rasa) as url:
        monkeypatch.setenv("TELLER_NLU__URL", url)
        return await asyncio.to_thread(understanding, load_settings(env_file=None))


async def test_a_model_of_the_flows_own_intents_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = await diagnosis(all_intents(), monkeypatch)
    assert finding.is_well, finding
    assert "Rasa answers" in finding.said


@pytest.mark.parametrize(
    ("rasa", "said", "mend"),
    [
        (Imitation(instead=no_model), "answers with a failure", "make rasa"),
        (Imitation(), "knows other intents", "make rasa"),
    ],
)
async def test_what_ails_rasa_is_told_with_its_mending(
    rasa: Imitation, said: str, mend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = await diagnosis(rasa, monkeypatch)
    assert not finding.is_well
    assert said in finding.said
    assert mend in finding.mend


async def test_another_secret_is_told_without_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELLER_NLU__TOKEN", "another secret of the same length, or so")
    finding = await diagnosis(all_intents(), monkeypatch)
    assert "does not take our token" in finding.said
    assert "another secret" not in str(finding)


def test_without_rasa_nothing_is_missing() -> None:
    assert understanding(load_settings(env_file=None)).is_well


def test_nobody_at_the_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELLER_NLU__URL", "http://127.0.0.1:1")
    assert "does not answer" in understanding(load_settings(env_file=None)).said


def test_production_wants_a_secret_beside_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELLER_NLU__URL", "http://rasa:5005")
    assert not any("NLU" in problem for problem in problems(load_settings(env_file=None)))
    monkeypatch.setenv("TELLER_NLU__TOKEN", "")
    assert any(problem.startswith("TELLER_NLU__TOKEN is missing") for problem in problems(load_settings(env_file=None)))


async def test_confidences_are_measured_on_the_held_out_sentences_and_written_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rasa, file = all_intents("show_balance"), tmp_path / "calibration.json"
    async with serving(rasa) as url:
        monkeypatch.setenv("TELLER_NLU__URL", url)
        result = await asyncio.to_thread(CliRunner().invoke, app, ["calibrate", "--to", str(file)])
    assert result.exit_code == 0, result.output
    assert len(rasa.asked) > 300
    found = calibration(file)
    assert found.temperature > 1, "it is sure of what is mostly wrong"
    assert found.accuracy < 0.1


def test_a_rasa_that_is_not_there_measures_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TELLER_NLU__URL", "http://127.0.0.1:1")
    result = CliRunner().invoke(app, ["calibrate", "--to", str(tmp_path / "calibration.json")])
    assert result.exit_code == 1
    assert "Rasa cannot be asked: silent" in result.output
    assert not (tmp_path / "calibration.json").exists()


def test_who_is_too_sure_is_cooled_until_confidences_hold() -> None:
    right, wrong = [("a", 0.99), ("b", 0.01)], [("b", 0.99), ("a", 0.01)]
    found = calibrated([Asked("a", right)] * 8 + [Asked("a", wrong)] * 2)
    assert honest(right, found.temperature)[0][1] == pytest.approx(0.8, abs=0.02)
    assert found.accuracy == 0.8


def test_one_in_twenty_of_the_served_falls_under_the_threshold() -> None:
    asked = [Asked("a", [("a", 0.5 + number / 250), ("b", 0.5 - number / 250)]) for number in range(100)]
    found = calibrated([*asked, Asked("out_of_scope", [("a", 0.501), ("b", 0.499)])])
    assert found.rejected == pytest.approx(0.05, abs=0.01)


def test_the_kept_calibration_can_be_read_and_a_broken_one_is_told(tmp_path: Path) -> None:
    assert 0 < calibration().threshold < 1
    (broken := tmp_path / "calibration.json").write_text('{"temperature": 1}')
    with pytest.raises(TrainingDataError, match="teller nlu calibrate"):
        calibration(broken)


def test_rasa_learns_from_what_the_embedded_engine_learns_from(tmp_path: Path) -> None:
    to = tmp_path / "made" / "nlu.yml"
    result = CliRunner().invoke(app, ["export", "--to", str(to)])
    assert result.exit_code == 0, result.output
    (tmp_path / "data").mkdir()
    to.rename(tmp_path / "data" / "nlu.yml")
    learnt, ours = read(tmp_path), merged(read(PROJECT), of_flows(LIBRARY))
    assert learnt.keys() == ours.keys() == intents_of(LIBRARY)
    assert all(set(learnt[intent]) == {as_sent(text) for text in ours[intent]} - {""} for intent in ours)
    assert not set("123456789") & set(str(list(learnt.values())))


def test_the_domain_lists_the_intents_of_the_examples() -> None:
    assert set(intents()) == set(read(PROJECT))
    assert exported({"greet": ["hi", "Hi", "🙂"]}).count("- hi") == 1
