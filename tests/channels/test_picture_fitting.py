"""A picture that a platform would refuse is made to fit, without metadata and within bounds."""

import zlib
from io import BytesIO
from random import Random
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from channels import pictures
from channels.pictures import fit
from flows.ports import DrawnPicture, MediaLimits

ONE_MB = MediaLimits(frozenset({"image/jpeg", "image/png"}), 1_000_000)


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    return Image.frombytes(mode, (width, height), Random(7).randbytes(width * height * len(mode)))


def encoded(image: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **how)
    return stream.getvalue()


def drawn(data: bytes, mime: str = "image/png", name: str = "card.png", document: bool = False) -> DrawnPicture:
    return DrawnPicture(data, mime, name, document)


def opened(picture: DrawnPicture | None) -> Image.Image:
    assert picture is not None
    image = Image.open(BytesIO(picture.data))
    image.load()
    return image


def test_what_fits_is_left_alone() -> None:
    picture = drawn(encoded(Image.new("RGB", (20, 10))))

    assert fit(picture, ONE_MB) is picture


def test_a_picture_of_a_megabyte_and_a_half_becomes_a_jpeg_that_fits() -> None:
    picture = drawn(encoded(noise(710, 710)), name="my.card.png")
    assert len(picture.data) > 1_500_000

    fitted = fit(picture, ONE_MB)

    assert fitted is not None
    assert (fitted.mime, fitted.file_name) == ("image/jpeg", "my.card.jpg")
    assert len(fitted.data) <= 1_000_000
    assert opened(fitted).format == "JPEG"
    assert opened(fitted).size == (710, 710)


def test_when_quality_alone_is_not_enough_the_picture_shrinks_in_proportion() -> None:
    picture = drawn(encoded(noise(1600, 800)))

    fitted = fit(picture, MediaLimits(frozenset({"image/jpeg"}), 100_000))

    width, height = opened(fitted).size
    assert width < 1600
    assert width / height == pytest.approx(2, abs=0.05)


def test_what_cannot_be_read_small_enough_is_not_sent_as_a_picture() -> None:
    assert fit(drawn(encoded(noise(1600, 800))), MediaLimits(frozenset({"image/jpeg"}), 500)) is None


def test_a_type_that_the_platform_does_not_take_is_encoded_anew() -> None:
    assert opened(fit(drawn(encoded(noise(40, 40), "WEBP"), "image/webp"), ONE_MB)).format == "JPEG"


def test_transparency_turns_white() -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    palette = Image.new("P", (40, 40), 0)
    for data, mime in (
        (encoded(clear, "WEBP", lossless=True), "image/webp"),
        (encoded(palette, "GIF", transparency=0), "image/gif"),
    ):
        assert opened(fit(drawn(data, mime), ONE_MB)).getpixel((20, 20)) == (255, 255, 255)


def test_where_a_photo_was_taken_does_not_leave_with_it_but_up_stays_up() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x8825] = {2: (50.0, 27.0, 0.0)}
    exif[0x010E] = "at home"
    picture = drawn(encoded(noise(1300, 900), "JPEG", quality=100, exif=exif, comment=b"secret"), "image/jpeg")
    assert b"at home" in picture.data

    fitted = fit(picture, ONE_MB)

    image = opened(fitted)
    assert fitted is not None
    assert not image.getexif()
    assert "comment" not in image.info
    assert b"at home" not in fitted.data
    assert image.height > image.width


def test_a_document_goes_as_it_is_or_not_at_all() -> None:
    pdf = drawn(b"%PDF-1.7 " + b"x" * 50, "application/pdf", "receipt.pdf", document=True)

    assert fit(pdf, MediaLimits(frozenset(), 1000)) is pdf
    assert fit(pdf, MediaLimits(frozenset(), 10)) is None
    picture = drawn(encoded(noise(100, 100)), document=True)
    assert fit(picture, MediaLimits(frozenset(), 100)) is None


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says it is 30 000 pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    header = pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def test_a_picture_that_would_unfold_beyond_reason_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = MediaLimits(frozenset({"image/jpeg"}), 1_000_000)
    assert fit(drawn(bomb()), limits) is None

    monkeypatch.setattr(pictures, "PIXELS_MAX", 99)
    assert fit(drawn(encoded(noise(10, 10))), limits) is None
    assert fit(drawn(encoded(noise(11, 9))), limits) is not None


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\xff\xd8\xff", b"%PDF-1.7", b"GIF89a"])
def test_what_is_no_picture_is_none(data: bytes) -> None:
    assert fit(drawn(data, "image/webp"), ONE_MB) is None


WHOLE = encoded(noise(12, 9, "RGBA"), "WEBP") + encoded(noise(12, 9), "PNG")


@settings(max_examples=60)
@given(st.binary(max_size=64), st.integers(0, len(WHOLE)), st.integers(0, 400))
def test_damage_of_any_kind_never_raises(noise_bytes: bytes, cut: int, max_bytes: int) -> None:
    limits = MediaLimits(frozenset({"image/jpeg"}), max_bytes)
    for data in (WHOLE[:cut] + noise_bytes, encoded(noise(12, 9))[: cut % 300] + noise_bytes):
        fitted = fit(drawn(data), limits)
        assert fitted is None or len(fitted.data) <= max_bytes
