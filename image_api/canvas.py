"""Shapes that Pillow draws smoothly only when drawn large: rounded corners, the card's bold shape, marks."""

from functools import lru_cache

from PIL import Image, ImageDraw

# Shapes are drawn at this multiple and shrunk, which smooths their edges.
SMOOTH = 3


def rgb(colour: str) -> tuple[int, int, int]:
    """``#14213D`` as three numbers."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def hexed(colour: tuple[int, int, int]) -> str:
    """Three numbers as ``#14213D``."""
    return "#{:02X}{:02X}{:02X}".format(*colour)


def blend(one: str, other: str, share: float) -> tuple[int, int, int]:
    """A colour between two: ``share`` 0 is the first, 1 the other."""
    first, second = rgb(one), rgb(other)
    mixed = tuple(round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return mixed[0], mixed[1], mixed[2]


def readable_on(ground: str, dark: str, light: str = "#FFFFFF") -> str:
    """Which of the two is easier to read on a colour."""
    grounds, darks, lights = (_luminance(rgb(colour)) for colour in (ground, dark, light))
    return dark if (grounds + 0.05) / (darks + 0.05) > (lights + 0.05) / (grounds + 0.05) else light


def _luminance(colour: tuple[int, int, int]) -> float:
    """Of WCAG 2."""
    red, green, blue = (c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(maxsize=32)
def rounded_mask(size: tuple[int, int], radius: int) -> Image.Image:
    """An alpha mask of a rounded rectangle."""
    large = Image.new("L", (size[0] * SMOOTH, size[1] * SMOOTH), 0)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, large.width - 1, large.height - 1), radius * SMOOTH, fill=255)
    return large.resize(size, Image.Resampling.LANCZOS)


def smooth(size: tuple[int, int], ground: tuple[int, int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A large canvas to draw shapes on; shrink it with ``settle``."""
    large = Image.new("RGB", (size[0] * SMOOTH, size[1] * SMOOTH), ground)
    return large, ImageDraw.Draw(large)


def settle(large: Image.Image) -> Image.Image:
    """The large canvas at its true size."""
    return large.resize((large.width // SMOOTH, large.height // SMOOTH), Image.Resampling.LANCZOS)


@lru_cache(maxsize=32)
def _disc(width: int, height: int) -> Image.Image:
    """An alpha mask of an ellipse."""
    large = Image.new("L", (width * SMOOTH, height * SMOOTH), 0)
    ImageDraw.Draw(large).ellipse((0, 0, large.width - 1, large.height - 1), fill=255)
    return large.resize((width, height), Image.Resampling.BOX)


def ellipse(picture: Image.Image, box: tuple[int, int, int, int], colour: tuple[int, int, int]) -> None:
    """A smooth ellipse; what lies outside the picture is cut off."""
    picture.paste(colour, box[:2], _disc(box[2] - box[0], box[3] - box[1]))


def rounded(picture: Image.Image, box: tuple[int, int, int, int], radius: int, colour: tuple[int, int, int]) -> None:
    """A smooth rectangle with round corners; only the corners are drawn large."""
    left, top, right, bottom = box
    radius = min(radius, (right - left) // 2, (bottom - top) // 2)
    picture.paste(colour, (left, top + radius, right, bottom - radius))
    for low in (top, bottom - radius):
        picture.paste(colour, (left + radius, low, right - radius, low + radius))
    disc = _disc(2 * radius, 2 * radius)
    for x, from_x in ((left, 0), (right - radius, radius)):
        for y, from_y in ((top, 0), (bottom - radius, radius)):
            picture.paste(colour, (x, y), disc.crop((from_x, from_y, from_x + radius, from_y + radius)))
