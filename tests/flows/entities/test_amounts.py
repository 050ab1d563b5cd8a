"""Amounts of money in free text: what is read, what is refused and why, what is no amount."""

import pytest

from flows import formats
from flows.entities import amounts
from flows.money import Money

UAH = {
    # plain digits
    "50": 5000, "1": 100, "100000": 10000000, "50.00": 5000, "50,00": 5000, "50.5": 5050, "50,5": 5050, "0.50": 50,
    "0,01": 1, "999999999999": 99999999999900, "150.99": 15099, "12.10": 1210, "20.26": 2026,
    # thousands
    "1 234": 123400, "1 234,56": 123456, "1 234.56": 123456, "1.234,56": 123456, "1,234.56": 123456, "1'000": 100000,
    "1’000": 100000, "1\u00a0234": 123400, "1\u202f234,50": 123450, "1\u2009000": 100000, "1 000 000": 100000000,
    "1,234,567": 123456700, "1.234.567": 123456700, "1,234,567.89": 123456789, "1.234.567,89": 123456789,
    "1'234'567.50": 123456750, "100 000": 10000000, "10 500": 1050000,
    # short thousands
    "2k": 200000, "2K": 200000, "2к": 200000, "2.5k": 250000, "2,5к": 250000, "10k": 1000000, "2 тис": 200000,
    "2 тис.": 200000, "2тис": 200000, "1,5 тис": 150000, "3 тыс": 300000, "3 тыс.": 300000, "2 thousand": 200000,
    "5 тисяч": 500000, "5 тысяч": 500000, "1 млн": 100000000, "2 million": 200000000, "1.5 мільйона": 150000000,
    "2 тисячі 500": 250000, "2 тисячі п'ятсот": 250000, "1 тис. грн": 100000, "2 hundred": 20000,
    # words
    "fifty": 5000, "twenty five": 2500, "twenty-five": 2500, "one hundred": 10000, "a hundred": 10000,
    "two hundred and fifty": 25000, "two hundred fifty": 25000, "a thousand": 100000, "half a thousand": 50000,
    "fifty-five hundred": 550000, "скинь стольник": 10000, "п'ятихатку": 50000,
    "2 тищ": 200000, "косар": 100000, "**50**": 5000,
    "two and a half thousand": 250000, "twelve hundred": 120000, "one thousand two hundred": 120000,
    "five thousand five hundred and fifty five": 555500, "one hundred and five thousand": 10500000, "Fifty": 5000,
    "сто": 10000, "сто п'ятдесят": 15000, "сто п’ятдесят": 15000, "сто пʼятдесят": 15000, "сто пятдесят": 15000,
    "двісті": 20000, "триста гривень": 30000, "п'ятсот": 50000, "шістсот п'ять": 60500, "тисяча": 100000,
    "тисячу": 100000, "тисяча двісті": 120000, "дві тисячі": 200000, "півтори тисячі": 150000,
    "півтори тисячі двісті": 170000, "пів тисячі": 50000, "півтисячі": 50000, "дві сотні": 20000, "сотню": 10000,
    "двадцять п'ять тисяч триста": 2530000, "сорок": 4000, "дев'яносто дев'ять": 9900, "мільйон": 100000000,
    "сто тисяч двісті": 10020000, "пятьдесят": 5000, "двести пятьдесят": 25000, "полторы тысячи": 150000,
    "три тысячи": 300000, "семьсот": 70000, "тысяча": 100000, "pyatsot": 50000, "sto": 10000,
    # with the currency
    "50 грн": 5000, "50грн": 5000, "50 грн.": 5000, "50 гривень": 5000, "1 гривня": 100, "2 гривні": 200,
    "50 гривен": 5000, "50 uah": 5000, "50UAH": 5000, "uah 50": 5000, "UAH50": 5000, "₴50": 5000, "₴ 50": 5000,
    "50₴": 5000, "50 ₴": 5000, "50 hryvnias": 5000, "50 grn": 5000, "50 hrn": 5000, "грн 50": 5000,
    "₴1,234.50": 123450, "1 234,50 грн": 123450, "п'ятдесят гривень": 5000, "fifty hryvnia": 5000,
    "20 грн 50 коп": 2050, "20 грн. 50 коп.": 2050, "20 гривень 5 копійок": 2005, "20 гривень і 50 копійок": 2050,
    "50 коп": 50, "99 копійок": 99, "20 grn 50 kop": 2050,
    # in sentences
    "send 50": 5000, "send 50 to [card •1111]": 5000, "переказати 200 грн на картку": 20000, "50 please": 5000,
    "скинь 500 мамі": 50000, "закинь сотню на телефон": 10000, "top up my card with 300": 30000,
    "сума 150,50.": 15050,
    "amount:50": 5000, "send 2k to mom": 200000, "перекажи 300 на 4111 1111 1111 1111": 30000, "(50)": 5000,
    "50!": 5000,
    "0501112233 50": 5000, "UA213223130000026007233566001 100": 10000, "12 листопада 500 грн": 50000,
    "card 4242 500": 50000, "рахунок 500": 50000, "відправити тисячу гривень брату": 100000, "+50": 5000,
    "5 к другу": 500, "5 k": 500000, "5 к": 500000, "5 к грн": 500000, "50 k to mom": 5000000, "one": 100,
    "50 на карту [card •4242]": 5000, "хочу покласти 1 500 гривень": 150000,
}  # fmt: skip
OTHER = {
    "$20": "20.00 USD", "20$": "20.00 USD", "20 $": "20.00 USD", "20 доларів": "20.00 USD", "20 usd": "20.00 USD",
    "twenty dollars": "20.00 USD", "20 баксів": "20.00 USD", "20 bucks": "20.00 USD", "$1,234.56": "1234.56 USD",
    "€20": "20.00 EUR", "20 євро": "20.00 EUR", "20 eur": "20.00 EUR", "20 euros": "20.00 EUR",
    "100 zł": "100.00 PLN",
    "100 злотих": "100.00 PLN", "£5": "5.00 GBP", "5 pounds": "5.00 GBP", "5 фунтів": "5.00 GBP",
    "100 руб": "100.00 RUB",
    "50 cents": "0.50 USD", "ten dollars and 50 cents": "10.50 USD", "500 yen": "500 JPY", "¥500": "500 JPY",
}  # fmt: skip
REFUSED = {
    "1,234": "ambiguous", "1.234": "ambiguous", "12,345 грн": "ambiguous", "1,234 тис": "ambiguous",
    "-5": "negative", "−5": "negative", "–5": "negative", "- 5": None, "-$5": "negative", "$-5": "negative",
    "мінус 5": "negative", "minus 5": "negative", "минус 100 грн": "negative", "send -50": "negative",
    "-50 грн": "negative",
    "0": "zero", "0.00": "zero", "0 грн": "zero", "нуль": "zero", "zero": "zero",
    "50.1234": "decimals", "1 234,567": "decimals", "0.123": "decimals", "1.5 коп": "decimals",
    "500.5 yen": "decimals",
    "12345678901234567890": "too_large", "1234567890123 грн": None, "999999999 million": "too_large",
    "007": "leading_zero", "00": "leading_zero", "050": "leading_zero",
    "1.2.3": "malformed", "10,00,0": "malformed", "1,23,456": "malformed", "1000 000": "malformed",
    "10 00": "malformed", "5 0": "malformed",
    "50 60": "malformed", "1 OOO": "notation", "5O": "notation", "192.168.1.1": "malformed",
    ".50": "malformed",
    "50-100": "range", "50 - 100": "range", "50–100 грн": "range",
    "1e3": "notation", "1E3": "notation", "1e-3": "notation", "0x10": "notation", "0b11": "notation",
    "1_000": "notation",
    "50+50": "notation", "2*3": "notation", "2^10": "notation",
    "١٢٣": "foreign_digits", "５０": "foreign_digits", "5०": "foreign_digits", "১০০": "foreign_digits",
}  # fmt: skip
NOTHING = [
    "", " ", "hello", "NaN", "nan", "Infinity", "inf", "null", "yes", "так", "[card •1111]", "•1111", "*1111",
    "to [card •1111]", "0501112233", "+380501112233", "+38 (050) 111-22-33", "UA213223130000026007233566001",
    "UA21 3223 1300 0002 6007 2335 6600 1", "4111 1111 1111 1111", "4111111111111111", "4111 1111 1111 1112",
    "12.11.2026", "2026-11-12", "12 November", "November 12", "12 листопада", "since 12.11", "від 01.10", "5%",
    "5 percent", "5 відсотків", "12:30", "at 9:00", "2 cards", "дві картки", "2 картки", "5 days", "5 днів",
    "3 місяці",
    "one card", "no one", "3 times", "три рази", "order 12345", "замовлення 777", "№5", "#5", "№ 5", "AB123", "5th",
    "2nd", "16-digit", "5-й", "5G", "1m", "v2", "from card 4242", "картка 4242", "сім'я", "user5", "a1b2", "5²",
    "https://x.ua/5", "half", "пів", "кілька тисяч гривень", "тисячі людей", "hundreds", "сотні", "5 числа",
    "10 хвилин", "за 2 години",
]  # fmt: skip


def _only(text: str, currency: str = "UAH") -> object:
    found = amounts.find(text, currency)
    assert len(found) == 1, found
    assert text[found[0].start : found[0].end] == found[0].raw
    return found[0]


@pytest.mark.parametrize(("text", "minor"), UAH.items(), ids=range(len(UAH)))
def test_an_amount_is_read_to_the_kopeck(text, minor):
    assert _only(text).value == Money(minor, "UAH")


@pytest.mark.parametrize(("text", "literal"), OTHER.items())
def test_another_currency_is_reported_as_that_currency(text, literal):
    assert _only(text).value == Money.parse(literal)


@pytest.mark.parametrize(("text", "reason"), [(text, reason) for text, reason in REFUSED.items() if reason])
def test_what_cannot_be_an_amount_is_refused_with_its_reason(text, reason):
    found = _only(text)
    assert (found.value, found.refused) == (None, reason)


@pytest.mark.parametrize("text", NOTHING, ids=range(len(NOTHING)))
def test_a_text_without_an_amount_has_none(text):
    assert amounts.find(text, "UAH") == []


def test_one_comma_before_three_digits_has_two_readings_where_both_are_money():
    assert _only("1,234", "KWD").readings == (Money(1234000, "KWD"), Money(1234, "KWD"))
    assert _only("12.345 KD", "KWD").readings == (Money(12345000, "KWD"), Money(12345, "KWD"))
    assert _only("1,234 тис").readings == (Money(123400000, "UAH"), Money(123400, "UAH"))


def test_a_reading_that_is_no_money_is_left_out_but_the_customer_is_still_asked():
    found = _only("1,234")
    assert (found.value, found.readings) == (None, (Money(123400, "UAH"),))


DINARS = {
    "0.001": 1, "0,001": 1, "1.5": 1500, "1,5": 1500, "1.50": 1500, "1,234.567": 1234567, "1 234,567": 1234567,
    "1.234,567": 1234567, "10": 10000, "10 KWD": 10000, "KWD10": 10000, "10 dinars": 10000, "10 динарів": 10000,
    "0.250 KWD": 250, "5 fils": 5, "20 dinars 5 fils": 20005, "20 динарів 50 філсів": 20050,
    "2.5k": 2500000, "1,234,567.891": 1234567891,
}  # fmt: skip
YEN = {"1": 1, "10": 10, "1,234,567": 1234567, "1 234": 1234, "¥500": 500, "500 yen": 500, "1.5k": 1500}


@pytest.mark.parametrize(("text", "minor"), DINARS.items())
def test_an_amount_is_read_to_the_thousandth_where_the_currency_has_them(text, minor):
    assert _only(text, "KWD").value == Money(minor, "KWD")


@pytest.mark.parametrize(("text", "minor"), YEN.items())
def test_an_amount_is_read_whole_where_the_currency_has_no_decimals(text, minor):
    assert _only(text, "JPY").value == Money(minor, "JPY")


@pytest.mark.parametrize(
    ("text", "currency"),
    [("0.0001", "KWD"), ("20.0051", "KWD"), ("1.5", "JPY"), ("0.001", "UAH"), ("1,234.567", "UAH")],
)
def test_more_decimals_than_the_currency_has_are_refused(text, currency):
    assert _only(text, currency).refused == "decimals"


@pytest.mark.parametrize("currency", ["UAH", "KWD", "JPY"])
@pytest.mark.parametrize("locale", ["en", "uk"])
@pytest.mark.parametrize("minor", [1, 50, 999, 1500, 10000, 1234567, 1234567891])
def test_what_the_bot_writes_is_read_back_or_asked_about_and_never_taken_for_another_sum(currency, locale, minor):
    amount = Money(minor, currency)
    found = _only(formats.money(amount, locale), currency)
    assert amount in (found.value, *found.readings)


def test_a_currency_without_decimals_leaves_no_doubt():
    assert _only("1,234", "JPY").value == Money(1234, "JPY")


@pytest.mark.parametrize("text", ["about 50", "близько 50 грн", "around ₴50", "примерно 50", "~50", "at least 50"])
def test_an_approximate_amount_is_read_back_and_never_taken(text):
    found = _only(text)
    assert (found.value, found.refused, found.readings) == (None, "approximate", (Money(5000, "UAH"),))


@pytest.mark.parametrize("text", ["a couple hundred", "few thousand", "пару сотню"])
def test_a_couple_is_no_figure(text):
    found = _only(text)
    assert (found.value, found.refused, found.readings) == (None, "approximate", ())


def test_two_amounts_are_two_finds_in_order():
    assert [str(each.value) for each in amounts.find("50 or 60 грн", "UAH")] == ["50.00 UAH", "60.00 UAH"]
    assert [str(each.value) for each in amounts.find("fifty and sixty", "UAH")] == ["50.00 UAH", "60.00 UAH"]


def test_a_national_phone_is_known_by_its_region():
    assert amounts.find("020 7946 0958", "GBP", region="GB") == []
