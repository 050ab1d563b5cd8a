"""W415: slips of the hand that can be told without a dictionary.

Letters of two alphabets in one word, a word twice in a row, a missing space, and a word that stands here once and
differs by one letter from one that the content uses often. It finds typing errors, not bad grammar: for that, and for
rare words, a reader is needed.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from flows.checks.names import PLACEHOLDER, response_texts
from flows.checks.texts import all_responses
from flows.loading.draft import Draft, response_owner
from flows.model import Place
from flows.problems import Edit, Problem

OFTEN = 6  # a word that stands this often is not a slip
LETTERS_MIN, LETTERS_MAX = 6, 40  # short words have too many neighbours, longer ones are no words
ENDING = 2  # letters at the end are grammar: card, cards; картка, картки
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TWICE = re.compile(r"\b([^\W\d_]{2,}) +\1\b", re.IGNORECASE)
_NO_SPACE = re.compile(r"(?<=[^\W\d_]{2})([,;!?…]|\.(?=[^\W\d_a-zа-яіїєґ]))(?=[^\W\d_]{2})")
_ADDRESS = re.compile(r"(?<!\S)\S*(?:://|@|www\.)\S*|/\w+")
_LATIN, _CYRILLIC = re.compile("[A-Za-z]"), re.compile("[А-ЯІЇЄҐа-яіїєґ]")
_ALIKE_LATIN, _ALIKE_CYRILLIC = "ABCEHIKMOPTXaceiopxy", "АВСЕНІКМОРТХасеіорху"
_TO_CYRILLIC, _TO_LATIN = (
    str.maketrans(_ALIKE_LATIN, _ALIKE_CYRILLIC),
    str.maketrans(_ALIKE_CYRILLIC, _ALIKE_LATIN),
)

Slip = tuple[int, int, str, str]  # from, to, what is wrong, what to write


def check_spelling(draft: Draft) -> Iterator[Problem]:
    """W415 in every text of every language."""
    counts = _counts(draft)
    frequent = {locale: _by_gaps(count) for locale, count in counts.items()}
    for flow, response in all_responses(draft):
        owner = response_owner(flow, response.name)
        for path, locale, text in response_texts(draft, flow, response):
            for start, end, what, instead in _slips(_plain(text), counts[locale], frequent[locale]):
                at = draft.inside(owner, path, start, end)
                exact = at.end_col - at.col == end - start
                yield _problem(at, what, instead, exact)


def _problem(at: Place, what: str, instead: str, exact: bool) -> Problem:
    edit = Edit(at, instead) if exact else None
    return Problem("W415", at, what, "customers trust a bank less that mistypes", f"Did you mean '{instead}'?", edit)


def _plain(text: str) -> str:
    """The text with placeholders and addresses as blanks of the same length."""
    for pattern in (PLACEHOLDER, _ADDRESS):
        text = pattern.sub(lambda match: "\0" * len(match[0]), text)
    return text


def _counts(draft: Draft) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for flow, response in all_responses(draft):
        for _, locale, text in response_texts(draft, flow, response):
            counts.setdefault(locale, Counter()).update(word.casefold() for word in _WORD.findall(_plain(text)))
    return counts


def _by_gaps(count: Counter[str]) -> dict[str, str]:
    """Frequent words under each of their forms with one letter left out; words one letter apart share one."""
    often = [word for word, times in count.items() if times >= OFTEN and len(word) >= LETTERS_MIN]
    return {gap: word for word in often for gap in _gaps(word)}


def _gaps(word: str) -> Iterator[str]:
    yield word
    yield from (word[:at] + word[at + 1 :] for at in range(1, len(word) - ENDING))


def _slips(text: str, count: Counter[str], frequent: dict[str, str]) -> Iterator[Slip]:
    for match in _TWICE.finditer(text):
        yield match.start(), match.end(), f"'{match[1]}' stands here twice", match[1]
    for match in _NO_SPACE.finditer(text):
        yield match.start(), match.end(), f"a space is missing after '{match[0]}'", f"{match[0]} "
    for match in _WORD.finditer(text):
        word = match[0]
        if _LATIN.search(word) and _CYRILLIC.search(word):
            yield match.start(), match.end(), f"'{word}' has Latin and Cyrillic letters in it", _one_alphabet(word)
        elif LETTERS_MIN <= len(word) <= LETTERS_MAX and count[word.casefold()] == 1:
            meant = _meant(word.casefold(), frequent)
            if meant is not None:
                yield match.start(), match.end(), f"'{word}' looks mistyped", _cased(meant, word)


def _one_alphabet(word: str) -> str:
    cyrillic = len(_CYRILLIC.findall(word)) >= len(_LATIN.findall(word))
    return word.translate(_TO_CYRILLIC if cyrillic else _TO_LATIN)


def _cased(meant: str, word: str) -> str:
    return meant.capitalize() if word[0].isupper() else meant


def _meant(word: str, frequent: dict[str, str]) -> str | None:
    """The frequent word one letter away, or with two neighbouring letters swapped, if it ends in the same letters."""
    for gap in _gaps(word):
        known = frequent.get(gap)
        if known is not None and known != word and known[-ENDING:] == word[-ENDING:] and _one_apart(word, known):
            return known
    return None


def _one_apart(word: str, known: str) -> bool:
    if len(word) != len(known):
        return True  # one letter too many or too few, by the way it was found
    differ = [at for at, (one, other) in enumerate(zip(word, known, strict=True)) if one != other]
    if len(differ) == 1:
        return True
    swapped = list(pairwise(differ)) == [(differ[0], differ[0] + 1)] if len(differ) == 2 else False
    return swapped and word[differ[0]] == known[differ[1]] and word[differ[1]] == known[differ[0]]
