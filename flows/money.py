"""Money: whole minor units and a currency, never a float."""

import re
from dataclasses import dataclass
from functools import total_ordering

# ISO 4217: the currencies whose minor unit is not a hundredth.
MINOR_DIGITS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
    "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3, "CLF": 4, "UYW": 4,
}  # fmt: skip

_LITERAL = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,4}))? ([A-Z]{3})", re.ASCII)


class MoneyError(ValueError):
    """Two currencies were mixed, or a literal is not an amount of money."""


def minor_digits(currency: str) -> int:
    """How many digits the currency's minor unit has: 2 for UAH, 0 for JPY, 3 for KWD."""
    return MINOR_DIGITS.get(currency, 2)


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units: ``Money(15000, "UAH")`` is 150 hryvnias."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, literal: str) -> "Money":
        """Read a literal as staff write it: ``5000 UAH``, ``49.90 UAH``.

        Raises:
            MoneyError: when it is no such literal, or has more decimals than the currency.
        """
        match = _LITERAL.fullmatch(literal)
        if match is None:
            raise MoneyError(f"'{literal}' is not an amount; write it like '5000 UAH'")
        whole, fraction, currency = match[1], match[2] or "", match[3]
        digits = minor_digits(currency)
        if len(fraction) > digits:
            raise MoneyError(f"'{literal}' has more decimals than {currency} allows ({digits})")
        return cls(int(whole + fraction.ljust(digits, "0")), currency)

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.minor < other.minor

    def __str__(self) -> str:
        """The literal of the flow language: ``150.00 UAH``."""
        digits = minor_digits(self.currency)
        sign, minor = ("-" if self.minor < 0 else ""), abs(self.minor)
        if digits == 0:
            return f"{sign}{minor} {self.currency}"
        whole, fraction = divmod(minor, 10**digits)
        return f"{sign}{whole}.{fraction:0{digits}d} {self.currency}"

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise MoneyError(f"{self.currency} and {other.currency} cannot be compared or added")
