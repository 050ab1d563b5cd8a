"""Which language a message is in: Ukrainian, English, Russian, or Ukrainian in Latin letters; and how sure that is.

Each word votes by what our own examples say of it: a whole word that one language has, a letter that only one has,
or the n-grams of a word that nobody knows. Names, numbers and short answers come to too little for certainty, and
then whoever asks keeps the language of the conversation. Pure, and a fraction of a tenth of a millisecond.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nlu.latin import cyrillic, skeleton

TABLES = Path(__file__).parent / "language_tables.json"
TEXT_CHARS_MAX = 250
WORDS_MAX = 24  # a language shows early
SURE_MIN = 1.9  # together: one telling word or two that tell something
LETTERS_MIN = 5  # of the words that tell; fewer are an "ok" or a "так"
LEAD_MIN = 1.8  # times the next language
KNOWN_MIN = 1.2  # of it by words and letters that are known; n-grams alone are a guess about other languages
UNKNOWN_MOST = 0.5  # what n-grams may add for one word
SIGN = 1.6  # a letter that one language alone has; names have it, too
SKELETON_WEIGHT = 1.2
MIXED_SHARE = 0.15
# Words of the trade and of the world that every language of the bank takes as they are.
ANYWHERE = frozenset(
    [
        "sms",
        "pin",
        "iban",
        "cvv",
        "cvc",
        "otp",
        "visa",
        "mastercard",
        "apple",
        "google",
        "pay",
        "usd",
        "uah",
        "eur",
        "viber",
        "telegram",
        "whatsapp",
        "messenger",
        "netflix",
        "spotify",
        "youtube",
        "steam",
        "kyivstar",
        "vodafone",
        "lifecell",
    ]
)
_PLACED = re.compile(r"\[[^\]]*\]|https?://\S+|\S+@\S+|[/@]\w+")
_WORD = re.compile(r"[^\W\d_](?:['’ʼ`46]?[^\W\d_])*['’]?")
_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
_LATIN = re.compile(r"[a-z'’ʼ`46]+\Z")
OF_UK, OF_RU = re.compile(r"[іїєґ]"), re.compile(r"[ыэёъ]")
# "Olena Bondar": two or three words with a capital each are somebody's name.
_NAME = re.compile(r"\s*(?:[^\W\d_a-zа-яіїєґ][a-zа-яёіїєґ'’ʼ-]+\s*){2,3}\Z")
_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ`", "'"))


@dataclass(frozen=True, slots=True)
class Reading:
    """``language`` is the likeliest, empty where nothing tells. ``mixed``: another has a part in it.

    ``latin``: it is Ukrainian, typed in Latin letters.
    """

    language: str = ""
    sure: bool = False
    mixed: bool = False
    latin: bool = False


@dataclass(frozen=True, slots=True)
class Tables:
    """Log-odds by word and n-gram: of Ukrainian against Russian in ``cyrillic``, against English in ``latin``.

    ``known`` gives the skeleton of a Ukrainian word in Latin letters the word.
    """

    words: Mapping[str, Mapping[str, float]]
    grams: Mapping[str, Mapping[str, float]]
    known: Mapping[str, str]


NOBODY = Reading()


@lru_cache(maxsize=1)
def tables() -> Tables:
    """What was learnt from the examples."""
    return Tables(**json.loads(TABLES.read_text(encoding="utf-8")))


def read(text: str) -> Reading:
    """The language of a message, by itself."""
    totals, certain = {"uk": 0.0, "en": 0.0, "ru": 0.0}, {"uk": 0.0, "en": 0.0, "ru": 0.0}
    latin, letters = 0.0, 0
    for word in words_of(text):
        in_cyrillic = _CYRILLIC.search(word) is not None
        if not in_cyrillic and _LATIN.match(word) is None:
            continue  # a letter that neither of the three has
        weight, is_known = _vote(word, "cyrillic" if in_cyrillic else "latin")
        language = "uk" if weight > 0 else "ru" if in_cyrillic else "en"
        totals[language] += abs(weight)
        certain[language] += abs(weight) if is_known else 0.0
        latin += weight if weight > 0 and not in_cyrillic else 0.0
        letters += len(word) if is_known else 0
    return _reading(totals, certain, latin, 0 if _NAME.match(text) else letters)


def language_of(text: str, prior: str) -> str:
    """The language of a message in a conversation: the message's where it is clear, else the conversation's."""
    reading = read(text)
    return reading.language if reading.sure else prior


def in_cyrillic(text: str) -> str:
    """The message with its Latin words in Cyrillic letters, but for those that are English alone."""
    learnt = tables()

    def spelt(match: re.Match[str]) -> str:
        word = match[0].lower().translate(_APOSTROPHES)
        if _LATIN.match(word) is None or learnt.words["latin"].get(word, 0.0) < -SIGN:
            return match[0]
        return cyrillic(word, learnt.known)

    parts, at = [], 0
    for placed in _PLACED.finditer(text):
        parts += [_WORD.sub(spelt, text[at : placed.start()]), placed[0]]
        at = placed.end()
    return "".join([*parts, _WORD.sub(spelt, text[at:])])


def words_of(text: str) -> list[str]:
    """The words that may tell a language, in lower case; cards, addresses and commands are left out."""
    plain = _PLACED.sub(" ", text[:TEXT_CHARS_MAX]).lower().translate(_APOSTROPHES)
    return [word for word in _WORD.findall(plain)[:WORDS_MAX] if word not in ANYWHERE]


def _vote(word: str, script: str) -> tuple[float, bool]:
    """The log-odds of Ukrainian, and whether the word itself told."""
    learnt = tables()
    weight = learnt.words[script].get(word)
    sign = _sign(word) if script == "cyrillic" else 0.0
    if sign:
        return (sign if weight is None else sign + weight / 3), True
    if weight is not None:
        return weight, True
    if script == "latin" and len(word) > 3 and skeleton(word) in learnt.known:
        return SKELETON_WEIGHT, True
    grams = learnt.grams[script]
    told = sum(grams.get(gram, 0.0) for gram in grams_of(word))
    return max(-UNKNOWN_MOST, min(UNKNOWN_MOST, told / len(word))), False


def _sign(word: str) -> float:
    if OF_RU.search(word) is not None:
        return -SIGN
    return SIGN if OF_UK.search(word) is not None else 0.0


def grams_of(word: str) -> list[str]:
    """Pairs and threes of letters, the edges of the word among them."""
    padded = f" {word[:24]} "
    return [padded[at : at + n] for n in (2, 3) for at in range(len(padded) - n + 1)]


def _reading(totals: Mapping[str, float], certain: Mapping[str, float], latin: float, letters: int) -> Reading:
    order = sorted(totals, key=lambda one: -totals[one])
    best, second = totals[order[0]], totals[order[1]]
    if best == 0:
        return NOBODY
    sure = best >= SURE_MIN and letters >= LETTERS_MIN and best >= LEAD_MIN * second and certain[order[0]] >= KNOWN_MIN
    is_latin = order[0] == "uk" and latin > totals["uk"] / 2
    return Reading(order[0], sure, second >= MIXED_SHARE * best, is_latin)
