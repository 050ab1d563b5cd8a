"""Card schemes: which numbers can be real, by first digits, length and the Luhn check."""

# (first, last) of the leading digits, the lengths, the scheme; the first match wins.
RANGES: tuple[tuple[int, int, frozenset[int], str], ...] = (
    (34, 34, frozenset({15}), "amex"),
    (37, 37, frozenset({15}), "amex"),
    (300, 305, frozenset({14, 16, 17, 18, 19}), "diners"),
    (36, 36, frozenset({14, 15, 16, 17, 18, 19}), "diners"),
    (38, 39, frozenset({16, 17, 18, 19}), "diners"),
    (3528, 3589, frozenset({16, 17, 18, 19}), "jcb"),
    (9860, 9860, frozenset({16}), "humo"),
    (2200, 2204, frozenset({16, 17, 18, 19}), "mir"),
    (2221, 2720, frozenset({16}), "mastercard"),
    (51, 55, frozenset({16}), "mastercard"),
    (9804, 9804, frozenset({16}), "prostir"),
    (4, 4, frozenset({13, 16, 18, 19}), "visa"),
    (6011, 6011, frozenset({16, 17, 18, 19}), "discover"),
    (644, 649, frozenset({16, 17, 18, 19}), "discover"),
    (65, 65, frozenset({16, 17, 18, 19}), "discover"),
    (62, 62, frozenset({16, 17, 18, 19}), "unionpay"),
    (50, 50, frozenset(range(13, 20)), "maestro"),
    (56, 58, frozenset(range(13, 20)), "maestro"),
    (6, 6, frozenset(range(13, 20)), "maestro"),
)

UNKNOWN = "unknown"


def luhn_ok(digits: str) -> bool:
    """Whether the check digit holds. ``digits`` are ASCII 0-9."""
    total = 0
    for place, digit in enumerate(int(d) for d in reversed(digits)):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def scheme_of(digits: str) -> str:
    """``visa``, ``mastercard``… or ``unknown`` when no scheme issues such numbers."""
    for first, last, lengths, name in RANGES:
        width = len(str(first))
        if len(digits) in lengths and first <= int(digits[:width]) <= last:
            return name
    return UNKNOWN


def could_be_issued(digits: str) -> bool:
    """A scheme issues such numbers and the check digit holds."""
    return scheme_of(digits) != UNKNOWN and luhn_ok(digits)
