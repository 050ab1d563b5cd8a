"""Money and dates between our minor units and Fineract's decimals: exact both ways, or refused.

The format is that of the API's "Updating Dates and Numbers" and of AccountTransfersApiResourceSwagger: a `dateFormat`
and a `locale` beside every date and number, dates read as arrays.
"""

import locale
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_adapters.failures import Refused, Unclear
from core_adapters.internal.fineract.amounts import Calendar, day_of, read, said, written
from core_adapters.validation import MINOR_MAX
from flows.money import Money, minor_digits

CURRENCIES = st.sampled_from(["UAH", "JPY", "KWD", "CLF"])


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (11245, "UAH", "112.45"),
        (5, "UAH", "0.05"),
        (100, "UAH", "1.00"),
        (7, "JPY", "7"),
        (1234, "KWD", "1.234"),
        (10**15, "UAH", "10000000000000.00"),
        (9007199254740993, "UAH", "90071992547409.93"),
    ],
)
def test_an_amount_is_written_with_the_digits_of_its_currency(minor, currency, text):
    assert written(Money(minor, currency), 6) == text


def test_an_amount_that_the_core_would_round_is_refused():
    assert written(Money(11200, "UAH"), 0) == "112.00"
    with pytest.raises(Refused):
        written(Money(11245, "UAH"), 0)
    with pytest.raises(Refused):
        written(Money(11245, "UAH"), 1)


@pytest.mark.parametrize(
    ("number", "currency", "minor"),
    [
        (Decimal("1000.000000"), "UAH", 100000),
        (Decimal("0.1"), "UAH", 10),
        (Decimal("-5.000000"), "UAH", -500),
        (Decimal("1.2E+2"), "UAH", 12000),
        (Decimal("90071992547409.93"), "UAH", 9007199254740993),
        (Decimal("7.000000"), "JPY", 7),
        (12, "KWD", 12000),
        (0, "UAH", 0),
    ],
)
def test_an_amount_is_read_to_the_last_digit(number, currency, minor):
    assert read(number, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("number", "currency"),
    [
        (Decimal("1.005"), "UAH"),
        (Decimal("0.5"), "JPY"),
        (Decimal("NaN"), "UAH"),
        (Decimal("Infinity"), "UAH"),
        (Decimal("1E+999999"), "UAH"),
        (Decimal("1E-999999"), "UAH"),
        (10**400, "UAH"),
        (True, "UAH"),
        (1.5, "UAH"),
        ("1.50", "UAH"),
        (None, "UAH"),
    ],
    ids=str,
)
def test_what_is_no_exact_amount_is_no_answer(number, currency):
    with pytest.raises(Unclear):
        read(number, currency)


@given(st.integers(0, MINOR_MAX), CURRENCIES)
def test_there_and_back_nothing_is_lost(minor, currency):
    money = Money(minor, currency)
    assert read(Decimal(written(money, minor_digits(currency))), currency) == money


@pytest.mark.parametrize("month", range(1, 13))
def test_a_date_is_said_in_english_whatever_the_locale(month):
    day = date(2026, month, 3)
    assert said(day) == day.strftime("%d %B %Y")
    assert locale.getlocale(locale.LC_TIME)[0] in (None, "C", "en_US", "en_GB")


def test_dates_are_read_from_arrays():
    assert day_of([2026, 11, 21]) == date(2026, 11, 21)


@pytest.mark.parametrize(
    "value",
    [[2026, 13, 1], [2026, 2, 30], [2026, 1], ["2026", "1", "1"], [10**30, 1, 1], [True, 1, 1], "2026-11-21", None],
)
def test_what_is_no_date_is_no_answer(value):
    with pytest.raises(Unclear):
        day_of(value)


def test_the_banks_day_is_that_of_its_time_zone():
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert Calendar("Europe/Kyiv", lambda: late).today() == date(2026, 11, 21)
    assert Calendar("America/New_York", lambda: late).today() == date(2026, 11, 20)
