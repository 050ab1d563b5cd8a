"""Card schemes by the number's first digits and length, and the Luhn check."""

# (scheme, lowest first digits, highest first digits, lengths). The first that fits names the scheme.
_RANGES: tuple[tuple[str, str, str, frozenset[int]], ...] = (
    ("visa", "4", "4", frozenset({13, 16, 19})),
    ("mastercard", "51", "55", frozenset({16})),
    ("mastercard", "2221", "2720", frozenset({16})),
    ("amex", "34", "34", frozenset({15})),
    ("amex", "37", "37", frozenset({15})),
    ("mir", "2200", "2204", frozenset({16, 17, 18, 19})),
    ("prostir", "9804", "9804", frozenset({16, 17, 18, 19})),
    ("troy", "9792", "9792", frozenset({16})),
    ("jcb", "3528", "3589", frozenset({16, 17, 18, 19})),
    ("diners", "300", "305", frozenset({14, 16})),
    ("diners", "36", "36", frozenset({14, 16})),
    ("diners", "38", "39", frozenset({14, 16})),
    ("discover", "6011", "6011", frozenset({16, 19})),
    ("discover", "644", "649", frozenset({16, 19})),
    ("discover", "65", "65", frozenset({16, 19})),
    ("unionpay", "62", "62", frozenset({16, 17, 18, 19})),
    ("unionpay", "8100", "8171", frozenset({16, 17, 18, 19})),
    ("maestro", "50", "50", frozenset(range(13, 20))),
    ("maestro", "56", "58", frozenset(range(13, 20))),
    ("maestro", "60", "69", frozenset(range(13, 20))),
)
UNKNOWN = "unknown"
_BY_FIRST_DIGIT = {d: tuple(r for r in _RANGES if r[1][0] <= d <= r[2][0]) for d in "0123456789"}
# Nearly all cards people send; the rest of the ranges are wide, and an order number falls into them by chance.
_STRONG = {"visa": 16, "mastercard": 16, "amex": 15}


def scheme_of(digits: str) -> str:
    """The scheme whose range and length fit, or ``unknown``. ``digits`` are ASCII."""
    for scheme, low, high, lengths in _BY_FIRST_DIGIT[digits[0]]:
        if len(digits) in lengths and low <= digits[: len(low)] <= high:
            return scheme
    return UNKNOWN


def strong(digits: str) -> bool:
    """Whether the scheme and length are of the most common kinds, so that chance is a poor explanation."""
    return _STRONG.get(scheme_of(digits)) == len(digits)


def luhn_ok(digits: str) -> bool:
    """Whether the Luhn check (ISO/IEC 7812-1) holds."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
