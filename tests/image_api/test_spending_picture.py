"""A picture of spending: every bar is a part of the total, and no text leaves its place or meets another."""

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from image_api.look import Look
from image_api.templates import spending
from image_api.type import Box
from image_api.values import Bar, Spending

LOOK = Look(
    "Teller Bank", "Europe/Kyiv", "#14213D", "#E4572E", "#C2410C", "#F6F1E9", "#FFFFFF", "#4A5568", "#1F7A6D", "#B4232C"
)
NOVEMBER = Spending(
    first=date(2026, 11, 1),
    last=date(2026, 11, 28),
    total="1000.00 UAH",
    bars=(Bar(name="Groceries", amount="600.00 UAH"), Bar(name="Taxis", amount="300.00 UAH")),
)


def meet(one: Box, other: Box) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


def test_the_words_say_what_the_bars_say() -> None:
    assert spending.alt(NOVEMBER, LOOK, "en") == (
        "Spending with Teller Bank, 1–28 November 2026: 1,000.00\u00a0₴. "
        "Groceries 600.00\u00a0₴; Taxis 300.00\u00a0₴; Other 100.00\u00a0₴."
    )
    assert "Витрати, Teller Bank, 1–28 листопада 2026: 1\u00a0000,00\u00a0₴." in spending.alt(NOVEMBER, LOOK, "uk")


def test_bars_are_as_long_as_their_amounts() -> None:
    picture, _ = spending.draw(NOVEMBER, LOOK, "en")
    accent = (0xE4, 0x57, 0x2E)
    middles = [spending.ROWS_TOP + row * spending.ROW + 54 + spending.BAR // 2 for row in range(3)]
    lengths = [sum(picture.getpixel((x, y)) == accent for x in range(spending.LEFT, spending.RIGHT)) for y in middles]
    longest = spending.RIGHT - spending.LEFT
    assert [round(6 * length / longest) for length in lengths] == [6, 3, 1]


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2026, 11, 5), date(2026, 11, 5), "5 November 2026"),
        (date(2026, 10, 31), date(2026, 11, 5), "31 October – 5 November 2026"),
        (date(2025, 12, 31), date(2026, 1, 1), "31 December 2025 – 1 January 2026"),
    ],
)
def test_days_are_written_as_short_as_they_may_be(first: date, last: date, days: str) -> None:
    assert days in spending.alt(NOVEMBER.model_copy(update={"first": first, "last": last}), LOOK, "en")


@pytest.mark.parametrize(
    "wrong",
    [
        {"total": "0.00 UAH"},
        {"total": "899.99 UAH"},
        {"total": "1000.00 USD"},
        {"total": "NaN UAH"},
        {"bars": []},
        {"bars": [{"name": "x", "amount": "1.00 UAH"}] * 11},
        {"bars": [{"name": "", "amount": "1.00 UAH"}]},
        {"bars": [{"name": "x", "amount": "1.00 UAH", "card": "4111111111111111"}]},
        {"first": date(2026, 12, 1)},
    ],
)
def test_what_does_not_add_up_is_not_drawn(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Spending.model_validate(NOVEMBER.model_dump() | wrong)


@settings(max_examples=30, deadline=None)
@given(
    names=st.lists(st.text(min_size=1, max_size=200), min_size=1, max_size=10),
    most=st.integers(1, 10**14),
    locale=st.sampled_from(["en", "uk"]),
)
def test_no_text_leaves_its_place_or_meets_another(names: list[str], most: int, locale: str) -> None:
    bars = tuple(Bar(name=name, amount=f"{most // 100 + number}.00 UAH") for number, name in enumerate(names, 1))
    total = sum(most // 100 + number for number in range(1, len(names) + 1)) + 1
    values = Spending(first=date(2025, 12, 30), last=date(2026, 11, 28), total=f"{total}.00 UAH", bars=bars)
    picture, boxes = spending.draw(values, LOOK, locale)
    for box in boxes.values():
        assert box.left >= 0
        assert box.right <= picture.width
        assert box.bottom <= picture.height
    for row in range(len(names) + 1):
        assert boxes[f"name.{row}"].left >= spending.LEFT
        assert boxes[f"amount.{row}"].right <= spending.RIGHT
        assert not meet(boxes[f"name.{row}"], boxes[f"amount.{row}"])
    tops = [(boxes["total"], boxes["days"]), *combinations((boxes["days"], boxes["name.0"], boxes["bank"]), 2)]
    assert not any(meet(one, other) for one, other in tops)
