"""What plain Cerberus lets through, ours refuses; and what breaks inside is a refusal, not an exception."""

import threading

import pytest

from core_adapters.digits import CardDigits
from core_adapters.validation import Invalid, checked

NAN = float("nan")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", True), ("integer", 1.0), ("integer", "1"), ("integer", NAN),
        ("money_minor", True), ("money_minor", -1), ("money_minor", 10**15 + 1), ("money_minor", NAN),
        ("money_minor", 5.0), ("money_minor", "500"), ("money_minor", None),
        ("decimal_amount", "1_000"), ("decimal_amount", "NaN"), ("decimal_amount", "1e5"), ("decimal_amount", "-1"),
        ("decimal_amount", "1\n"), ("decimal_amount", "\u0661\u0662"), ("decimal_amount", 1.5),
        ("card_token", "4" * 16), ("card_token", "card_short"), ("card_token", "card_" + "a" * 20 + "\n"),
        ("e164", "380501112233"), ("e164", "+0501112233"), ("e164", "+380501112233\n"), ("e164", "+\u0663" * 8),
        ("iban", "UA213223130000026007233566002"), ("iban", "UA21"), ("iban", 5), ("iban", ""),
        ("time", "2026-11-21"), ("time", "2026-11-21T10:00:00"), ("time", "now"), ("time", 1),
        ("card_digits", "4111111111111111"),
    ],
)  # fmt: skip
def test_a_value_that_only_looks_right_is_refused(kind, value):
    with pytest.raises(Invalid):
        checked({"field": value}, {"field": {"type": kind}})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", -5), ("money_minor", 0), ("money_minor", 10**15), ("decimal_amount", "1234.50"),
        ("card_token", "card_" + "aB3_-" * 4), ("e164", "+380501112233"), ("iban", "UA213223130000026007233566001"),
        ("time", "2026-11-21T10:00:00+02:00"), ("card_digits", CardDigits("4111111111111111")),
    ],
)  # fmt: skip
def test_a_value_that_is_right_is_taken(kind, value):
    assert checked({"field": value}, {"field": {"type": kind}}) == {"field": value}


@pytest.mark.parametrize("text", ["4111\n", "\u0664\u0661\u0661\u0661", " 4111", "41111"])
def test_a_pattern_matches_whole_and_ascii(text):
    with pytest.raises(Invalid):
        checked({"field": text}, {"field": {"type": "string", "regex": r"^\d{4}$"}})


@pytest.mark.parametrize("document", [[], None, "text", 5, {"field": "a", "other": 1}, {}])
def test_anything_but_the_named_fields_is_refused(document):
    with pytest.raises(Invalid):
        checked(document, {"field": {"type": "string"}})


def test_what_a_bank_adds_is_left_out():
    assert checked({"field": "a", "new": 1}, {"field": {"type": "string"}}, closed=False) == {"field": "a"}


def test_a_broken_schema_is_a_refusal():
    with pytest.raises(Invalid):
        checked({"field": 1}, {"field": {"type": "number"}})


def test_a_refusal_names_no_value():
    with pytest.raises(Invalid) as refusal:
        checked({"card": "4111111111111111"}, {"card": {"type": "e164"}})
    assert "4111" not in str(refusal.value)


def test_threads_do_not_disturb_each_other():
    wrong = []

    def work(value):
        for _ in range(200):
            try:
                fits = checked({"field": value}, {"field": {"type": "money_minor"}}) == {"field": value}
            except Invalid:
                fits = False
            if fits is not (value >= 0):
                wrong.append(value)

    threads = [threading.Thread(target=work, args=(value,)) for value in (-1, 5, -7, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
