"""Learns the tables of ``nlu.language`` from our examples, and measures them on sentences of their own."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from nlu.language import OF_RU, OF_UK, TABLES, grams_of, read, words_of
from nlu.latin import OFFICIAL, SCHEMES, romanised, skeleton
from nlu.training_data import PROJECT, examples_of

LANGUAGES = ("en", "uk", "ru")
WORD_MOST = 2.4  # no single word makes a message's language certain by much
SHARED_MOST = 0.8  # what a word may tell that both languages have
# What it tells of a word that the other language's sentences do not have it: we have few Russian ones.
ABSENT = {"cyrillic": (0.4, 1.2), "latin": (1.0, 1.0)}
# languages.yml is written to tell languages apart: a sentence of it counts as so many examples.
OWN_WEIGHT = 5
GRAM_COUNT_MIN = 4
GRAM_MIN = 0.8


def learn(project: Path = PROJECT) -> dict[str, object]:
    """The tables, as they are kept."""
    said = sentences(project)
    counts = {language: Counter(_words(texts)) for language, texts in said.items()}
    ukrainian = Counter({word: count for word, count in counts["uk"].items() if not word.isascii()})
    latin: Counter[str] = Counter()
    known: dict[str, str] = {}
    for word, count in sorted(ukrainian.items(), key=lambda one: (one[1], one[0])):
        latin.update({spelt: count for spelt in {romanised(word, scheme) for scheme in SCHEMES}})
        known[skeleton(romanised(word, OFFICIAL))] = word  # the most frequent comes last and stays
    english = Counter({word: count for word, count in counts["en"].items() if word.isascii()})
    pairs = {"cyrillic": (ukrainian, counts["ru"]), "latin": (latin, english)}
    return {
        "words": {script: _words_told(*pair, ABSENT[script]) for script, pair in pairs.items()},
        "grams": {script: _grams_told(*pair) for script, pair in pairs.items()},
        "known": dict(sorted(known.items())),
    }


def keep(learnt: Mapping[str, object], file: Path = TABLES) -> None:
    """Write them where the detector reads them."""
    text = json.dumps(learnt, ensure_ascii=False, sort_keys=True, indent=None, separators=(",", ":"))
    file.write_text(text.replace('},"', '},\n"') + "\n", encoding="utf-8")


def sentences(project: Path) -> dict[str, list[str]]:
    """What is said in each language: the project's languages.yml and the examples of files that name a language."""
    found = yaml.safe_load((project / "languages.yml").read_text(encoding="utf-8"))["languages"]
    said = {language: [str(text) for text in found[language]] * OWN_WEIGHT for language in LANGUAGES}
    own, other = ({*_words(said[language])} for language in ("uk", "ru"))
    for file in sorted((project / "data").glob("*.yml")):
        language = file.stem.rpartition("_")[2]
        if language in said:
            said[language] += [text for texts in examples_of(file).values() for text in texts]
    said["uk"] = [text for text in said["uk"] if not _is_russian(text, own, other)]
    return said


def _is_russian(text: str, ukrainian: set[str], russian: set[str]) -> bool:
    """Whether an example that stands among the Ukrainian ones is there for those who write Russian."""
    words = words_of(text)
    if any(OF_UK.search(word) for word in words):
        return False
    return len([1 for word in words if word in russian - ukrainian or OF_RU.search(word)]) > 0


def _words(texts: Iterable[str]) -> Iterable[str]:
    return (word for text in texts for word in words_of(text))


def _words_told(first: Counter[str], second: Counter[str], absent: tuple[float, float]) -> dict[str, float]:
    """What a word tells: much where one language alone has it, little where both do.

    ``absent`` is how much it tells that the second, or the first, does not have the word: of a language of which we
    have few sentences, little.
    """
    told = {}
    for word in sorted({*first, *second}):
        ours, theirs = first[word], second[word]
        if ours and theirs:
            odds = math.log((ours / first.total()) / (theirs / second.total())) / 2
            told[word] = round(max(-SHARED_MOST, min(SHARED_MOST, odds)), 1)
        else:
            sign, count, base = (1, ours, absent[0]) if ours else (-1, theirs, absent[1])
            told[word] = round(sign * min(WORD_MOST, base + math.log(1 + count) / 3), 1)
    return told


def _grams_told(first: Counter[str], second: Counter[str]) -> dict[str, float]:
    """The same of n-grams over different words, the frequent and telling ones alone."""
    counts = [Counter(gram for word in words for gram in grams_of(word)) for words in (first, second)]
    totals = [count.total() for count in counts]
    told = {}
    for gram in sorted({*counts[0], *counts[1]}):
        shares = [1e4 * count[gram] / total + 0.5 for count, total in zip(counts, totals, strict=True)]
        odds = math.log(shares[0] / shares[1])
        if abs(odds) >= GRAM_MIN and counts[0][gram] + counts[1][gram] >= GRAM_COUNT_MIN:
            told[gram] = round(odds, 1)
    return told


@dataclass(frozen=True, slots=True)
class Heard:
    """How many sentences of a kind are read as they should be, and those that are not."""

    asked: int
    wrong: tuple[tuple[str, str], ...]

    @property
    def accuracy(self) -> float:
        """The share that is right."""
        return 1 - len(self.wrong) / self.asked


def measure(sets: Mapping[str, Iterable[str]]) -> dict[str, Heard]:
    """``sets`` is by kind: en, uk, ru, uk_latin; mixed is to be read as such; unclear must not be certain."""
    heard = {}
    for kind, texts in sets.items():
        asked = list(texts)
        read_as = [(text, _kind(text, kind)) for text in asked]
        heard[kind] = Heard(len(asked), tuple((text, was) for text, was in read_as if was != kind))
    return heard


def _kind(text: str, meant: str) -> str:
    reading = read(text)
    if meant == "mixed":
        return "mixed" if reading.mixed else f"{reading.language} alone"
    if not reading.sure:
        return "unclear"
    return "uk_latin" if reading.latin else reading.language
