"""IBANs: account numbers with a country and a check. The value is the compact form, ``UA2132...``."""

import re

from flows.entities.found import TEXT_CHARS_MAX, Found

# Two letters, two digits, then groups of letters and digits, in one piece or spaced as on paper.
_SHAPE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:[ \u00a0-]?[A-Za-z0-9]){10,32}(?![A-Za-z0-9])", re.ASCII)
_NOT_IBAN = re.compile(r"[^A-Z0-9]")
IBAN_CHARS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20,
    "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15,
    "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip


def find(text: str) -> list[Found[str]]:
    """IBANs of any country in the text.

    One of the right country and length whose check fails has ``refused="checksum"``; one that is too short or too
    long for its country is found only where its letters are those of a country, with ``refused="length"``.
    """
    return [found for match in _SHAPE.finditer(text[:TEXT_CHARS_MAX]) if (found := _read(match)) is not None]


def holds(compact: str) -> bool:
    """Whether the ISO 7064 check (mod 97) of a compact IBAN holds."""
    rotated = compact[4:] + compact[:4]
    return int("".join(str(int(character, 36)) for character in rotated)) % 97 == 1


def _read(match: re.Match[str]) -> Found[str] | None:
    start, raw = match.start(), match[0]
    chars = IBAN_CHARS.get(raw[:2].upper())
    if chars is None:
        return None
    cut = _cut(raw, chars)
    if cut is None:
        return Found(start, match.end(), None, raw, refused="length") if _looks_meant(raw, chars) else None
    compact = _NOT_IBAN.sub("", cut.upper())
    refused = None if holds(compact) else "checksum"
    if refused and not _looks_meant(cut, chars):
        return None
    return Found(start, start + len(cut), None if refused else compact, cut, refused=refused)


def _cut(raw: str, chars: int) -> str | None:
    """The first ``chars`` letters and digits, if they end where a word ends; the shape may have run on into a text."""
    seen = 0
    for index, character in enumerate(raw):
        seen += character.isalnum()
        if seen == chars:
            whole = index + 1 == len(raw) or not raw[index + 1].isalnum()
            return raw[: index + 1] if whole else None
    return None


def _looks_meant(raw: str, chars: int) -> bool:
    """Mostly digits and nearly the right length: a mistyped IBAN rather than two letters before a number."""
    compact = _NOT_IBAN.sub("", raw.upper())
    return abs(len(compact) - chars) <= 2 and len(compact) >= 15 and sum(c.isdigit() for c in compact[4:]) >= 8
