"""Currencies as people write them: signs, codes and words of English, Ukrainian and Russian."""

import re
from dataclasses import dataclass

_WHOLE = {
    "UAH": r"₴|uah|грн\.?|грив[а-яіїє]{1,4}|hrn|grn|gr[yi]v[a-z]{1,4}|hr[yi]vn[a-z]{1,3}",
    "USD": r"\$|usd|us\$|долар[а-яіїє]{0,3}|доллар[а-я]{0,3}|бакс[а-яі]{0,3}|dollars?|bucks?|dolar[a-z]{0,3}",
    "EUR": r"€|eur|євро|евро|euros?|yevro",
    "GBP": r"£|gbp|фунт[а-яіїє]{0,3}|pounds?|quid",
    "PLN": r"zł|pln|злот[а-яіїє]{1,3}|zlot[a-z]{1,3}",
    "CZK": r"czk|крон[а-яіїє]{0,2}",
    "CHF": r"chf|франк[а-яіїє]{0,3}|francs?",
    "RUB": r"₽|rub|руб\.?|рубл[а-яіїє]{1,3}|rubles?|roubles?",
    "JPY": r"¥|jpy|єн[аи]?|yen",
    "KWD": r"kwd|kd|dinars?|динар[а-яіїє]{0,3}",
    "TRY": r"₺|лір[аи]?|lira",
    "CAD": r"cad",
    "RON": r"ron",
    "HUF": r"huf",
    "MDL": r"mdl",
}
_MINOR = {
    "UAH": r"коп\.?|копі[а-яіїє]{2,4}|копе[а-я]{2,4}|kop\.?|kopecks?|kopiyk[a-z]{1,2}|kopiyok",
    "USD": r"cents?|цент[а-яіїє]{0,3}|¢",
    "GBP": r"pence|penny",
    "KWD": r"fils|філс[а-яіїє]{0,3}|филс[а-я]{0,3}",
}
_SIGNS = "₴$€£₽¥₺¢"


@dataclass(frozen=True, slots=True)
class Mark:
    """A currency named beside a number; ``minor`` for "20 коп", which counts minor units."""

    start: int
    end: int
    currency: str
    minor: bool


def _pattern() -> str:
    kinds = [(f"w{code}", words) for code, words in _WHOLE.items()]
    kinds += [(f"m{code}", words) for code, words in _MINOR.items()]
    return "|".join(f"(?P<{name}>{words})" for name, words in kinds)


_AFTER = re.compile(rf"[ \u00a0\u202f\u2009]{{0,2}}(?:{_pattern()})(?![^\W\d_])", re.IGNORECASE)
_BEFORE = re.compile(rf"(?<![^\W\d_])(?:{_pattern()})[ \u00a0\u202f\u2009]{{0,2}}[-−–]?$", re.IGNORECASE)
_ANYWHERE = re.compile(rf"(?<![^\W\d_])(?:{_pattern()})(?![^\W\d_])", re.IGNORECASE)
_LOOK_BACK = 16


def after(text: str, end: int) -> Mark | None:
    """The currency named right after a number that ends at ``end``."""
    match = _AFTER.match(text, end)
    return _mark(match, 0) if match else None


def before(text: str, start: int, not_before: int = 0) -> Mark | None:
    """The currency named right before a number: ``₴50``, ``UAH 50``. Nothing left of ``not_before`` is read."""
    origin = max(not_before, start - _LOOK_BACK)
    match = _BEFORE.search(text[origin:start])
    return _mark(match, origin) if match else None


def instead(text: str, currency: str) -> str:
    """The text with ``currency`` for every other that it names: ``50 грн`` is ``50 KWD`` then. Minor units stay."""
    return _ANYWHERE.sub(lambda match: match[0] if _stays(match, currency) else currency, text)


def _stays(match: re.Match[str], currency: str) -> bool:
    mark = _mark(match, 0)
    return mark.minor or mark.currency == currency


def _mark(match: re.Match[str], origin: int) -> Mark:
    name = match.lastgroup or ""
    start, end = match.span(name)
    return Mark(origin + start, origin + end, name[1:], name[0] == "m")
