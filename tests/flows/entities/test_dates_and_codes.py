"""Days, periods, phones, IBANs, whole numbers and codes."""

from datetime import date

import pytest

from flows.entities import codes, dates, ibans, numbers, periods, phones

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("today", "2026-11-21"), ("сьогодні", "2026-11-21"), ("tomorrow", "2026-11-22"), ("завтра", "2026-11-22"),
        ("yesterday", "2026-11-20"), ("вчора", "2026-11-20"), ("учора", "2026-11-20"), ("вчера", "2026-11-20"),
        ("позавчора", "2026-11-19"), ("післязавтра", "2026-11-23"), ("12.11", "2026-11-12"), ("12.11.2026",
        "2026-11-12"),
        ("12.11.26", "2026-11-12"), ("12/11/2026", None), ("25/12/2026", "2026-12-25"), ("2026-11-12", "2026-11-12"),
        ("12 November", "2026-11-12"), ("12th of November", "2026-11-12"), ("November 12", "2026-11-12"),
        ("November 12, 2025", "2025-11-12"), ("12 листопада", "2026-11-12"), ("12 листопада 2025", "2025-11-12"),
        ("3 січня", "2027-01-03"), ("1 сентября", "2026-09-01"), ("on 12.11 please", "2026-11-12"),
        ("31.02.2026", None),
        ("29 лютого", "2028-02-29"), ("30 лютого", None), ("5-го грудня", "2026-12-05"),
    ],
)  # fmt: skip
def test_a_day_is_read(text, iso):
    found = [each.value for each in dates.find(text, TODAY) if each.value]
    assert found == ([date.fromisoformat(iso)] if iso else [])


def test_a_slash_may_stand_for_day_first_or_month_first():
    (found,) = dates.find("5/6/2026", TODAY)
    assert (found.value, found.refused, found.readings) == (None, "ambiguous", (date(2026, 6, 5), date(2026, 5, 6)))


def test_a_day_that_does_not_exist_is_refused():
    (found,) = dates.find("31.02.2026", TODAY)
    assert found.refused == "no_such_day"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("last month", "2026-10-01/2026-10-31"), ("за минулий місяць", "2026-10-01/2026-10-31"),
        ("за прошлый месяц", "2026-10-01/2026-10-31"), ("this month", "2026-11-01/2026-11-21"),
        ("цього місяця", "2026-11-01/2026-11-21"), ("last week", "2026-11-09/2026-11-15"),
        ("за минулий тиждень", "2026-11-09/2026-11-15"), ("this week", "2026-11-16/2026-11-21"),
        ("last year", "2025-01-01/2025-12-31"), ("за цей рік", "2026-01-01/2026-11-21"),
        ("last 30 days", "2026-10-23/2026-11-21"), ("останні 7 днів", "2026-11-15/2026-11-21"),
        ("за жовтень", "2026-10-01/2026-10-31"), ("October", "2026-10-01/2026-10-31"), ("за грудень",
        "2025-12-01/2025-12-31"),
        ("for October 2025", "2025-10-01/2025-10-31"), ("in May", "2026-05-01/2026-05-31"),
        ("з 1 по 15 листопада", "2026-11-01/2026-11-15"), ("1-15 November", "2026-11-01/2026-11-15"),
        ("from 01.11.2026 to 15.11.2026", "2026-11-01/2026-11-15"), ("2026-11-01 - 2026-11-15",
        "2026-11-01/2026-11-15"),
        ("вчора", "2026-11-20/2026-11-20"), ("12 листопада", "2026-11-12/2026-11-12"),
    ],
)  # fmt: skip
def test_a_period_is_read(text, span):
    (found,) = periods.find(text, TODAY)
    assert str(found.value) == span


@pytest.mark.parametrize("text", ["may I have a card", "last 999999 days", "hello", "march on"])
def test_no_period_is_made_up(text):
    assert periods.find(text, TODAY) == []


@pytest.mark.parametrize(
    "text",
    [
        "0501112233", "050 111 22 33", "050-111-22-33", "(050) 111-22-33", "+380501112233", "380501112233",
        "80501112233",
        "+38 050 111 22 33", "+38 (050) 111-22-33", "call me at 050 111 22 33", "050 111 22 33 1234",
        "мій номер 0501112233.",
    ],
)  # fmt: skip
def test_a_phone_is_read_as_e164(text):
    (found,) = phones.find(text, "UA")
    assert found.value == "+380501112233"
    assert text[found.start : found.end] == found.raw


NO_PHONES = ["12345", "4111 1111 1111 1111", "4111111111111111", "1234567890", "UA213223130000026007233566001", "50"]


@pytest.mark.parametrize("text", NO_PHONES, ids=range(len(NO_PHONES)))
def test_this_is_no_phone(text):
    assert phones.find(text, "UA") == []


@pytest.mark.parametrize(
    "text",
    [
        "UA213223130000026007233566001", "ua213223130000026007233566001", "UA21 3223 1300 0002 6007 2335 6600 1",
        "на UA213223130000026007233566001 дякую", "UA21-3223-1300-0002-6007-2335-6600-1",
        "IBAN: UA213223130000026007233566001.",
    ],
)  # fmt: skip
def test_an_iban_is_read_in_its_compact_form(text):
    (found,) = ibans.find(text)
    assert found.value == "UA213223130000026007233566001"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("UA213223130000026007233566002", "checksum"), ("UA21322313000002600723356600", "length"),
        ("DE89370400440532013001", "checksum"), ("UA2132231300000260072335660011", "length"),
    ],
)  # fmt: skip
def test_a_mistyped_iban_is_refused_with_its_reason(text, reason):
    (found,) = ibans.find(text)
    assert (found.value, found.refused) == (None, reason)


@pytest.mark.parametrize(
    "text", ["AB4111111111111111", "hello there", "ID12 345", "DE4111111111111111", "be 50 to anna"]
)
def test_this_is_no_iban(text):
    assert ibans.find(text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5),
        ("five", 5),
        ("п'ять", 5),
        ("1 000", 1000),
        ("12 months", 12),
        ("сорок два", 42),
        ("1,234", 1234),
        ("0", 0),
    ],
)
def test_a_whole_number_is_read(text, number):
    (found,) = numbers.find(text)
    assert found.value == number


@pytest.mark.parametrize(("text", "reason"), [("2.5", "fraction"), ("-3", "negative"), ("٣", "foreign_digits")])
def test_a_number_that_is_not_whole_is_refused(text, reason):
    (found,) = numbers.find(text)
    assert (found.value, found.refused) == (None, reason)


@pytest.mark.parametrize("text", ["123456", "123 456", "123-456", "code: 123456", "код 123456.", " 123456\n"])
def test_a_code_is_six_digits_and_stays_out_of_the_repr(text):
    (found,) = codes.find(text)
    assert found.value == "123456"
    assert "123456" not in repr(found)


@pytest.mark.parametrize("text", ["12345", "1234567", "1234 56", "0501112233", "123.456", "١٢٣٤٥٦", "4111111111111111"])
def test_this_is_no_code(text):
    assert codes.find(text) == []
