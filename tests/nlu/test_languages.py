"""Which language a message is in, measured on sentences of their own; and Ukrainian in Latin letters."""

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu import language
from nlu.language_learning import measure
from nlu.latin import SCHEMES, romanised, skeleton
from nlu.spoken import InTheirLanguage
from nlu.training_data import PROJECT, held_out

SETS = yaml.safe_load((Path(__file__).parent / "languages.yml").read_text("utf-8"))
ACCURACY_MIN = {"en": 0.96, "uk": 0.88, "ru": 0.9, "uk_latin": 0.93, "mixed": 0.9, "unclear": 1.0}
LANGUAGES = ("en", "uk", "ru")


def test_the_language_of_a_message_is_heard():
    heard = measure(SETS)
    assert sum(each.asked for each in heard.values()) >= 150
    for kind, least in ACCURACY_MIN.items():
        assert heard[kind].accuracy >= least, heard[kind].wrong
    assert sum(len(each.wrong) for each in heard.values()) / sum(each.asked for each in heard.values()) <= 0.05


def test_no_message_is_surely_taken_for_another_language():
    """What is not heard keeps the conversation's language; to be certain and wrong would change it."""
    meant = {"uk_latin": "uk"}
    for kind in ("en", "uk", "ru", "uk_latin"):
        for text in SETS[kind]:
            assert language.language_of(text, "") in ("", meant.get(kind, kind)), text


@pytest.mark.parametrize("prior", ["en", "uk"])
@pytest.mark.parametrize(
    "text", ["ok", "так", "да", "no", "50", "Олена", "Ivan Petrenko", "[card •1111]", "👍", "", "\0"]
)
def test_a_short_answer_keeps_the_language_of_the_conversation(text, prior):
    assert language.language_of(text, prior) == prior


def test_languages_that_we_do_not_know_are_not_taken_for_ours():
    for text in ("Ich möchte gern Geld überweisen", "je voudrais ouvrir un compte", "quiero enviar dinero a mi madre",
                 "vorrei bloccare la mia carta", "你好", "مرحبا كيف حالك", "chcę przelać pieniądze"):  # fmt: skip
        assert not language.read(text).sure, text


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=600), st.sampled_from(["en", "uk"]))
def test_any_text_has_a_language_or_keeps_the_conversations(text, prior):
    assert language.language_of(text, prior) in {*LANGUAGES, prior}
    language.in_cyrillic(text)


def test_hearing_costs_less_than_a_tenth_of_a_millisecond():
    texts = [text for kind in SETS.values() for text in kind]
    language.read(texts[0])
    before = time.process_time()
    for text in texts * 5:
        language.read(text)
    assert (time.process_time() - before) / len(texts) / 5 < 0.0001


def test_all_spellings_of_a_word_lead_back_to_it():
    for word in ("переказати", "хочу", "гроші", "щомісяця", "рахунок", "знаю"):
        spellings = {romanised(word, scheme) for scheme in SCHEMES}
        assert len({skeleton(each) for each in spellings}) == 1, spellings
    for typed in ("hochu", "khochu", "xochu", "ho4u"):
        assert language.in_cyrillic(typed) == "хочу"


def test_what_is_no_word_stays_when_letters_are_spelt_out():
    typed = "perekazhy 50 hrn na [card •1111], deposit@bank.example"
    assert language.in_cyrillic(typed) == "перекажи 50 грн на [card •1111], deposit@bank.example"


@pytest.mark.parametrize("scheme", range(len(SCHEMES)))
def test_latin_ukrainian_is_understood_far_better_spelt_out(engine, scheme):
    sentences = [
        (intent, romanised(text.lower(), SCHEMES[scheme]))
        for intent, texts in held_out(PROJECT)["uk"].items()
        for text in texts
        if not text.isascii()
    ]
    as_typed = [engine.model.rank(text)[0][0] == intent for intent, text in sentences]
    spelt_out = [engine.model.rank(language.in_cyrillic(text))[0][0] == intent for intent, text in sentences]
    heard = [language.read(text).latin for _, text in sentences]
    assert sum(heard) / len(heard) >= 0.97
    assert sum(spelt_out) / len(spelt_out) >= 0.88
    assert sum(spelt_out) > sum(as_typed)


async def test_the_engine_hears_the_spelt_out_message_and_tells_its_language(engine):
    around = InTheirLanguage(engine)
    typed = await around.parse("pokazhit vypysku za mynulyj misiac", "en")
    said = await engine.parse("покажіть виписку за минулий місяць", "en")
    assert (typed["language"], typed["ranking"]) == ("uk", said["ranking"])
    russian = await around.parse("покажите выписку за прошлый месяц", "uk")
    assert russian["language"] == "ru"
    assert (await around.parse("ok", "uk"))["language"] == ""
