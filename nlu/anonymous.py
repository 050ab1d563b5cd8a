"""A sentence without the person in it: numbers, addresses and names become what they are, ``[amount]``, ``[name]``.

Rather too much goes than too little, for a sentence is kept for how a wish is said and not for whom. A word is a name
where a payee stands, where it has a capital and no example of ours knows it, or where it ends as surnames do.
"""

import re
from collections.abc import Iterator

from flows.entities import amounts, cards, ibans, payees, phones
from nlu.language import tables

TEXT_CHARS_MAX = 200  # a longer message tells a story, and a story is about somebody
WORDS_MIN = 2  # one word is as often a name as a wish
# What stands in the place of each when the sentence becomes an example: something of its kind that is nobody's.
STAND_INS = {"card": "[card •0000]", "phone": "0500000000", "iban": "IBAN", "amount": "100", "address": "",
             "number": "1"}  # fmt: skip
RELATIVE = {"en": "mom", "uk": "мамі"}
_CARD = re.compile(r"\[card •[0-9]{4}\]")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|@\w+")
_NUMBER = re.compile(r"[\w+/-]*\d[\w./:-]*")
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ`-][^\W\d_]+)*")
_SURNAME = re.compile(
    r"\w{2,}(?:енк(?:о|а|у|ом|ові)|чук(?:а|у|ом)?|ськ(?:ий|ого|ому|а|ої|ій)|цьк(?:ий|ого|ому|а|ої|ій)|ович(?:а|у)?"
    r"|івн(?:а|и|і)|enko|chuk|skyi|skiy|ovych)\Z"
)
# First names by their beginning, for those who write without capitals.
_FIRST_NAME = re.compile(
    r"(?:олен|іван|ольг|оксан|марі[яїє]|анн[аиіу]|ганн|насті|настя|андрі|олександр|саш[аіук]|сергі|дмитр|діма|микол|колі|"
    r"васил|петр|павл|юрі[йюя]|юлі[яїє]|тарас|богдан|натал|катерин|каті|катя|тетян|тані|таня|ірин|світлан|людмил|галин|"
    r"віктор|вікт|макс|артем|роман[аоу]|михайл|миш[аі]|володимир|вов[аі]|олекс|євген|жен[яі]|"
    r"olen|ivan|olha|oksan|mari[ayi]|anna|andri|andrew|oleks|sasha|serhi|dmytr|mykol|vasyl|petro|pavl|yuri|yuli|taras|"
    r"bohdan|natal|kater|kate\b|tetian|tania|iryn|irina|svitl|halyn|vikt|victor|maks|artem|mykha|volodym|alex|yevhen|"
    r"john|peter|paul\b|michael|mary\b|david|james\b)\w{0,4}\Z"
)
_STANDS = re.compile(r"\[(" + "|".join((*STAND_INS, "name")) + r")\]")


def anonymous(text: str) -> str:
    """The sentence to keep, empty where it had better not be kept."""
    if len(text) > TEXT_CHARS_MAX or not text.isprintable():
        return ""
    places = sorted(_places(text), key=lambda place: (place[0], place[0] - place[1]))
    parts, at = [], 0
    for start, end, kind in places:
        if start >= at:
            parts += [text[at:start], f"[{kind}]"]
            at = end
    kept = " ".join("".join([*parts, text[at:]]).split())
    said = _WORD.findall(_STANDS.sub(" ", kept))
    return kept if len(said) >= WORDS_MIN else ""


def as_example(kept: str, language: str) -> str:
    """A kept sentence as an example to learn from: with a card, a sum and a relative that are nobody's."""
    stands = {**STAND_INS, "name": RELATIVE.get(language, "")}
    return " ".join(_STANDS.sub(lambda match: stands[match[1]], kept).split())


def _places(text: str) -> Iterator[tuple[int, int, str]]:
    for pattern, kind in ((_CARD, "card"), (_ADDRESS, "address")):
        yield from ((match.start(), match.end(), kind) for match in pattern.finditer(text))
    yield from ((found.start, found.end, "iban") for found in ibans.find(text))
    yield from ((found.start, found.end, "card") for found in cards.find(text))
    yield from ((found.start, found.end, "phone") for found in phones.find(text, "UA"))
    yield from ((found.start, found.end, "amount") for found in amounts.find(text, "UAH"))
    yield from ((found.start, found.end, "name") for found in payees.find(text))
    yield from ((match.start(), match.end(), "number") for match in _NUMBER.finditer(text))
    first = True
    for match in _WORD.finditer(text):
        if _is_name(match[0], first):
            yield match.start(), match.end(), "name"
        first = False


def _is_name(word: str, first: bool) -> bool:
    """A capital tells little at the beginning of a sentence, and nothing in one that is all capitals."""
    small = word.lower()
    if _FIRST_NAME.match(small) is not None or _SURNAME.search(small) is not None:
        return True
    if not word[0].isupper() or word.isupper():
        return False
    return not first or not any(small in words for words in tables().words.values())
