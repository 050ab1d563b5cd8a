"""The encoder: what it adds where the extra is installed, and that its absence is said and harms nobody."""

import asyncio

import numpy as np
import pytest
from structlog.testing import capture_logs

from bench.nlu.sets import few
from bot.understanding import Embedded
from nlu import encoder
from nlu.encoder import EncoderMissing, legible, open_encoder
from nlu.encoder_graph import WIDTH
from nlu.meaning import learn
from nlu.measure import measure
from nlu.trained import load, save
from nlu.training import train
from nlu.training_data import PROJECT, held_out, read
from tests.flows.engine.chatting import library


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    return open_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.mark.parametrize(
    ("text", "readable"),
    [("where is my card", True), ("де моя картка", False), ("", False), ("123 👍", False), ("картка Visa", False)],
)
def test_only_latin_letters_are_read(text, readable):
    assert legible(text) is readable


@pytest.mark.needs("encoder")
def test_sentences_of_one_meaning_are_near_and_a_vector_has_length_one(opened):
    lost, gone, rain, uk = opened.vectors(["I lost my card", "my card is gone", "will it rain today", "де картка"])
    assert lost.shape == (WIDTH,)
    assert np.linalg.norm(lost) == pytest.approx(1, abs=1e-3)
    assert lost @ gone > 0.5 > 0.3 > lost @ rain
    assert not uk.any()


@pytest.mark.needs("encoder")
def test_a_sentence_alone_reads_as_among_others(opened):
    together = opened.vectors(["pay", "please send some money to my old friend from school", "a card"])
    assert opened.vector("pay") @ together[0] > 0.98


@pytest.mark.needs("encoder")
def test_with_few_examples_the_encoder_understands_more_and_counts_for_more(opened, tmp_path):
    examples, asked = few(read(PROJECT), 8, 1), held_out(PROJECT)["en"]
    alone, together = train(examples), train(examples, opened)
    assert together.meaning is not None
    assert together.meaning.share > 0
    assert measure(together, asked).accuracy > measure(alone, asked).accuracy
    save(together, tmp_path, "kept")
    kept = load(tmp_path, "kept", opened)
    assert kept is not None
    assert kept.rank("I lost my card") == together.rank("I lost my card")


def test_what_cannot_be_read_says_nothing():
    vectors = np.zeros((4, WIDTH), np.float32)
    meaning = learn(vectors, np.array([0, 1, 2, 0]), 3)
    assert not meaning.at(1.0).of(vectors).any()


def test_a_missing_extra_is_named_with_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(encoder, "NEEDED", ("no_such_runtime",))
    with pytest.raises(EncoderMissing, match=r"no_such_runtime.*uv sync --extra nlu"):
        open_encoder(tmp_path)


async def test_without_the_extra_the_base_engine_answers(monkeypatch, tmp_path):
    monkeypatch.setattr(encoder, "NEEDED", ("no_such_runtime",))
    understanding = Embedded(tmp_path, library(), encoder=True)
    with capture_logs() as logs:
        understanding.open()
        for _ in range(100):
            fact = await understanding.parse("what is my balance", "en")
            if not fact["degraded"]:
                break
            await asyncio.sleep(0.1)
    assert fact["ranking"][0]["intent"] == "show_balance"
    assert any(log["event"] == "encoder_missing" for log in logs)
