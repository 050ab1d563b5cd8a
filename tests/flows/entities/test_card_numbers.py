"""Card numbers in any writing; order numbers, IBANs and phones are left alone."""

import random

import pytest
from schwifty import IBAN

from flows.entities import cards, cvv

VISA = "4111111111111111"
WRITINGS = [
    "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111", "4111/1111/1111/1111",
    "4111_1111_1111_1111", "4111,1111,1111,1111", "4111\u00a01111\u00a01111\u00a01111",
    "4111\u202f1111\u202f1111\u202f1111",
    "4111\u200b1111\u200b1111\u200b1111", "4\u200d111111111111111", "4111  1111  1111  1111",
    "4111 - 1111 - 1111 - 1111",
    "4111\u20131111\u20141111\u22121111", "card4111111111111111ok", "картка4111111111111111", "4111 1111\n1111 1111",
    "4111\n1111\n1111\n1111", "4111\t1111\t1111\t1111", "４１１１１１１１１１１１１１１１", "٤١١١١١١١١١١١١١١١",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "41 11 11 11 11 11 11 11", "411 111 111 111 1111", "41111111 11111111",
    "4️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣", "send 50 to 4111 1111 1111 1111",
    "50 4111 1111 1111 1111", "4111 1111 1111 1111 50",
    "4111 1111 1111 1111, 500 грн", "4111 1111 1111 1111 12/27 123", "order 4111 1111 1111 1111", "№4111111111111111",
    "<4111111111111111>", "(4111) 1111 1111 1111"[1:].replace(")", ""), "переказ на 4111-1111-1111-1111 завтра",
    "0501112233 4111 1111 1111 1111", "4111 1111 1111 1111 0501112233",
    "UA213223130000026007233566001 4111111111111111",
]  # fmt: skip
SCHEMES = {
    "5555555555554444": "mastercard", "2223003122003222": "mastercard", "378282246310005": "amex",
    "3782 822463 10005": "amex", "6011111111111117": "discover", "3530111333300000": "jcb",
    "30569309025904": "diners",
    "6759649826438453": "maestro", "6205500000000000004": "unionpay", "2200000000000053": "mir",
    "4222222222222": "visa",
    "9804000000000009": "prostir",
}  # fmt: skip
MISTYPED = [
    "4111111111111112", "4111 1111 1111 1112", "1234567890123456", "4111 1111 1111 111", "4111 1111 1111 11111",
    "411111111111111", "5168-7512-3456-7890", "0000 0000 0000 0001", "41111111111111111", "5375 4141 2345 678",
]  # fmt: skip
LEFT_ALONE = [
    "", "50", "1 000 000 000 000", "order 1234567890123456", "замовлення №1234567890123456", "ORD-1234567890123456",
    "TTN 20450012345678", "ТТН 20450012345678", "tracking number 12345678901234", "+380501112233", "0501112233",
    "050 111 22 33", "+38 (050) 111-22-33", "+380501112233 5000", "050 111 22 33 1234", "0501112233 0671112233",
    "UA213223130000026007233566001", "UA21 3223 1300 0002 6007 2335 6600 1", "DE89 3704 0044 0532 0130 00",
    "2026-11-12 10:30 1234", "12.11.2026 13.11.2026", "12345678901234567890", "100, 200, 300, 400, 500",
]  # fmt: skip

SECRETS = [
    ("cvv 123", "123"), ("CVV: 123", "123"), ("cvc: 1234", "1234"), ("cvc2=123", "123"), ("cvv123", "123"),
    ("my cvv code is 123", "123"), ("пін 1234", "1234"), ("пін-код 1234", "1234"), ("мій пін: 1234", "1234"),
    ("PIN is 1234", "1234"), ("pin code 1234", "1234"), ("пин 1234", "1234"), ("пинкод - 1234", "1234"),
    ("свв 123", "123"), ("код безпеки 123", "123"), ("security code: 123", "123"), ("cvv 1 2 3", "1 2 3"),
    ("123 is my cvv", "123"), ("123 - cvv", "123"), ("[card •1111] 12/27 123", "123"),
    ("4111 1111 1111 1111 12/27 123", "123"), ("pin 123456", "123456"),
]  # fmt: skip


@pytest.mark.parametrize("text", WRITINGS, ids=range(len(WRITINGS)))
def test_a_card_number_is_found_however_it_is_written(text):
    (span,) = cards.find(text)
    assert (span.digits, span.luhn_ok, span.scheme) == (VISA, True, "visa")
    left = text[: span.start] + text[span.end :]
    assert "1111" not in left


@pytest.mark.parametrize(("number", "scheme"), SCHEMES.items(), ids=range(len(SCHEMES)))
def test_the_scheme_is_named(number, scheme):
    (span,) = cards.find(number)
    assert (span.scheme, span.luhn_ok) == (scheme, True)


@pytest.mark.parametrize("text", MISTYPED, ids=range(len(MISTYPED)))
def test_a_mistyped_number_is_taken_too(text):
    (span,) = cards.find(text)
    assert not span.luhn_ok
    assert (span.start, span.end) == (0, len(text))


@pytest.mark.parametrize("text", LEFT_ALONE, ids=range(len(LEFT_ALONE)))
def test_what_is_no_card_is_left_alone(text):
    assert cards.find(text) == []


def test_a_number_of_a_card_is_taken_after_the_word_number_too():
    assert len(cards.find("card № 6759649826438453")) == 1
    assert len(cards.find("номер картки № 1234567890123456")) == 1
    assert cards.find("№ 1234567890123456") == []


def test_a_number_grouped_as_on_a_card_is_taken_even_after_order():
    assert len(cards.find("order 6759 6498 2643 8453")) == 1
    assert len(cards.find("замовлення 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1")) == 1


def test_two_cards_are_found_apart_even_when_they_are_glued():
    assert [span.digits for span in cards.find(f"{VISA} 5555555555554444")] == [VISA, "5555555555554444"]
    assert [span.digits for span in cards.find(VISA + "5555555555554444")] == [VISA, "5555555555554444"]


def test_the_digits_are_not_in_the_repr():
    assert "1111" not in repr(cards.find(VISA))


def test_fewer_than_one_false_alarm_in_a_hundred():
    chance = random.Random(7)
    digits = lambda count: "".join(chance.choice("0123456789") for _ in range(count))  # noqa: E731
    texts = []
    for _ in range(400):
        order = digits(chance.randint(6, 20))
        texts += [f"order {order}", f"замовлення №{order}", f"ORD-{order}"]
        phone = "0" + chance.choice(["50", "67", "93", "63", "95"]) + digits(7)
        texts += [phone, "+38" + phone, f"{phone[:3]} {phone[3:6]} {phone[6:8]} {phone[8:]} {digits(4)}"]
    for country in ("UA", "DE", "PL", "FR", "BE", "NO"):
        for _ in range(20):
            iban = IBAN.random(country_code=country, random=chance)
            texts += [iban.compact, iban.formatted]
    alarms = sum(bool(cards.find(text)) for text in texts)
    assert alarms / len(texts) < 0.01


@pytest.mark.parametrize(("text", "secret"), SECRETS, ids=range(len(SECRETS)))
def test_a_cvv_or_pin_is_found_to_be_masked(text, secret):
    (found,) = cvv.find(text)
    assert text[found.start : found.end] == secret
    assert secret not in repr(found)


@pytest.mark.parametrize(
    "text", ["change my pin", "send 500", "opinion 1234", "змінити пін", "pin", "cvv?", "50 to [card •1111]"]
)
def test_no_secret_no_mask(text):
    assert cvv.find(text) == []
