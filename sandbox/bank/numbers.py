"""Numbers as a bank makes them: card numbers with a check digit, IBANs, ids and expiry dates."""

import secrets
from datetime import datetime
from hashlib import sha256

# The first eight digits of our cards, by scheme. 9999 is a national range of no country; the other two lie in ranges
# that acquirers keep for tests. Nobody's real card begins like this.
BINS = {"VISA": "40000077", "MASTERCARD": "55555577", "TELLER": "99990177"}
SERIAL_DIGITS = 7
CARD_YEARS = 4

BANK_CODE = "999999"  # given to no Ukrainian bank
UKRAINE = ("UA", BANK_CODE, 19)  # the country, a bank that it does not have, the digits of an account
IBANS = {"KWD": ("KW", "SAND", 22)}  # of an account in this currency; others are kept in Ukraine
_TAX_WEIGHTS = (-1, 5, 7, 9, 4, 6, 10, 5, 7)


def check_digit(digits: str) -> str:
    """The Luhn digit that belongs behind `digits`."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        double = int(digit) * (2 if place % 2 == 0 else 1)
        total += double - 9 if double > 9 else double
    return str(-total % 10)


def is_card_number(text: str) -> bool:
    """Whether `text` is 13 to 19 digits of which the last one is right."""
    return text.isascii() and text.isdigit() and 13 <= len(text) <= 19 and check_digit(text[:-1]) == text[-1]


def new_card_number(scheme: str) -> str:
    """A number of ours at random; never one that ends like a blocked recipient."""
    while True:
        serial = f"{secrets.randbelow(10**SERIAL_DIGITS):0{SERIAL_DIGITS}d}"
        number = BINS[scheme] + serial
        number += check_digit(number)
        if not is_blocked(number):
            return number


def scheme_of(number: str) -> str | None:
    """The scheme of one of our cards by its first digits; None for a card of another bank."""
    return next((scheme for scheme, digits in BINS.items() if number.startswith(digits)), None)


def is_blocked(number: str) -> bool:
    """The magic ending: a transfer to a card ending in 0002, such as 4000 0000 0000 0002, is always refused."""
    return number.endswith("0002")


def new_iban(currency: str) -> str:
    """An IBAN with right check digits, at a bank that does not exist, of the country whose money it is."""
    country, bank, length = IBANS.get(currency, UKRAINE)
    number = bank + f"{secrets.randbelow(10**14):0{length}d}"
    # ISO 13616: the country and two zeros go behind, letters are 10 to 35, and what is missing to 98 is the check.
    digits = "".join(str(int(each, 36)) for each in f"{number}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{number}"


def tax_number(customer_id: str) -> str:
    """A made-up Ukrainian tax number, always the same for a customer, whose last digit is right."""
    digits = f"{int(sha256(customer_id.encode()).hexdigest(), 16) % 10**9:09d}"
    total = sum(weight * int(digit) for weight, digit in zip(_TAX_WEIGHTS, digits, strict=True))
    return f"{digits}{total % 11 % 10}"


def new_id(kind: str) -> str:
    """An id nobody can guess, such as `cus_9f86d081884c7d65`."""
    return f"{kind}_{secrets.token_hex(8)}"


def expiry(now: datetime) -> str:
    """The month a card made now ends in: `11/30`."""
    return f"{now.month:02d}/{(now.year + CARD_YEARS) % 100:02d}"
