"""Reads a PIN or a password typed on a page: whether it can go to the bank, and if not, which field says why."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

PIN_DIGITS = 4
PASSWORD_CHARS = range(10, 129)
DIFFERENT_MIN = 5  # characters of a password that are not the same
LETTERS_MIN = 3  # that are left of it without the digits and signs at its ends; less is a phone or a birthday
# Years in which somebody who banks here may have been born, and those that a calendar shows now.
YEARS = range(1920, 2040)
RUNS = ("01234567890", "09876543210")
# What others try first, without the digits and signs that people add around it.
LATIN = (
    "password passwort parol qwerty qwertyuiop qwertz asdfgh asdfghjkl zxcvbn zxcvbnm admin administrator welcome "
    "letmein login master monkey dragon football baseball superman batman sunshine princess iloveyou ukraine "
    "ukraina abc abcd abcdef secret secure teller tellerbank bank money card kyiv lviv test changeme user"
)
CYRILLIC = "пароль йцукен йцукенгшщз фівапр україна україно слава сонечко котик банк гроші картка київ львів кохання"
COMMON = frozenset(f"{LATIN} {CYRILLIC}".split())
_BETWEEN = re.compile(r"[\s\u200b-\u200d\u2060]+")


@dataclass(frozen=True, slots=True)
class Typed:
    """What goes to the bank; with a ``fault`` nothing does, and it stands beside the field ``where``."""

    secret: str = field(default="", repr=False)
    fault: str = ""
    where: str = ""


def pin(fields: Mapping[str, str]) -> Typed:
    """A PIN, typed twice."""
    first, again = (_digits(fields.get(name, "")) for name in ("pin", "again"))
    if len(first) != PIN_DIGITS or not first.isdigit():
        return Typed(fault="pin_digits", where="pin")
    if is_weak(first):
        return Typed(fault="pin_weak", where="pin")
    return Typed(first) if again == first else Typed(fault="not_the_same", where="again")


def is_weak(digits: str) -> bool:
    """Whether thieves try it first: one digit, a pair twice, a run, a year."""
    return (
        len(set(digits)) == 1
        or digits[:2] == digits[2:]
        or digits == digits[::-1]
        or any(digits in run for run in RUNS)
        or int(digits) in YEARS
    )


def new_password(fields: Mapping[str, str]) -> Typed:
    """A new password, typed twice."""
    first, again = (_text(fields.get(name, "")) for name in ("password", "again"))
    if len(first) not in PASSWORD_CHARS:
        return Typed(fault="password_short" if len(first) < PASSWORD_CHARS[0] else "password_long", where="password")
    if is_common(first):
        return Typed(fault="password_common", where="password")
    return Typed(first) if again == first else Typed(fault="not_the_same", where="again")


def password(fields: Mapping[str, str]) -> Typed:
    """The password that the customer has; only the bank can say whether it is right."""
    typed = _text(fields.get("password", ""))
    if not typed:
        return Typed(fault="empty", where="password")
    return (
        Typed(typed)
        if len(typed) in range(1, PASSWORD_CHARS[-1] + 1)
        else Typed(fault="password_long", where="password")
    )


def is_common(text: str) -> bool:
    """Whether it is guessed soon: digits alone, few different characters, or a word that everybody takes."""
    plain = text.casefold()
    word = plain.strip("0123456789!?.,_-*#@$%^&+= ")
    half = word[: len(word) // 2]
    return (
        len(word) < LETTERS_MIN
        or len(set(plain)) < DIFFERENT_MIN
        or word in COMMON
        or (half in COMMON and word == half * 2)
    )


READERS: Mapping[str, Callable[[Mapping[str, str]], Typed]] = {
    "pin": pin, "password": new_password, "password_check": password,
}  # fmt: skip


def _digits(raw: str) -> str:
    text = _BETWEEN.sub("", unicodedata.normalize("NFKC", raw.replace("\0", "")))
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def _text(raw: str) -> str:
    """The same characters whatever keyboard wrote them."""
    return unicodedata.normalize("NFKC", raw.replace("\0", "")).strip()
