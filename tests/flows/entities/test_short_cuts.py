"""The quick ways through the parsers say what the long ones do."""

import re

import pytest

from flows.entities import amounts, cards

NEVER = re.compile(r"(?!)")
NUMBER = "4111 1111 1111 1111"


@pytest.mark.parametrize("before", ["", "to ", "order ", "order id: ", "№", "+", "UA", "x", "380 ", "карта "])
@pytest.mark.parametrize("after", ["", ".", " please", "x", " 50", "-"])
@pytest.mark.parametrize("number", [NUMBER, NUMBER.replace(" ", ""), "3801 1111 1111 1117", "4111-1111-1111-1112"])
def test_a_card_number_by_itself_is_found_as_in_any_other_text(
    before: str, after: str, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = cards.find(before + number + after)
    monkeypatch.setattr(cards, "_AS_ON_A_CARD", NEVER)
    assert quick == cards.find(before + number + after)


@pytest.mark.parametrize("currency", ["UAH", "JPY", "KWD"])
@pytest.mark.parametrize("text", ["1", "50", "050", "0", " 50", "2026", "1111", "999999", "1000000", "380501"])
def test_digits_alone_are_the_amount_that_they_are_in_any_other_text(
    text: str, currency: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = amounts.find(text, currency)
    monkeypatch.setattr(amounts, "_DIGITS_ALONE", NEVER)
    assert quick == amounts.find(text, currency)
