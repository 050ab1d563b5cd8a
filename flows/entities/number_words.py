"""Number words of English, Ukrainian and Russian, and how words in a row make one number."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

THOUSAND, MILLION = 1_000, 1_000_000

_COUNTS = {
    0: "zero нуль ноль",
    1: "one один одна одну одне одної одной одного odyn odna odnu",
    2: "two два дві двох две двух dva dvi",
    3: "three три трьох трех трёх",
    4: "four чотири чотирьох четыре четырех четырёх chotyry",
    5: "five пять пяти pyat",
    6: "six шість шести шесть shist",
    7: "seven сім семи семь sim",
    8: "eight вісім восьми восемь visim",
    9: "nine девять девяти devyat",
    10: "ten десятка десятку десять десяти desyat",
    11: "eleven одинадцять одиннадцать",
    12: "twelve дванадцять двенадцать",
    13: "thirteen тринадцять тринадцать",
    14: "fourteen чотирнадцять четырнадцать",
    15: "fifteen пятнадцять пятнадцать",
    16: "sixteen шістнадцять шестнадцать",
    17: "seventeen сімнадцять семнадцать",
    18: "eighteen вісімнадцять восемнадцать",
    19: "nineteen девятнадцять девятнадцать",
    20: "twenty двадцятка двадцятку двадцять двадцать dvadtsyat",
    30: "thirty тридцять тридцать trydtsyat",
    40: "forty fourty сорок sorok",
    50: "fifty пятдесят пятьдесят полтинник півтинник півсотні полсотни pyatdesyat",
    60: "sixty шістдесят шестьдесят",
    70: "seventy сімдесят семьдесят",
    80: "eighty вісімдесят восемьдесят",
    90: "ninety девяносто девяносто",
    100: "сто сотня сотню стольник sto",
    200: "двісті двести dvisti",
    300: "триста trysta",
    400: "чотириста четыреста",
    500: "пятсот пятьсот пятихатка пятихатку півтисячі полтысячи pyatsot",
    600: "шістсот шестьсот",
    700: "сімсот семьсот",
    800: "вісімсот восемьсот",
    900: "девятсот девятьсот",
}
COUNTS = {word: value for value, words in _COUNTS.items() for word in words.split()}
_MULTIPLIERS = {
    THOUSAND: "thousand thousands grand тисяча тисячу тисячі тисяч тис тысяча тысячу тысячи тысяч тыс "
    "тищ тищу косар косаря косарів косарь косарей "
    "tysyacha tysyachu tysyachi tysyach tys",
    MILLION: "million millions mln мільйон мільйона мільйони мільйонів млн миллион миллиона миллионов",
}
MULTIPLIERS = {word: value for value, words in _MULTIPLIERS.items() for word in words.split()}
_HUNDREDS = {"hundred", "hundreds", "сотні", "сотень", "сотни", "сотен"}
# Alone these are one hundred or one thousand; their plurals ("кілька тисяч", "hundreds") are no number alone.
_LONE_WORDS = (
    "hundred thousand million grand тищу косар косаря косарь тисяча тисячу тысяча тысячу мільйон миллион mln "
    "tysyacha tysyachu"
)
_LONE = frozenset(_LONE_WORDS.split())
# "півтори тисячі" is 1500, "пів тисячі" 500: they need what follows.
_HALVES = {Fraction(3, 2): "півтора півтори полтора полторы", Fraction(1, 2): "пів пол half"}
HALVES = {word: value for value, words in _HALVES.items() for word in words.split()}
_JOINING = {"and", "a", "an"}
NUMBER_WORDS = frozenset({*COUNTS, *MULTIPLIERS, *_HUNDREDS, *HALVES})
_NO_ROOM = 1
_FULL_ROOM = 1_000


@dataclass(slots=True)
class _Sum:
    """A number being read. ``room``: the next count must be smaller; ``scale``: the next multiplier must be."""

    total: Fraction = Fraction(0)
    group: Fraction | None = None
    room: int = _FULL_ROOM
    scale: int = MILLION * 10
    words: int = 0
    taken: int = 0

    def take(self, word: str) -> bool:
        """Whether the word goes on with the number; when it does not, nothing has changed."""
        if word in COUNTS:
            return self._count(COUNTS[word])
        if word in HALVES:
            return self._half(HALVES[word])
        if word in _HUNDREDS:
            return self._may_stand(word) and self._hundred()
        return word in MULTIPLIERS and self._may_stand(word) and self._multiplier(MULTIPLIERS[word])

    def _may_stand(self, word: str) -> bool:
        return self.group is not None or (word in _LONE and not self.words)

    def _count(self, value: int) -> bool:
        if value >= self.room or (value == 0 and self.words):
            return False
        self.group = (self.group or Fraction(0)) + value
        self.room = 100 if value >= 100 else 10 if value >= 20 else _NO_ROOM
        return True

    def _half(self, value: Fraction) -> bool:
        if self.group is not None and (value != Fraction(1, 2) or self.room != _NO_ROOM):
            return False
        self.group = (self.group or Fraction(0)) + value
        self.room = 0
        return True

    def _hundred(self) -> bool:
        group = Fraction(1) if self.group is None else self.group
        if not 0 < group < 100:
            return False
        self.group, self.room = group * 100, 100
        return True

    def _multiplier(self, value: int) -> bool:
        if value >= self.scale or self.group == 0:
            return False
        self.total += (Fraction(1) if self.group is None else self.group) * value
        self.group, self.room, self.scale = None, _FULL_ROOM, value
        return True

    @property
    def value(self) -> Fraction:
        return self.total + (self.group or Fraction(0))

    @property
    def open(self) -> bool:
        """Whether "and" may follow: after a hundred, a thousand, or around "half"."""
        return self.room >= 100 or self.room <= _NO_ROOM


def plain(word: str) -> str:
    """The word as the tables have it: lower case, without apostrophes."""
    return "".join(character for character in word.lower() if character not in "'’ʼ`")


def read(words: Sequence[str], below: int | None = None) -> tuple[Fraction, int]:
    """The number that the first words make and how many words it takes; 0 words when they make none.

    ``words`` are ``plain``. ``below``: the number goes on after digits and a multiplier ("2 тисячі п'ятсот") and
    stays under that multiplier.
    """
    number = _Sum(scale=below or MILLION * 10)
    joined = 0
    for index, word in enumerate(words):
        if number.take(word):
            number.words += 1
            number.taken = index + 1
            joined = 0
        elif word in _JOINING and joined < 2 and number.words and number.open:
            joined += 1
        else:
            break
    lone_half = number.value in {Fraction(1, 2), Fraction(3, 2)} and number.words == 1
    return (Fraction(0), 0) if number.words == 0 or lone_half else (number.value, number.taken)
