"""What the bank charges, allows and gives: its tariffs, limits and fees, in one place."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from sandbox.failures import BadInput


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency the bank keeps accounts in; amounts are whole minor units of it."""

    digits: int
    least_fee_minor: int  # what a transfer to another bank costs at least
    day_limit_minor: int  # what a customer may send in one UTC day
    gift_minor: int  # what a newly ordered card comes with


CURRENCIES = {
    "UAH": Currency(2, 5_00, 100_000_00, 1_000_00),
    "EUR": Currency(2, 50, 5_000_00, 100_00),
    "USD": Currency(2, 50, 5_000_00, 100_00),
    "KWD": Currency(3, 200, 1_500_000, 100_000),
    "JPY": Currency(0, 75, 800_000, 15_000),
}

FEE_PERCENT = 1  # to a card of another bank, rounded up to the minor unit; to a card of ours nothing
AMOUNT_MAX_MINOR = 10**12

SCHEME_OF_TARIFF = {"digital": "VISA", "gold": "MASTERCARD"}
CARD_CURRENCY = "UAH"  # of what the REST face alone offers: plastic, cashback, rates; a house of other money has none
ISSUE_AFTER = timedelta(seconds=1)
REFUSED_PHONE_ENDING = "4040404"  # who orders a card with such a phone is refused, so that this can be tried too

ZONE = ZoneInfo("Europe/Kyiv")  # whose days the bank's customers count in
WELCOME_TEXT = "Sandbox welcome gift, so that you can send money at once. Not real money."


def currency(code: str) -> Currency:
    """:raises BadInput: for a currency the bank does not keep."""
    try:
        return CURRENCIES[code]
    except KeyError:
        raise BadInput(f"currency: the bank keeps {', '.join(CURRENCIES)}") from None


def transfer_fee(amount_minor: int, code: str, inside: bool) -> int:
    """The fee of one transfer, in minor units."""
    if inside:
        return 0
    return max(currency(code).least_fee_minor, -(-amount_minor * FEE_PERCENT // 100))
