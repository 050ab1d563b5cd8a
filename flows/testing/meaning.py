"""Stands in for the NLU where none is at hand: the flow whose examples share the most words with the sentence."""

import re
from collections import Counter
from collections.abc import Mapping
from math import log

from flows.entities import cards, currencies, phones
from flows.facts import Fact
from flows.model import Library

_WORD = re.compile(r"\[(?:card|phone)[^\]]*\]|[0-9][0-9 .,]*|[^\W\d_']+(?:'[^\W\d_]+)?")
REGION = "UA"  # whose phones are read without a country's code
PHONE = "[phone]"
EXACT = 0.99  # a sentence that is an example


def by_examples(library: Library) -> "Examples":
    """An understanding of these flows' own examples."""
    return Examples(
        {flow.id: flow.starts_on.examples for flow in library.flows.values() if flow.starts_on.intents}, library
    )


class Examples:
    """Compares a sentence with every example; rare words count more, amounts and cards are all alike."""

    def __init__(self, examples: Mapping[str, tuple[str, ...]], library: Library) -> None:
        self._known = [
            (library.flows[flow].starts_on.intents[0], words(text))
            for flow, texts in examples.items()
            for text in texts
        ]
        held = Counter(word for _, known in self._known for word in known)
        self._weight = {word: log(1 + len(self._known) / count) for word, count in held.items()}
        self._strange = log(1 + len(self._known))

    def __call__(self, text: str, locale: str) -> Fact:
        """The ``nlu`` fact of flows.facts."""
        del locale
        said = words(text)
        if said == {PHONE}:  # a number alone wants nothing yet
            return {"ranking": [], "degraded": False}
        best: dict[str, float] = {}
        for intent, known in self._known:
            best[intent] = max(best.get(intent, 0.0), self._likeness(said, known))
        if EXACT in best.values():  # an example word for word leaves no doubt, however near the others are
            best = {intent: sure if sure == EXACT else sure / 2 for intent, sure in best.items()}
        ranking = sorted(best.items(), key=lambda one: (-one[1], one[0]))
        return {"ranking": [{"intent": intent, "confidence": sure} for intent, sure in ranking], "degraded": False}

    def _likeness(self, said: frozenset[str], known: frozenset[str]) -> float:
        if said == known:
            return EXACT
        whole = sum(self._weight.get(word, self._strange) for word in said)
        shared = sum(self._weight.get(word, self._strange) for word in said & known)
        return 0.95 * shared / whole if whole else 0.0


def words(text: str) -> frozenset[str]:
    """The words of a sentence; every amount is ``#``, whatever its currency, every card ``[card]``, every phone
    ``[phone]``."""
    plain = currencies.instead(_marked(text), "").replace("’", "'")
    found = (match[0].casefold() for match in _WORD.finditer(plain))
    return frozenset(_one_of_its_kind(word) for word in found)


def _marked(text: str) -> str:
    """Card numbers and phones as words: an example has digits, a sentence may have what the door made of them."""
    for number in sorted(cards.find(text), key=lambda span: -span.start):
        text = f"{text[: number.start]} [card] {text[number.end :]}"
    for phone in sorted(phones.find(text, REGION), key=lambda span: -span.start):
        text = f"{text[: phone.start]} [phone] {text[phone.end :]}"
    return text


def _one_of_its_kind(word: str) -> str:
    if word.startswith("["):
        return "[card]" if word.startswith("[card") else PHONE
    return "#" if word[0].isdigit() else word
