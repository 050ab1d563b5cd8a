"""The face of a digital card: the brand's one bold shape, a chip, the holder, the last four digits."""

from functools import lru_cache

from PIL import Image, ImageDraw

from image_api import canvas
from image_api.look import Look
from image_api.type import Box, fit, write
from image_api.values import CardFront
from image_api.words import word

SIZE = (1080, 681)  # the ratio of an ID-1 card
MARGIN = 72
GOLD = "#C99A2E"


def draw(values: CardFront, look: Look, locale: str) -> tuple[Image.Image, dict[str, Box]]:
    """The picture and where its texts stand."""
    picture = _ground(look, values.tariff).copy()
    pen = ImageDraw.Draw(picture)
    white, soft = "#FFFFFF", "#E7EAF1"
    over_shape = canvas.readable_on(_accent(look, values.tariff), look.ink, soft)
    boxes: dict[str, Box] = {}
    bank, size = fit(look.name, 620, 52, 34, "extrabold")
    boxes["bank"] = write(pen, (MARGIN, 64), bank, size, "extrabold", white)
    boxes["tariff"] = write(
        pen, (SIZE[0] - MARGIN, 76), word(locale, values.tariff), 34, "medium", over_shape, right=True
    )
    boxes["number"] = write(pen, (MARGIN, 392), f"••••  {values.last4}", 72, "bold", white)
    room = 560
    if values.expires:
        boxes["expires"] = write(pen, (MARGIN, 494), f"{word(locale, 'valid')} {values.expires}", 30, "medium", soft)
    holder, size = fit(values.holder, room, 42, 28, "medium")
    boxes["holder"] = write(pen, (MARGIN, 560), holder, size, "medium", white)
    _scheme(picture, values.scheme, look, boxes)
    return picture, boxes


def alt(values: CardFront, look: Look, locale: str) -> str:
    """The same in words."""
    return word(locale, "card_alt").format(bank=look.name, holder=values.holder, last4=values.last4)


@lru_cache(maxsize=8)
def _ground(look: Look, tariff: str) -> Image.Image:
    """Everything that is the same for all cards of a brand and tariff."""
    base, accent = look.ink, _accent(look, tariff)
    echo = canvas.rgb(look.echo) if look.echo else canvas.blend(base, accent, 0.22)
    large, pen = canvas.smooth(SIZE, canvas.rgb(base))
    s = canvas.SMOOTH
    # One bold shape: a rising quarter of a circle, with its echo.
    pen.ellipse((560 * s, -330 * s, 1500 * s, 610 * s), fill=echo)
    pen.ellipse((700 * s, -420 * s, 1460 * s, 340 * s), fill=canvas.rgb(accent))
    pen.ellipse((880 * s, -380 * s, 1420 * s, 160 * s), fill=canvas.blend(accent, "#FFFFFF", 0.16))
    _chip(pen, s)
    card = canvas.settle(large)
    page = Image.new("RGB", SIZE, canvas.rgb(look.paper))
    page.paste(card, (0, 0), canvas.rounded_mask(SIZE, 48))
    return page


def _accent(look: Look, tariff: str) -> str:
    return look.accent if tariff == "digital" else GOLD


def _chip(pen: ImageDraw.ImageDraw, s: int) -> None:
    left, top, right, bottom = 72, 214, 190, 304
    gold, line = "#E3C37A", "#8E7434"
    pen.rounded_rectangle((left * s, top * s, right * s, bottom * s), 16 * s, fill=gold)
    for x in (112, 150):
        pen.line((x * s, top * s, x * s, bottom * s), fill=line, width=3 * s)
    for y in (244, 274):
        pen.line((left * s, y * s, right * s, y * s), fill=line, width=3 * s)
    pen.rounded_rectangle((112 * s, 232 * s, 150 * s, 286 * s), 8 * s, fill=gold, outline=line, width=3 * s)


def _scheme(picture: Image.Image, scheme: str, look: Look, boxes: dict[str, Box]) -> None:
    """A mark of our own for each scheme; the schemes' logos are not ours to draw."""
    pen = ImageDraw.Draw(picture)
    name = {"VISA": "visa", "MASTERCARD": "mastercard", "TELLER": "teller"}[scheme]
    boxes["scheme"] = write(pen, (SIZE[0] - MARGIN, 566), name, 42, "extrabold", "#FFFFFF", right=True)
    width = boxes["scheme"].right - boxes["scheme"].left
    top = 552
    pen.line((SIZE[0] - MARGIN - width, top, SIZE[0] - MARGIN, top), fill=look.accent, width=6)
