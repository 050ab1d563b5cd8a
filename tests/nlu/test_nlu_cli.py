"""`teller nlu` in a terminal."""

from typer.testing import CliRunner

from bot.cli.nlu import app


def _run(*arguments):
    return CliRunner().invoke(app, [*arguments])


def test_the_three_commands_answer_from_one_cache(tmp_path):
    cache = ["--cache", str(tmp_path)]
    trained = _run("train", *cache)
    assert trained.exit_code == 0, trained.output
    assert "of the examples are understood" in trained.output
    parsed = _run("parse", "what is my balance", *cache)
    assert parsed.output.splitlines()[0].endswith("show_balance")
    assert "5-7   money: 50.00 UAH" in _run("parse", "send 50 to mom", *cache).output
    tested = _run("test", "--least", "0.95", *cache)
    assert tested.exit_code == 0, tested.output
    assert "en: " in tested.output
    assert "uk: " in tested.output
    assert _run("test", "--least", "1.0", *cache).exit_code == 1


def test_a_wrong_project_is_told_in_a_sentence(tmp_path):
    result = _run("train", "--project", str(tmp_path), "--cache", str(tmp_path))
    assert result.exit_code == 1
    assert "no *.yml with examples" in result.output
