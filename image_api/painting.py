"""A laid out page as a picture, with Pillow."""

from dataclasses import replace
from io import BytesIO

from PIL import Image, ImageDraw

from image_api import canvas, fonts, grounds
from image_api.fitting import features_of, line_height, width
from image_api.look import Look
from image_api.page import QUIET_ZONE, Code, Face, Page, Shape, Sign, Words, made

CORNER = 48  # of a card on another page


def paint(page: Page, look: Look) -> Image.Image:
    """The page, drawn."""
    picture = grounds.drawn(page.ground, look, (page.width, page.height)).copy()
    pen = ImageDraw.Draw(picture)
    for item in page.items:
        match item:
            case Words():
                _words(pen, item)
            case Shape():
                _filled(picture, item)
            case Sign():
                _sign(pen, item)
            case Code():
                picture.paste(_code(item), (item.box.left, item.box.top))
            case Face(_, box, face):
                at = (box.left, box.top)
                square = replace(face, ground=replace(face.ground, kind="face"))
                picture.paste(paint(square, look), at, canvas.rounded_mask((face.width, face.height), CORNER))
    return picture


def _words(pen: ImageDraw.ImageDraw, words: Words) -> None:
    style, size = words.style, words.size
    ascent = fonts.face(size, style.weight).getmetrics()[0]
    for number, line in enumerate(words.lines):
        x = float(words.box.left)
        if words.align != "left":
            free = words.box.right - words.box.left - width(line, size, style)
            x += free if words.align == "right" else free // 2
        baseline = words.box.top + number * line_height(size, style.weight) + ascent
        for piece, family in fonts.runs(line):
            face = fonts.face(size, style.weight, family)
            pen.text((x, baseline), piece, font=face, fill=words.colour, anchor="ls", features=features_of(style))
            x += face.getlength(piece, features=features_of(style))


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


def _code(code: Code) -> Image.Image:
    drawn = BytesIO()
    made(code.data).save(drawn, kind="png", scale=code.scale, border=QUIET_ZONE, dark=code.dark, light=code.light)
    return Image.open(drawn).convert("RGB")
