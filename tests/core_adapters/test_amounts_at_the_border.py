"""What is an amount of money where an operation comes in: 400 ways to write one, and what each of them is."""

import pytest

from core_adapters.operations import catalogue
from core_adapters.operations.catalogue import BadInputs
from flows.money import Money

DIGITS = {"UAH": 2, "USD": 2, "JPY": 0, "KWD": 3, "CLF": 4}
WHOLES = ("1", "7", "10", "99", "150", "1000", "29999", "999999", "123456789012", "999999999999999")
SPOILT = (
    "{} ", " {}", "+{}", "-{}", "--{}", "({})", "{},", "{}.", ".{}", "{}.x", "{} {}", "{},00", "{}e3", "{}E+3", "0x{}",
    "{}_000", "1_{}", "{}'000", "{} 000", "{}\u00a0000", "{}\n", "\t{}", "{}\x00", "\u200b{}", "{}\u200b", "NaN",
    "Infinity", "-0", "0", "00", "0.0", "", "٤٢", "１２", "²", "½", "1e400", "1" * 16, "9" * 40, "true", "null", "{}/2",
    "{}%", "~{}", "{}-{}", "1.2.3", "1,234.56", "1.234,56", "{}{}{}{}{}{}{}{}{}{}{}{}{}{}{}{}",
)  # fmt: skip
CURRENCIES_SPOILT = ("uah", "UA", "UAHH", "₴", "грн", "U4H", "UАH", "UAH ", "", "UAH UAH")


def good():
    for currency, digits in DIGITS.items():
        for whole in WHOLES:
            yield f"{whole} {currency}", int(whole) * 10**digits, currency
            for places in range(1, digits + 1):
                yield f"{whole}.{'4' * places} {currency}", int(whole + ("4" * places).ljust(digits, "0")), currency


def bad():
    for currency, digits in DIGITS.items():
        for form in SPOILT:
            yield f"{form.format(*['12'] * form.count('{}'))} {currency}"
        yield f"12.{'1' * (digits + 1)} {currency}"
        yield f"0.{'0' * max(digits, 1)} {currency}"
    for wrong in CURRENCIES_SPOILT:
        yield f"12 {wrong}"
        yield f"12{wrong}"


GOOD, BAD = sorted(set(good())), sorted(set(bad()))
TAKEN = {"card": "c"}


def test_the_table_has_400_lines_and_none_twice():
    assert len(GOOD) + len(BAD) >= 400
    assert {literal for literal, _, _ in GOOD}.isdisjoint(BAD)


@pytest.mark.parametrize(("literal", "minor", "currency"), GOOD)
def test_an_amount_is_taken_to_the_last_minor_unit(literal, minor, currency):
    assert Money.parse(literal) == Money(minor, currency)
    assert catalogue.money({"amount": literal}) == Money(minor, currency)
    catalogue.check("topups.create_request", TAKEN | {"amount": literal}, {})


@pytest.mark.parametrize("literal", BAD)
def test_what_is_no_amount_is_refused_and_not_repeated(literal):
    with pytest.raises(BadInputs, match="'amount' is not") as refused:
        catalogue.check("topups.create_request", TAKEN | {"amount": literal or "x"}, {})
    assert literal.strip() not in str(refused.value).replace("150.00 UAH", "")


@pytest.mark.parametrize("value", [1, 0, -1, 10**18, True, False, None])
def test_a_number_is_no_amount(value):
    with pytest.raises(BadInputs):
        catalogue.check("topups.create_request", TAKEN | {"amount": value}, {})
