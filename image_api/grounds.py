"""What lies under everything on a picture: drawn once for a brand, a colour and a size, and kept.

``sun`` is a rising quarter of a circle, ``sail`` a dhow's sail over water: a brand has one bold shape, everywhere.
"""

from functools import lru_cache

from PIL import Image, ImageDraw

from image_api import canvas
from image_api.canvas import SMOOTH as S
from image_api.look import Look
from image_api.page import Ground

MARGIN = 72
BAND = 300
STRIP = 36
KEPT = 32  # about 5 MB each


@lru_cache(maxsize=KEPT)
def drawn(ground: Ground, look: Look, size: tuple[int, int]) -> Image.Image:
    """The ground at its size. It is shared: copy it before drawing on it."""
    return _KINDS[ground.kind](ground, look, size)


def _card(ground: Ground, look: Look, size: tuple[int, int]) -> Image.Image:
    """A card by itself; around its round corners is the brand's paper."""
    page = Image.new("RGB", size, canvas.rgb(look.paper))
    page.paste(_face(ground, look, size), (0, 0), canvas.rounded_mask(size, 48))
    return page


def _face(ground: Ground, look: Look, size: tuple[int, int]) -> Image.Image:
    """The face of a card from edge to edge: the brand's shape in the tariff's colour, and a chip."""
    card = Image.new("RGB", size, canvas.rgb(look.ink))
    echo = canvas.rgb(look.echo) if look.echo else canvas.blend(look.ink, ground.colour, 0.22)
    colour, light = canvas.rgb(ground.colour), canvas.blend(ground.colour, "#FFFFFF", 0.16)
    if look.art == "sun":
        canvas.ellipse(card, (560, -330, 1500, 610), echo)
        canvas.ellipse(card, (700, -420, 1460, 340), colour)
        canvas.ellipse(card, (880, -380, 1420, 160), light)
    else:
        _sail(card, (560, 0, 1080, 620), echo)
        _sail(card, (690, 0, 1080, 440), colour)
        _sail(card, (870, 0, 1080, 230), light)
    _chip(card)
    return card


def _plain(ground: Ground, _: Look, size: tuple[int, int]) -> Image.Image:
    """One colour."""
    return Image.new("RGB", size, canvas.rgb(ground.colour))


def _sheet(ground: Ground, look: Look, size: tuple[int, int]) -> Image.Image:
    """Paper over a band of colour; a torn one has a broken edge, so that it looks unlike at a glance."""
    width, height = size
    page = Image.new("RGB", size, canvas.rgb(look.ground))
    page.paste(canvas.rgb(ground.colour), (0, 0, width, BAND))
    echo = canvas.rgb(look.echo_on(ground.colour))
    if look.art == "sun":
        canvas.ellipse(page, (width - 260, -260, width + 160, 160), echo)
    else:
        _sail(page, (width - 330, 0, width, BAND), echo)
    canvas.rounded(page, (MARGIN, 168, width - MARGIN, height - MARGIN), 36, canvas.rgb(look.paper))
    if ground.torn:
        for x in range(MARGIN + 24, width - MARGIN - 24, 48):
            page.paste(canvas.rgb(look.accent), (x, height - MARGIN - 16, x + 24, height - MARGIN))
    return page


def _poster(ground: Ground, look: Look, size: tuple[int, int]) -> Image.Image:
    """The brand's ink from edge to edge, its shape in the upper corner: for what is passed on."""
    width = size[0]
    page = Image.new("RGB", size, canvas.rgb(ground.colour))
    echo = canvas.rgb(look.echo) if look.echo else canvas.blend(ground.colour, look.accent, 0.22)
    if look.art == "sun":
        canvas.ellipse(page, (width - 560, -430, width + 360, 490), echo)
        canvas.ellipse(page, (width - 380, -450, width + 330, 260), canvas.rgb(look.accent))
    else:
        _sail(page, (width - 620, 0, width, 700), echo)
        _sail(page, (width - 400, 0, width, 430), canvas.rgb(look.accent))
    return page


def _letter(_: Ground, look: Look, size: tuple[int, int]) -> Image.Image:
    """A page to print: white, with a strip of the brand's ink. ``documents`` draws the same as lines."""
    page = Image.new("RGB", size, canvas.rgb(look.paper))
    page.paste(canvas.rgb(look.ink), (0, 0, size[0], STRIP))
    return page


def _sail(page: Image.Image, box: tuple[int, int, int, int], colour: tuple[int, int, int]) -> None:
    """Two straight edges, along the top and down the right, and a third that the wind has filled."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    mask = Image.new("L", (width * S, height * S), 0)
    bent = (0.22 * width, 0.78 * height)
    steps = [step / 40 for step in range(41)]
    edge = [(2 * t * (1 - t) * bent[0] + t * t * width, 2 * t * (1 - t) * bent[1] + t * t * height) for t in steps]
    ImageDraw.Draw(mask).polygon([(x * S, y * S) for x, y in [*edge, (width, 0)]], fill=255)
    page.paste(colour, (left, top), mask.resize((width, height), Image.Resampling.BOX))


def _chip(card: Image.Image) -> None:
    large, pen = canvas.smooth((118, 90), canvas.rgb("#8E7434"))
    gold, line = "#E3C37A", "#8E7434"
    pen.rectangle((0, 0, large.width, large.height), fill=gold)
    for x in (40, 78):
        pen.line((x * S, 0, x * S, large.height), fill=line, width=3 * S)
    for y in (30, 60):
        pen.line((0, y * S, large.width, y * S), fill=line, width=3 * S)
    pen.rounded_rectangle((40 * S, 18 * S, 78 * S, 72 * S), 8 * S, fill=gold, outline=line, width=3 * S)
    card.paste(canvas.settle(large), (72, 214), canvas.rounded_mask((118, 90), 16))


_KINDS = {"card": _card, "face": _face, "plain": _plain, "sheet": _sheet, "poster": _poster, "letter": _letter}
