"""The training data: every intent is served, has examples enough in each language, and no two of them say the same."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from bot.cli.flow_content import library_of
from flows.commands import INTENTS
from flows.model import Library
from nlu.normal import CARD, PHONE, SUM, normal
from nlu.training_data import FINAL, HELD_OUT, PROJECT, entries_of, examples_of, held_out, of_flows, read

CONTENT = Path(__file__).parents[2] / "flows" / "content"
OUT_OF_SCOPE = "out_of_scope"
# Known so that they begin nothing: a yes or no counts under its question alone, where it is read without the NLU.
BEGIN_NOTHING = {OUT_OF_SCOPE, "affirm", "deny"}
LANGUAGES = ("en", "uk", "ru", "uk_latin")
# How many examples an intent has at least in each language; few are asked for in Latin letters, and not every intent.
EXAMPLES_MIN = {"en": 40, "uk": 40, "ru": 8, "uk_latin": 5}
HELD_OUT_MIN = {"en": 20, "uk": 20, "ru": 3}
OUT_OF_SCOPE_HELD_OUT_MIN = 60
# The share of an intent's examples that begin with a word of their own, and how alike two of them are on average
# (letter triples in common). Templates fill an intent with one beginning and get past neither.
FIRST_WORDS_MIN = 0.4
ALIKE_MAX = 0.2
POLITE = {"please", "pls", "plz", "плз", "прошу", "будь", "ласка", "пожалуйста"}
ANY = re.compile(r"\w+")
FILES = sorted((PROJECT / "data").glob("nlu_*.yml"))


def language_of(file: Path) -> str:
    return next(language for language in reversed(LANGUAGES) if file.stem.endswith(f"_{language}"))


def by_language() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {language: {} for language in LANGUAGES}
    for file in FILES:
        for intent, texts in examples_of(file).items():
            found[language_of(file)].setdefault(intent, []).extend(texts)
    return found


EXAMPLES = by_language()
INTENTS_OF_DATA = sorted({intent for intents in EXAMPLES.values() for intent in intents})


def said(text: str) -> str:
    """What is left of a sentence when signs, letters' cases and politeness are taken out; numbers are all the same."""
    words = ANY.findall(normal(text))
    return " ".join([word for word in words if word not in POLITE] or words) or text


def shape(text: str) -> str:
    """The same without numbers, cards and phones."""
    words = said(text).split()
    return " ".join(word for word in words if word not in (CARD, SUM, PHONE)) or text


def triples(text: str) -> set[str]:
    padded = f" {shape(text)} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def alike(texts: Iterable[str]) -> float:
    pairs = list(combinations(map(triples, texts), 2))
    return sum(len(one & other) / len(one | other) for one, other in pairs) / len(pairs)


@pytest.fixture(scope="module")
def library() -> Library:
    return library_of(CONTENT, "sandbox")


def test_every_intent_is_served_and_every_flow_has_examples(library: Library):
    flows = {flow.starts_on.intents[0] for flow in library.flows.values() if flow.starts_on.intents}
    answers = {name.removeprefix("answer_") for name in library.system if name.startswith("answer_")}
    commands = set(INTENTS) & set(INTENTS_OF_DATA)
    assert set(INTENTS_OF_DATA) == flows | answers | commands | BEGIN_NOTHING


def test_the_domain_lists_the_intents_of_the_data():
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text("utf-8"))
    assert sorted(domain["intents"]) == INTENTS_OF_DATA


def test_the_engine_reads_the_examples_of_all_files():
    assert {intent: Counter(texts) for intent, texts in read(PROJECT).items()} == {
        intent: Counter(text for intents in EXAMPLES.values() for text in intents.get(intent, ()))
        for intent in INTENTS_OF_DATA
    }


@pytest.mark.parametrize("language", ["en", "uk", "ru"])
def test_every_intent_has_examples_enough(language):
    few = {intent: len(EXAMPLES[language].get(intent, ())) for intent in INTENTS_OF_DATA}
    assert {intent: count for intent, count in few.items() if count < EXAMPLES_MIN[language]} == {}


def test_the_intents_asked_for_most_are_known_in_latin_letters():
    counts = {intent: len(texts) for intent, texts in EXAMPLES["uk_latin"].items()}
    assert min(counts.values()) >= EXAMPLES_MIN["uk_latin"]
    assert len(counts) >= 40
    assert all(text.isascii() or "•" in text for texts in EXAMPLES["uk_latin"].values() for text in texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_examples_of_an_intent_differ_in_numbers_and_politeness_alone(language):
    for intent, texts in EXAMPLES[language].items():
        twice = {words: count for words, count in Counter(map(shape, texts)).items() if count > 1}
        assert twice == {}, intent


@pytest.mark.parametrize("language", ["en", "uk"])
@pytest.mark.parametrize("intent", INTENTS_OF_DATA)
def test_examples_begin_differently_and_are_unlike_each_other(language, intent):
    texts = EXAMPLES[language][intent]
    assert len({shape(text).split()[0] for text in texts}) >= FIRST_WORDS_MIN * len(texts)
    assert alike(texts) <= ALIKE_MAX


def test_no_sentence_means_two_things(library: Library):
    meant: dict[str, set[str]] = {}
    for source in (read(PROJECT), of_flows(library)):
        for intent, texts in source.items():
            for text in texts:
                meant.setdefault(said(text), set()).add(intent)
    assert {text: intents for text, intents in meant.items() if len(intents) > 1} == {}


def test_no_sentence_that_measures_is_trained_on(library: Library):
    known = {said(text) for source in (read(PROJECT), of_flows(library)) for texts in source.values() for text in texts}
    measured = [
        said(text)
        for name in (HELD_OUT, FINAL)
        for intents in held_out(PROJECT, name).values()
        for texts in intents.values()
        for text in texts
    ]
    assert known & set(measured) == set()
    assert [text for text, count in Counter(measured).items() if count > 1] == []


@pytest.mark.parametrize("language", sorted(HELD_OUT_MIN))
def test_every_intent_is_measured_in_each_language(language):
    counts: Counter[str] = Counter()
    for name in (HELD_OUT, FINAL):
        counts.update({intent: len(texts) for intent, texts in held_out(PROJECT, name)[language].items()})
    assert sorted(counts) == INTENTS_OF_DATA
    assert min(counts.values()) >= HELD_OUT_MIN[language]
    assert language == "ru" or counts[OUT_OF_SCOPE] >= OUT_OF_SCOPE_HELD_OUT_MIN


def test_a_name_is_looked_up_once():
    names = [name for _, _, names in entries_of(PROJECT, "lookup") for name in names]
    assert names
    assert [name for name, count in Counter(names).items() if count > 1] == []
