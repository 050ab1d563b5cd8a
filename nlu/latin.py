"""Ukrainian typed in Latin letters: official and homely spellings are led back to one Cyrillic word.

Every spelling of a word has the same skeleton (``pereказ`` is typed perekaz, ``хочу`` khochu, hochu, xochu, ho4u), so
a word that our examples know is found by it; any other word is spelt out letter by letter.
"""

import re
from collections.abc import Mapping

# The official table, in the middle of a word. Letters that have no Latin ones vanish.
OFFICIAL = dict(zip("абвгґдезийіклмнопрстуфыэ", "abvhgdezyiiklmnoprstufye", strict=True)) | {
    "ь": "", "ъ": "",
    "є": "ie", "ж": "zh", "ї": "i", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "iu", "я": "ia",
    "ё": "io", "'": "",
}  # fmt: skip
# How else people type them.
HOMELY = {"є": "ye", "ї": "yi", "й": "y", "х": "h", "ц": "c", "ю": "yu", "я": "ya", "щ": "sch"}
CASUAL = {"є": "je", "ї": "ji", "й": "j", "х": "x", "ц": "c", "ч": "4", "ю": "ju", "я": "ja", "ж": "j", "ш": "6"}
SCHEMES: tuple[Mapping[str, str], ...] = (OFFICIAL, OFFICIAL | HOMELY, OFFICIAL | CASUAL)
_COLLAPSED = tuple((re.compile(pattern), instead) for pattern, instead in (
    (r"['’ʼ`]", ""), (r"4", "ch"), (r"6", "sh"), (r"shch|szcz|sch", "Q"), (r"zh", "Z"), (r"cz|tch|ch", "C"),
    (r"sh|sz", "S"), (r"kh|x|g", "h"), (r"t[sz]", "c"), (r"w", "v"), (r"[jyi]+(?=[aeou])", ""), (r"[jyi]+", "i"),
    (r"(.)\1+", r"\1"),
))  # fmt: skip
# Letter by letter, the longest first.
_SPELT = {
    "shch": "щ", "szcz": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "cz": "ч", "sh": "ш", "sz": "ш",
    "yu": "ю", "iu": "ю", "ju": "ю", "ya": "я", "ia": "я", "ja": "я", "ye": "є", "ie": "є", "je": "є", "yi": "ї",
    "ji": "ї", "iy": "ій", "yy": "ий", "ij": "ій", "yj": "ий", "4": "ч", "6": "ш", "'": "ь",
} | dict(zip("abcdefghijklmnopqrstuvwxyz", "абцдефґгійклмнопкрстуввхиз", strict=True))  # fmt: skip
_SPELLING = re.compile("|".join(sorted(map(re.escape, _SPELT), key=len, reverse=True)))
_AFTER_VOWEL = re.compile(r"(?<=[аеєиіїоуюя])и")


def romanised(word: str, scheme: Mapping[str, str]) -> str:
    """A lower-case Cyrillic word in Latin letters."""
    return "".join(scheme.get(letter, letter) for letter in word)


def skeleton(word: str) -> str:
    """What all Latin spellings of a Ukrainian word have in common."""
    for pattern, instead in _COLLAPSED:
        word = pattern.sub(instead, word)
    return word


def cyrillic(word: str, known: Mapping[str, str]) -> str:
    """A lower-case Latin word in Cyrillic letters; ``known`` gives a skeleton its word."""
    return known.get(skeleton(word)) or _AFTER_VOWEL.sub("й", _SPELLING.sub(lambda match: _SPELT[match[0]], word))
