"""Whatever the text: no parser raises, places lie in the text in order, and the time is bounded."""

import time
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.entities import (
    amounts,
    answers,
    cards,
    codes,
    cvv,
    dates,
    ibans,
    names,
    numbers,
    own_cards,
    payees,
    percents,
    periods,
    phones,
)

TODAY = date(2026, 11, 21)
PARSERS: dict[str, Callable[[str], list]] = {
    "amounts": lambda text: amounts.find(text, "UAH"),
    "cards": cards.find,
    "cvv": cvv.find,
    "phones": lambda text: phones.find(text, "UA"),
    "ibans": ibans.find,
    "dates": lambda text: dates.find(text, TODAY),
    "periods": lambda text: periods.find(text, TODAY),
    "numbers": numbers.find,
    "codes": codes.find,
    "names": lambda text: names.find(text, {"1": ["half", "сто 4111"], "2": ["листопад", "month pin"]}),
    "own_cards": own_cards.find,
    "payees": payees.find,
    "percents": percents.find,
}
# Pieces that the grammars know, so that chance finds their seams.
_PIECES = (
    "50 1,234 4111 1111 4111111111111111 0501112233 +380 UA21 3223 сто п'ятдесят тисячі half k тис грн $ - , . : / "
    "12.11 листопада last month cvv pin yes but так але [card •1111] "
    "% відсотків card картка • to мамі Andriy ٣ ５ \u200b \n \u0000 İ ß 🙂"
)
PIECES = st.sampled_from(_PIECES.split(" "))
TEXTS = st.one_of(
    st.text(max_size=200), st.lists(PIECES, max_size=20).map(" ".join), st.lists(PIECES, max_size=20).map("".join)
)
LONG = ["1" * 10_000, "1 " * 5_000, "4111 " * 2_000, "1,234 " * 1_666, "сто " * 2_500, "a" * 10_000, "UA12 " * 2_000,
        "050 111 22 33 " * 714, "cvv " * 2_500, "12.11 " * 1_666, "- " * 5_000, "[" * 10_000, "•" * 10_000,
        "1'000" * 2_000,
        "yes " * 2_500, " " * 10_000, "last " * 2_000, "1.1." * 2_500, "12/" * 3_333]  # fmt: skip


@pytest.mark.parametrize("parser", PARSERS)
@given(text=TEXTS)
def test_no_text_breaks_a_parser(parser, text):
    end = 0
    for found in PARSERS[parser](text):
        assert end <= found.start < found.end <= len(text)
        end = found.end


@given(text=TEXTS)
def test_no_text_breaks_the_answers(text):
    assert answers.yes_or_no(text) in {True, False, None}
    assert answers.yes_but(text) is None or answers.yes_or_no(text) is None


@pytest.mark.parametrize("parser", PARSERS)
def test_ten_thousand_characters_take_bounded_time(parser):
    for text in LONG:
        before = time.process_time()
        PARSERS[parser](text)
        assert time.process_time() - before < 3, text[:10]
