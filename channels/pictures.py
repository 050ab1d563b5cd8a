"""Making a picture fit what a platform takes: another encoding, then a lower quality, then fewer pixels.

It works on untrusted bytes, so it is bounded: only the kinds of FORMATS are opened, and what would unfold to more
than PIXELS_MAX is refused before it is unfolded. It takes up to a second of a processor: call it in a thread.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath

import structlog
from PIL import Image, ImageOps

from flows.ports import DrawnPicture, MediaLimits

JPEG = "image/jpeg"
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
# A picture of a modern phone's camera has up to 50 million; decoded they take 150 MB.
PIXELS_MAX = 50_000_000
# What no phone shows more of, and what every platform accepts.
SIDE_PX_MAX = 4096
# Below this a receipt cannot be read any more: better a link or words.
SIDE_PX_MIN = 320
QUALITIES = (90, 82, 74, 66)
SHRINK = 0.75
WHITE = (255, 255, 255)
log = structlog.get_logger()


def fit(drawn: DrawnPicture, limits: MediaLimits) -> DrawnPicture | None:
    """The very same object where it fits, a JPEG without metadata where one can be made, None where none can.

    A document is never changed: it goes as it is or not at all.
    """
    if fits(drawn, limits):
        return drawn
    takes_jpeg = not limits.mimes or JPEG in limits.mimes
    if drawn.document or not takes_jpeg:
        return None
    image = _opened(drawn.data)
    if image is None:
        return None
    name = f"{PurePosixPath(drawn.file_name).stem or 'picture'}.jpg"
    for data in _smaller_and_smaller(image):
        if len(data) <= limits.max_bytes:
            return DrawnPicture(data, JPEG, name)
    return None


def fits(drawn: DrawnPicture, limits: MediaLimits) -> bool:
    """Whether it can go as it is."""
    return len(drawn.data) <= limits.max_bytes and (not limits.mimes or drawn.mime in limits.mimes)


def _opened(data: bytes) -> Image.Image | None:
    """The picture upright on white, or None for what is no picture or an unreasonable one."""
    try:
        image: Image.Image = Image.open(BytesIO(data), formats=FORMATS)
        if image.width * image.height > PIXELS_MAX:
            log.info("picture_too_large", rows=image.height)
            return None
        image = ImageOps.exif_transpose(image)
        return _on_white(image)
    except Exception as error:  # a decoder may raise anything on a damaged file, and each of them means: no picture
        log.info("picture_unreadable", reason=type(error).__name__)
        return None


def _on_white(image: Image.Image) -> Image.Image:
    """Plain red, green and blue: JPEG knows no transparency, and black would swallow dark writing."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    plain = Image.new("RGB", layered.size, WHITE)
    plain.paste(layered, mask=layered.getchannel("A"))
    return plain


def _smaller_and_smaller(image: Image.Image) -> Iterator[bytes]:
    """JPEGs of less and less quality, then of fewer and fewer pixels, while somebody could still read them."""
    image.thumbnail((SIDE_PX_MAX, SIDE_PX_MAX))
    for quality in QUALITIES:
        yield _jpeg(image, quality)
    while max(image.size) * SHRINK >= SIDE_PX_MIN:
        image = image.resize((max(1, int(image.width * SHRINK)), max(1, int(image.height * SHRINK))))
        yield _jpeg(image, QUALITIES[-1])


def _jpeg(image: Image.Image, quality: int) -> bytes:
    """Encoded without any metadata; a new image carries none that we do not name."""
    stream = BytesIO()
    image.save(stream, "JPEG", quality=quality, exif=b"", icc_profile=None, comment=b"")
    return stream.getvalue()
