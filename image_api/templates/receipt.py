"""A receipt: the amount first and largest, then what happened, from and to, when, and how to check it."""

from datetime import datetime
from functools import lru_cache
from io import BytesIO
from zoneinfo import ZoneInfo

import segno
from babel.dates import format_datetime
from PIL import Image, ImageDraw

from flows import formats
from flows.money import Money
from image_api import canvas
from image_api.look import Look
from image_api.type import Box, fit, write
from image_api.values import Receipt
from image_api.words import word

SIZE = (1080, 1350)
MARGIN = 72
GRID = 24
ROW = 84
ROWS_TOP = 564
QR_SIDE = 216


def draw(values: Receipt, look: Look, locale: str) -> tuple[Image.Image, dict[str, Box]]:
    """The picture and where its texts stand."""
    pending = values.state == "pending"
    rows = _rows(values, look, locale)
    height = SIZE[1] if values.verify_url else ROWS_TOP + len(rows) * ROW + 2 * MARGIN + 2 * GRID
    picture = _ground(look, pending, height).copy()
    pen = ImageDraw.Draw(picture)
    boxes: dict[str, Box] = {}
    bank, size = fit(look.name, 640, 44, 30, "extrabold")
    boxes["bank"] = write(pen, (MARGIN, 66), bank, size, "extrabold", "#FFFFFF")
    amount, size = fit(_money(values.amount, locale), SIZE[0] - 4 * MARGIN, 116, 56, "extrabold")
    boxes["amount"] = write(pen, (2 * MARGIN - GRID, 230), amount, size, "extrabold", look.ink)
    kind, size = fit(word(locale, values.kind), SIZE[0] - 4 * MARGIN, 40, 30, "medium")
    boxes["kind"] = write(pen, (2 * MARGIN - GRID, 388), kind, size, "medium", look.quiet)
    _state(pen, word(locale, values.state), look, pending, boxes)
    y = ROWS_TOP
    for name, text in rows:
        y = _row(pen, y, word(locale, name), text, look, boxes, name)
    _foot(picture, values, look, locale, boxes)
    return picture, boxes


def alt(values: Receipt, look: Look, locale: str) -> str:
    """The same in words."""
    return word(locale, "receipt_alt").format(
        bank=look.name,
        kind=word(locale, values.kind),
        amount=_money(values.amount, locale),
        from_=f"•{values.from_last4}" if values.from_last4 else "—",
        to=f"•{values.to_last4}" if values.to_last4 else "—",
        fee=_money(values.fee, locale) if values.fee else "0",
        at=_time(values, look, locale),
        reference=values.reference,
        state=word(locale, values.state),
    )


def _money(literal: str, locale: str) -> str:
    return formats.money(Money.parse(literal), locale)


def _time(values: Receipt, look: Look, locale: str) -> str:
    at = values.at.astimezone(ZoneInfo(look.time_zone))
    return f"{format_datetime(at, 'd MMMM y, HH:mm', locale=locale)} {_zone(at)}"


def _zone(at: datetime) -> str:
    """`EET`, and `UTC+3` where the hour has no name."""
    name = at.tzname() or ""
    if name[:1] not in "+-":
        return name
    hours, minutes = name[:3].replace("+0", "+").replace("-0", "-"), name[3:]
    return f"UTC{hours}" + (f":{minutes}" if minutes else "")


def _rows(values: Receipt, look: Look, locale: str) -> list[tuple[str, str]]:
    rows = []
    if values.from_last4:
        rows.append(("from", f"•••• {values.from_last4}"))
    if values.to_last4:
        rows.append(("to", f"•••• {values.to_last4}"))
    if values.fee:
        rows.append(("fee", _money(values.fee, locale)))
    return [*rows, ("at", _time(values, look, locale)), ("reference", values.reference)]


def _row(pen: ImageDraw.ImageDraw, y: int, label: str, text: str, look: Look, boxes: dict[str, Box], name: str) -> int:
    left, right = 2 * MARGIN - GRID, SIZE[0] - 2 * MARGIN + GRID
    boxes[f"{name}.label"] = write(pen, (left, y), label, 34, "medium", look.quiet)
    shown, size = fit(text, right - left - 220, 36, 22, "bold")
    boxes[name] = write(pen, (right, y), shown, size, "bold", look.ink, right=True)
    pen.line((left, y + 62, right, y + 62), fill=canvas.blend(look.paper, look.ink, 0.12), width=2)
    return y + ROW


def _state(pen: ImageDraw.ImageDraw, words: str, look: Look, pending: bool, boxes: dict[str, Box]) -> None:
    """A word and a sign, never a colour alone: a tick for done, an hourglass-like mark for pending."""
    left, top = 2 * MARGIN - GRID, 464
    colour = look.accent_text if pending else look.good
    pen.ellipse((left, top, left + 44, top + 44), fill=colour)
    if pending:
        pen.line(
            (left + 22, top + 10, left + 22, top + 24, left + 31, top + 30), fill="#FFFFFF", width=5, joint="curve"
        )
    else:
        pen.line(
            (left + 11, top + 23, left + 19, top + 31, left + 33, top + 14), fill="#FFFFFF", width=5, joint="curve"
        )
    shown, size = fit(words, SIZE[0] - 4 * MARGIN - 40, 36, 24, "bold")
    boxes["state"] = write(pen, (left + 60, top - 3), shown, size, "bold", colour)


def _foot(picture: Image.Image, values: Receipt, look: Look, locale: str, boxes: dict[str, Box]) -> None:
    if not values.verify_url:
        return
    pen = ImageDraw.Draw(picture)
    code = segno.make(values.verify_url, error="m", micro=False)
    scale = max(QR_SIDE // int(code.symbol_size(scale=1, border=2)[0]), 1)
    drawn = BytesIO()
    code.save(drawn, kind="png", scale=scale, border=2, dark=look.ink, light=look.paper)
    square = Image.open(drawn).convert("RGB")
    side = square.width
    left, top = SIZE[0] - 2 * MARGIN + GRID - side, 1246 - side
    picture.paste(square, (left, top))
    room = left - 2 * MARGIN
    boxes["check"] = write(pen, (2 * MARGIN - GRID, 1140), word(locale, "check"), 30, "medium", look.quiet)
    shown, size = fit(values.verify_url.split("://", 1)[1], room, 30, 20, "bold")
    boxes["url"] = write(pen, (2 * MARGIN - GRID, 1184), shown, size, "bold", look.accent_text)
    boxes["qr"] = Box(left, top, left + side, top + side)


def _echo(look: Look, pending: bool, band: str) -> tuple[int, int, int]:
    """The one shape on the band."""
    if pending:
        return canvas.blend(band, "#FFFFFF", 0.35)
    return canvas.rgb(look.echo) if look.echo else canvas.blend(band, look.accent, 0.35)


@lru_cache(maxsize=16)
def _ground(look: Look, pending: bool, height: int) -> Image.Image:
    """The page: a band of the brand's ink, paper on sand; a pending receipt has a broken edge and an accent band."""
    large, pen = canvas.smooth((SIZE[0], height), canvas.rgb(look.ground))
    s = canvas.SMOOTH
    band = look.accent_text if pending else look.ink
    pen.rectangle((0, 0, SIZE[0] * s, 300 * s), fill=canvas.rgb(band))
    pen.ellipse((820 * s, -260 * s, 1240 * s, 160 * s), fill=_echo(look, pending, band))
    paper = (MARGIN * s, 168 * s, (SIZE[0] - MARGIN) * s, (height - MARGIN) * s)
    pen.rounded_rectangle(paper, 36 * s, fill=canvas.rgb(look.paper))
    if pending:
        for x in range(MARGIN + GRID, SIZE[0] - MARGIN - GRID, 2 * GRID):
            pen.rectangle(
                (x * s, (height - MARGIN - 16) * s, (x + GRID) * s, (height - MARGIN) * s), fill=canvas.rgb(look.accent)
            )
    return canvas.settle(large)
