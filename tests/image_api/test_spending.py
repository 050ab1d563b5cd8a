"""A picture of spending: every bar is a part of the total, and as long as its amount."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from image_api.canvas import rgb
from image_api.page import Shape
from image_api.painting import paint
from image_api.values import Bar, Spending
from tests.image_api.conftest import LOOKS, TEMPLATES, on_paper, outside, overlapping

LOOK = LOOKS["sandbox"]
NOVEMBER = Spending(
    first=date(2026, 11, 1),
    last=date(2026, 11, 28),
    total="1000.00 UAH",
    bars=(Bar(name="Groceries", amount="600.00 UAH"), Bar(name="Taxis", amount="300.00 UAH")),
)


def alt(values: Spending, locale: str = "en") -> str:
    return TEMPLATES.alternative("spending", values, LOOK, locale)


def test_the_words_say_what_the_bars_say() -> None:
    assert alt(NOVEMBER) == (
        "Spent with Teller Bank, 1–28 November 2026: 1,000.00\u00a0₴.\n"
        "Groceries 600.00\u00a0₴; Taxis 300.00\u00a0₴; Other 100.00\u00a0₴."
    )
    assert "Витрачено, Teller Bank, 1–28 листопада 2026: 1\u00a0000,00\u00a0₴." in alt(NOVEMBER, "uk")
    assert "Інше 100,00" in alt(NOVEMBER, "uk")


def test_bars_are_as_long_as_their_amounts() -> None:
    page = TEMPLATES.picture("spending", NOVEMBER, LOOK, "en")
    bars = [item.box for item in page.items if isinstance(item, Shape) and item.colour == LOOK.accent]
    picture = paint(page, LOOK)
    assert [round(6 * (box.right - box.left) / (bars[0].right - bars[0].left)) for box in bars] == [6, 3, 1]
    for box in bars:
        middle = (box.top + box.bottom) // 2
        drawn = sum(picture.getpixel((x, middle)) == rgb(LOOK.accent) for x in range(120, 960))
        assert drawn == pytest.approx(box.right - box.left, abs=2)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2026, 11, 5), date(2026, 11, 5), "5 November 2026"),
        (date(2026, 10, 31), date(2026, 11, 5), "31 October – 5 November 2026"),
        (date(2025, 12, 31), date(2026, 1, 1), "31 December 2025 – 1 January 2026"),
    ],
)
def test_days_are_written_as_short_as_they_may_be(first: date, last: date, days: str) -> None:
    assert days in alt(NOVEMBER.model_copy(update={"first": first, "last": last}))


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
    bars = tuple(
        Bar.model_construct(name=name, amount=f"{most // 100 + number}.00 UAH") for number, name in enumerate(names, 1)
    )
    total = sum(most // 100 + number for number in range(1, len(names) + 1)) + 1
    values = Spending.model_construct(
        first=date(2025, 12, 30), last=date(2026, 11, 28), total=f"{total}.00 UAH", bars=bars
    )
    page = TEMPLATES.picture("spending", values, LOOK, locale)
    assert outside(page) == []
    assert overlapping(page) == []
    assert on_paper(page) == []
