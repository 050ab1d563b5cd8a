"""Phone numbers, as E.164: ``+380501112233``."""

import re
from collections.abc import Iterator
from itertools import islice

from phonenumbers import (
    Leniency,
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberMatcher,
    format_number,
    is_valid_number,
    parse,
)

from flows.entities.found import TEXT_CHARS_MAX, Found, overlaps

# One message holds a handful of phone numbers; a text of nothing else is not read to its end.
PHONES_MAX = 20
# How many places the matcher may try in one text.
TRIES_MAX = 200
_WORTH_LOOKING = re.compile(r"(?:\d\D{0,4}){7}")
# The matcher gives up where another number follows at once ("050 111 22 33 1234"): ten digits in the usual groups.
_GROUPED = re.compile(
    r"(?<![\w+.,])(?:\+?38|8)?[ -]?\(?0[0-9]{2}\)?[ -]?[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{2}(?![\w.,]\d|\w)"
)


def find(text: str, region: str) -> list[Found[str]]:
    """Valid phone numbers, national ones read as of ``region`` (ISO 3166, ``UA``)."""
    text = text[:TEXT_CHARS_MAX]
    if not _WORTH_LOOKING.search(text):
        return []
    matcher = PhoneNumberMatcher(text, region, leniency=Leniency.VALID, max_tries=TRIES_MAX)
    found = [
        Found(match.start, match.end, format_number(match.number, PhoneNumberFormat.E164), match.raw_string)
        for match in islice(matcher, PHONES_MAX)
    ]
    places = [(phone.start, phone.end) for phone in found]
    found += [phone for phone in _grouped(text, region) if not overlaps((phone.start, phone.end), places)]
    return sorted(found, key=lambda phone: phone.start)


def _grouped(text: str, region: str) -> Iterator[Found[str]]:
    for match in islice(_GROUPED.finditer(text), PHONES_MAX):
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        raw = match[0].strip()
        try:
            number = parse(raw.removeprefix("8"), region)
        except NumberParseException:
            continue
        if is_valid_number(number):
            yield Found(start, match.end(), format_number(number, PhoneNumberFormat.E164), raw)
