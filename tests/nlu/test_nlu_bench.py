"""What the bench of understanding counts, and that it says where the public sets are."""

import json
from dataclasses import replace

import pytest

from bench.nlu import command
from bench.nlu.engines import Embedded
from bench.nlu.quality import accuracy, macro_f1, noticed
from bench.nlu.sets import few, sets
from bench.nlu.typos import mistyped

ASKED = [("a", "pay"), ("b", "pay"), ("c", "see"), ("d", "see")]
ANSWERS = [[("pay", 0.9)], [("see", 0.8)], [("see", 0.7)], [("see", 0.6)]]


def test_accuracy_counts_the_first_intent_and_macro_f1_weighs_intents_alike():
    assert accuracy(ANSWERS, ASKED) == 75
    assert macro_f1(ANSWERS, ASKED) == pytest.approx(100 * (2 / 3 + 4 / 5) / 2)


def test_what_is_less_sure_than_the_kept_share_is_noticed():
    outside = [[("pay", 0.59)], [("out_of_scope", 0.99)], [("see", 0.95)], [("see", 0.65)]]
    assert noticed(ANSWERS, outside, 0.75) == 50
    assert noticed(ANSWERS, outside, 1.0) == 50
    assert noticed(ANSWERS, outside, 0.5) == 75


def test_typos_are_a_tenth_of_the_characters_and_the_same_each_time():
    text = "скільки грошей на моїй картці " * 40
    edited = sum(left != right for left, right in zip(text, mistyped(text[:60], 1), strict=False))
    assert edited > 0
    assert mistyped(text, 1) == mistyped(text, 1) != mistyped(text, 2)
    assert abs(len(mistyped(text, 3)) - len(text)) < 0.05 * len(text)


def test_public_sets_are_read_where_they_lie(tmp_path):
    (tmp_path / "banking77").mkdir()
    for part in ("train", "test"):
        (tmp_path / "banking77" / f"{part}.csv").write_text("text,category\nwhere is it,arrival\n", "utf-8")
    (tmp_path / "clinc150").mkdir()
    parts = {"train": [["play a song", "music"]], "test": [["play it", "music"]], "oos_test": [["who am i", "oos"]]}
    (tmp_path / "clinc150" / "data_full.json").write_text(json.dumps(parts), "utf-8")
    found = {each.name: each for each in sets(tmp_path)}
    own = [f"own, {locale}{half}" for half in ("", ", final") for locale in ("en", "uk", "ru", "uk_latin")]
    assert list(found) == [*own, "Banking77", "CLINC150"]
    assert found["Banking77"].outside == found["CLINC150"].outside == ["who am i"]
    assert found["Banking77"].asked == [("where is it", "arrival")]


def test_an_engine_is_measured_from_training_to_memory(monkeypatch, tmp_path, capsys):
    own = sets(None)[0]
    small = replace(own, examples=few(own.examples, 6, 1), asked=own.asked[:40], shots=(2,))
    monkeypatch.setattr(command, "OUT", tmp_path / "nlu.json")
    monkeypatch.setattr(command, "sets", lambda data: [small])
    monkeypatch.setattr("sys.argv", ["bench", "nlu"])
    command.main()
    found = json.loads((tmp_path / "nlu.json").read_text())[own.name][Embedded.name]
    assert 40 <= found["accuracy"] <= 100
    assert 0 < found["2-shot"] <= found["accuracy"] + 10
    assert found["p50_ms"] <= found["p95_ms"]
    assert 0 < found["rss_mb"] < 100
    assert "PolyAI" in capsys.readouterr().out
