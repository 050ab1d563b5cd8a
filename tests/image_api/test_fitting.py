"""Text wraps, then shrinks to a limit, then ends in an ellipsis; it is never wider than its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from image_api import fonts
from image_api.fitting import Style, fit, width
from image_api.fonts import clean, runs, unreadable

STYLE = Style(40, 26, "medium")


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=300), room=st.integers(60, 900), most=st.integers(1, 4))
def test_no_line_is_wider_than_its_place(text: str, room: int, most: int) -> None:
    fitted = fit(text, room, STYLE, most)
    assert 1 <= len(fitted.lines) <= most
    assert STYLE.least <= fitted.size <= STYLE.size
    assert all(width(line, fitted.size, STYLE) <= room for line in fitted.lines)
    whole = "".join("".join(fitted.lines).split())
    told = "".join(clean(text).split())
    assert whole == told or (whole.endswith("…") and told.startswith(whole[:-1])), "what is cut says so"


def test_it_wraps_before_it_shrinks_and_shrinks_before_it_is_cut() -> None:
    text = "Oleksandra-Viktoriia Nechui-Levytska"
    assert fit(text, 900, STYLE, 2).lines == (text,)
    wrapped = fit(text, 500, STYLE, 2)
    assert (wrapped.lines, wrapped.size) == (("Oleksandra-Viktoriia", "Nechui-Levytska"), STYLE.size)
    alone = fit(text, 600, STYLE)
    assert alone.lines == (text,)
    assert STYLE.least <= alone.size < STYLE.size
    cut = fit(text, 300, STYLE)
    assert cut.size == STYLE.least
    assert cut.lines[0].endswith("…")


def test_a_word_shrinks_before_it_is_broken() -> None:
    reference = "01JD2WQ8Z4K7X9TBM3V6R5N0HC"
    assert fit(reference, 500, STYLE, 2).lines == (reference,)
    assert len(fit(reference * 3, 600, STYLE, 4).lines) > 1, "what is longer than any place is broken all the same"


@pytest.mark.needs("fribidi")
@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("Anna Koval", ["manrope"]),
        ("Олена ₴ 5", ["manrope"]),
        ("5 ₾", ["manrope", "roboto"]),
        ("مريم الخطيب", ["firago"]),
        ("מרים כהן", ["firago"]),
        ("ნინო", ["firago"]),
        ("Мама ❤", ["manrope", "symbols"]),
    ],
)
def test_a_name_stays_in_one_piece_in_a_font_that_has_it(text: str, families: list[str]) -> None:
    assert [family for _, family in runs(text)] == families
    assert "".join(piece for piece, _ in runs(text)) == text
    assert unreadable(text) == ""


def test_signs_of_direction_and_control_are_taken_out() -> None:
    assert clean("Anna\u202e lavoK\u0000\u200b\n\t 5\ufe0f") == "Anna lavoK 5"
    assert clean("1\u00a0000,00\u00a0₴") == "1\u00a0000,00\u00a0₴", "an amount is not broken"


def test_letters_that_no_font_has_are_told_and_rare_signs_are_a_point() -> None:
    assert unreadable("王小明 Anna") == "小明王"
    assert unreadable("Anna 🏦") == ""
    assert [piece for piece, _ in runs("🏦")] == [fonts.MISSING]


@pytest.mark.needs("fribidi")
def test_a_right_to_left_name_is_drawn_from_the_right() -> None:
    """The first letter stands at the right end: shaped as a whole, not letter by letter."""
    face = fonts.face(60, "regular", "firago")
    name, first = pixels(face, "בא"), pixels(face, "ב")
    width = len(first[0])
    assert [row[-width:] for row in name[-len(first) :]] == first


def pixels(face: ImageFont.FreeTypeFont, text: str) -> list[bytes]:
    """The rows of a text that have ink."""
    mask = face.getmask(text, mode="1")
    high = mask.size[1]
    left, _, right, _ = mask.getbbox() or (0, 0, 0, 0)
    rows = [bytes(mask.getpixel((x, y)) for x in range(left, right)) for y in range(high)]
    return [row for row in rows if any(row)]
