"""A laid out page as a picture, with Pillow."""

from dataclasses import dataclass, replace
from functools import lru_cache

from PIL import Image, ImageDraw

from image_api import canvas, fonts, grounds
from image_api.fitting import Style, features_of
from image_api.look import Look
from image_api.page import QUIET_ZONE, Code, Face, Page, Shape, Sign, Words

PIECES_KEPT = 512  # most words of a picture are its template's own
CORNER = 48  # of a card on another page


def paint(page: Page, look: Look) -> Image.Image:
    """The page, drawn."""
    picture = grounds.drawn(page.ground, look, (page.width, page.height)).copy()
    pen = ImageDraw.Draw(picture)
    for item in page.items:
        match item:
            case Words():
                _words(picture, item)
            case Shape():
                _filled(picture, item)
            case Sign():
                _sign(pen, item)
            case Code():
                _code(picture, item)
            case Face(_, box, face):
                at = (box.left, box.top)
                square = replace(face, ground=replace(face.ground, kind="face"))
                picture.paste(paint(square, look), at, canvas.rounded_mask((face.width, face.height), CORNER))
    return picture


def _words(picture: Image.Image, words: Words) -> None:
    style, size, colour = words.style, words.size, canvas.rgb(words.colour)
    for line, x, baseline in words.placed():
        for piece, family in fonts.runs(line):
            inked = _inked(piece, size, style, family)
            picture.paste(colour, (round(x) + inked.left, baseline + inked.top), inked.mask)
            x += inked.advance


@dataclass(frozen=True, slots=True)
class _Inked:
    """A piece of text in one font: its ink, where that begins from the place on the line, and where the next begins."""

    mask: Image.Image
    left: int
    top: int
    advance: float


@lru_cache(maxsize=PIECES_KEPT)
def _inked(piece: str, size: int, style: Style, family: fonts.Family) -> _Inked:
    face, features = fonts.face(size, style.weight, family), features_of(style)
    left, top, right, bottom = (round(edge) for edge in face.getbbox(piece, anchor="ls", features=features))
    mask = Image.new("L", (max(right - left, 1), max(bottom - top, 1)))
    ImageDraw.Draw(mask).text((-left, -top), piece, font=face, fill=255, anchor="ls", features=features)
    return _Inked(mask, left, top, face.getlength(piece, features=features))


def _filled(picture: Image.Image, shape: Shape) -> None:
    box = (shape.box.left, shape.box.top, shape.box.right, shape.box.bottom)
    if shape.radius:
        canvas.rounded(picture, box, shape.radius, canvas.rgb(shape.colour))
    else:
        picture.paste(canvas.rgb(shape.colour), box)


def _sign(pen: ImageDraw.ImageDraw, sign: Sign) -> None:
    left, top, side = sign.box.left, sign.box.top, sign.box.right - sign.box.left
    pen.ellipse((left, top, left + side, top + side), fill=sign.colour)
    line = [(left + x * side // 44, top + y * side // 44) for x, y in STROKES[sign.sign]]
    pen.line(line, fill="#FFFFFF", width=5 * side // 44, joint="curve")


# On a disc of 44: a tick, and the hands of a clock.
STROKES = {"tick": ((11, 23), (19, 31), (33, 14)), "clock": ((22, 10), (22, 24), (31, 30))}


def _code(picture: Image.Image, code: Code) -> None:
    side, zone = len(code.modules), QUIET_ZONE * code.scale
    dark = Image.frombytes("L", (side, side), b"".join(code.modules)).point(lambda module: 255 * module)
    scaled = dark.resize((side * code.scale, side * code.scale), Image.Resampling.NEAREST)
    box = code.box
    picture.paste(canvas.rgb(code.light), (box.left, box.top, box.right, box.bottom))
    picture.paste(canvas.rgb(code.dark), (box.left + zone, box.top + zone), scaled)
