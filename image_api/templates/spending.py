"""What a customer spends on: the total first and largest, then a bar a category, the longest on top."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel.dates import format_date
from PIL import Image, ImageDraw

from flows import formats
from flows.money import Money
from image_api import canvas
from image_api.look import Look
from image_api.type import Box, fit, write
from image_api.values import Spending
from image_api.words import word

WIDTH = 1080
MARGIN = 72
GRID = 24
ROWS_TOP = 504
ROW = 108
BAR = 28
LEFT, RIGHT = 2 * MARGIN - GRID, WIDTH - 2 * MARGIN + GRID
AMOUNT_ROOM = 330  # of a row's width; the name has the rest


@dataclass(frozen=True, slots=True)
class Row:
    """One category, and its share of the longest bar in thousandths and of the total in per cent."""

    name: str
    amount: Money
    length: int
    percent: int


def draw(values: Spending, look: Look, locale: str) -> tuple[Image.Image, dict[str, Box]]:
    """The picture and where its texts stand."""
    rows = _rows(values, locale)
    picture = _ground(look, ROWS_TOP + len(rows) * ROW + MARGIN + 2 * GRID).copy()
    pen = ImageDraw.Draw(picture)
    boxes: dict[str, Box] = {}
    bank, size = fit(look.name, 640, 44, 30, "extrabold")
    boxes["bank"] = write(pen, (MARGIN, 66), bank, size, "extrabold", "#FFFFFF")
    total, size = fit(formats.money(Money.parse(values.total), locale), RIGHT - LEFT, 116, 56, "extrabold")
    boxes["total"] = write(pen, (LEFT, 220), total, size, "extrabold", look.ink)
    title, size = fit(f"{word(locale, 'spent')}, {_days(values, locale)}", RIGHT - LEFT, 40, 26, "medium")
    boxes["days"] = write(pen, (LEFT, 384), title, size, "medium", look.quiet)
    for number, row in enumerate(rows):
        _bar(pen, ROWS_TOP + number * ROW, row, look, locale, boxes, number)
    return picture, boxes


def alt(values: Spending, look: Look, locale: str) -> str:
    """The same in words."""
    told = "; ".join(f"{row.name} {formats.money(row.amount, locale)}" for row in _rows(values, locale))
    return word(locale, "spending_alt").format(
        bank=look.name, total=formats.money(Money.parse(values.total), locale), days=_days(values, locale), rows=told
    )


def _rows(values: Spending, locale: str) -> list[Row]:
    """The bars from the longest down, and what is left of the total as the last."""
    total = Money.parse(values.total)
    named = sorted(((bar.name, Money.parse(bar.amount)) for bar in values.bars), key=lambda bar: -bar[1].minor)
    left = total.minor - sum(amount.minor for _, amount in named)
    if left > 0:
        named.append((word(locale, "other"), Money(left, total.currency)))
    longest = max(amount.minor for _, amount in named)
    return [
        Row(name, amount, 1000 * amount.minor // longest, (200 * amount.minor + total.minor) // (2 * total.minor))
        for name, amount in named
    ]


def _days(values: Spending, locale: str) -> str:
    """``1–28 November 2026``: as short as the two days allow."""
    first, last = values.first, values.last
    if first == last:
        return _day(last, "d MMMM y", locale)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_day(last, 'd MMMM y', locale)}"
    pattern = "d MMMM" if first.year == last.year else "d MMMM y"
    return f"{_day(first, pattern, locale)} – {_day(last, 'd MMMM y', locale)}"


def _day(day: date, pattern: str, locale: str) -> str:
    return format_date(day, pattern, locale=locale)


def _bar(
    pen: ImageDraw.ImageDraw, y: int, row: Row, look: Look, locale: str, boxes: dict[str, Box], number: int
) -> None:
    name, size = fit(row.name, RIGHT - LEFT - AMOUNT_ROOM, 34, 24, "medium")
    boxes[f"name.{number}"] = write(pen, (LEFT, y), name, size, "medium", look.ink)
    text = f"{formats.money(row.amount, locale)} · {f'{row.percent}%' if row.percent else '<1%'}"
    amount, size = fit(text, AMOUNT_ROOM - GRID, 34, 22, "bold")
    boxes[f"amount.{number}"] = write(pen, (RIGHT, y), amount, size, "bold", look.ink, right=True)
    top = y + 54
    pen.rounded_rectangle((LEFT, top, RIGHT, top + BAR), BAR // 2, fill=canvas.blend(look.paper, look.ink, 0.08))
    length = max((RIGHT - LEFT) * row.length // 1000, BAR)
    pen.rounded_rectangle((LEFT, top, LEFT + length, top + BAR), BAR // 2, fill=canvas.rgb(look.accent))


@lru_cache(maxsize=16)
def _ground(look: Look, height: int) -> Image.Image:
    """The page: a band of the brand's ink with its bold shape, paper on the brand's ground."""
    large, pen = canvas.smooth((WIDTH, height), canvas.rgb(look.ground))
    s = canvas.SMOOTH
    pen.rectangle((0, 0, WIDTH * s, 300 * s), fill=canvas.rgb(look.ink))
    pen.ellipse((820 * s, -260 * s, 1240 * s, 160 * s), fill=canvas.blend(look.ink, look.accent, 0.35))
    paper = (MARGIN * s, 168 * s, (WIDTH - MARGIN) * s, (height - MARGIN) * s)
    pen.rounded_rectangle(paper, 36 * s, fill=canvas.rgb(look.paper))
    return canvas.settle(large)
