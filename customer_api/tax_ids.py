"""The Ukrainian taxpayer number (RNOKPP): ten digits, the first five the day of birth, the last one a check digit."""

from datetime import date, timedelta

DAY_ZERO = date(1899, 12, 31)
WEIGHTS = (-1, 5, 7, 9, 4, 6, 10, 5, 7)


def is_tax_id(text: str, today: date) -> bool:
    """Whether it can be somebody's: the check digit is right and the person has been born."""
    if len(text) != 10 or not (text.isascii() and text.isdigit()):
        return False
    check = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, text, strict=False)) % 11 % 10
    born = DAY_ZERO + timedelta(days=int(text[:5]))
    return check == int(text[9]) and DAY_ZERO < born <= today
