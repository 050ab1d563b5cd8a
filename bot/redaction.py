"""The last line of defence of the logs: masks what looks like a card number, a phone, a token or a one-time link.

The first line is that such things are not logged. This one catches what a library's message or an exception's
text carries, and rather masks too much: a mistyped card number is one, too.
"""

import re

TEXT_MAX = 8_000  # characters of one value; a longer one is cut
DIGITS_MASKED_MIN = 13

SECRETS = re.compile(
    r"""
      (?P<uuid>  \b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b )
    | (?P<share> (?<![\d.]) 0\.\d+ )
    | (?P<bot>   (?<!\d)\d{5,12}:[A-Za-z0-9_-]{30,} )
    | (?P<jwt>   \beyJ[\w-]+\.[\w-]+\.[\w-]* )
    | (?P<named> (?: bearer\s+ | basic\s+ | (?:access_|verify_|auth_)?token["']?\s*[=:]\s*["']?
                   | (?:secret|password|passwd|api_?key)["']?\s*[=:]\s*["']? ) ) [^\s"'&,;)\]}]+
    | (?P<link>  /secure/ ) [\w.~-]+
    | (?P<user>  ://[^/\s:@]*: ) [^/\s@]+ (?=@)
    | (?P<card>  (?<![\d])(?<!\d\.) \d
                 (?: [\s\u00a0\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff_.-]{0,2} \d ){12,18} (?!\d) )
    | (?P<long>  \d{13,} )
    | (?P<phone> \+\d[\d\s()-]{7,17}\d )
    """,
    re.VERBOSE | re.IGNORECASE,
)
KEPT_WHOLE = ("uuid", "share")
KEPT_IN_FRONT = ("named", "link", "user")
MASKS = {"bot": "[token]", "jwt": "[token]", "card": "[card]", "long": "[digits]", "phone": "[phone]"}


def redacted(text: str) -> str:
    """The text with everything that looks secret replaced by what it was."""
    return SECRETS.sub(_mask, text[:TEXT_MAX])


def _mask(found: re.Match[str]) -> str:
    kind = found.lastgroup or ""
    if kind in KEPT_WHOLE:
        return found[0]
    if kind in KEPT_IN_FRONT:
        return f"{found[kind]}[secret]"
    return MASKS[kind]


def redacted_value(value: object) -> object:
    """A value fit for a log line: numbers, truth and None as they are, lists one by one, the rest as redacted text."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10 ** (DIGITS_MASKED_MIN - 1) else MASKS["long"]
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted_value(item) for item in value]
    return redacted(str(value))
