"""What a file really is, read from its first bytes, and whether that is what it was said to be."""

import io
import warnings

from PIL import Image

# A phone's largest photo has some 50 million pixels; more is a bomb of compressed nothing.
PIXELS_MAX = 100_000_000
# What the formats' own specifications put at the beginning: offset, bytes, type.
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"#!AMR", "audio/amr"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftyp3g", "video/3gpp"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
)
# One container for sound and pictures, and names that are used for the same thing.
_SAME = (
    frozenset({"audio/ogg", "video/ogg", "application/ogg"}),
    frozenset({"audio/mp4", "video/mp4", "audio/m4a", "audio/x-m4a", "audio/aac", "video/quicktime"}),
    frozenset({"video/3gpp", "audio/3gpp", "video/mp4"}),
    frozenset({"video/webm", "audio/webm"}),
    frozenset({"image/jpeg", "image/jpg"}),
    frozenset({"image/heic", "image/heif"}),
    frozenset({"audio/mpeg", "audio/mp3"}),
)
_UNSAID = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_OPENABLE = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})


class Refused(Exception):
    """The file is not taken; the text says why and may be shown."""


def kind_of(data: bytes) -> str | None:
    """The type by the first bytes, None for anything that we do not take."""
    return next((mime for at, mark, mime in _SIGNATURES if data[at : at + len(mark)] == mark), None)


def checked(data: bytes, said: str | None) -> str:
    """The file's true type.

    Raises:
        Refused: nothing we take, not what it was said to be, or a picture that cannot be opened safely.
    """
    found = kind_of(data)
    if found is None:
        raise Refused("this kind of file is not taken; send a picture (JPEG, PNG, WebP) or a PDF")
    claimed = (said or "").partition(";")[0].strip().lower()
    if claimed not in _UNSAID and claimed != found and not any({claimed, found} <= same for same in _SAME):
        raise Refused(f"the file says {claimed} and is {found}")
    if found in _OPENABLE:
        _look_at(data)
    return found


def _look_at(data: bytes) -> None:
    """Read the header alone: size and integrity, no pixels."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as image:
                width, height = image.size
                image.verify()
    except Exception as error:  # Pillow's decoders raise a dozen kinds for broken input
        raise Refused("the picture is damaged") from error
    if width * height > PIXELS_MAX:
        raise Refused(f"the picture has {width} x {height} points, more than is taken")
