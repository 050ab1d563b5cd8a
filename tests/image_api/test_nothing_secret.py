"""Only the last four digits are on a picture or in a document: in its fields, its pixels and its metadata."""

import re
from datetime import UTC, datetime
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageDraw
from pydantic import ValidationError

from image_api import documents, grounds
from image_api.page import Face, Page, Shape, Words
from image_api.painting import paint
from image_api.rendering import encoded
from tests.image_api.conftest import LOOKS, SAMPLES, TEMPLATES

CARD = "4111111111111111"
WRITINGS = [
    CARD, "4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111", "4111\u00a01111\u00a01111\u00a01111",
    "4111\u20091111\u20091111\u20091111", "4111/1111/1111/1111", "4111  1111  1111  1111", "card 4111_1111_1111_1111!",
    "４１１１１１１１１１１１１１１１", "٤١١١١١١١١١١١١١١١", "4111\u200b1111\u200b1111\u200b1111",
]  # fmt: skip
# A code, a password or a number in full has no field anywhere.
FORBIDDEN = {"pan", "number", "card_number", "cvv", "cvc", "pin", "password", "code", "otp", "token", "secret"}


def texts(value: object, where: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where the free texts of a sample stand."""
    if isinstance(value, dict):
        return [path for name, inside in value.items() for path in texts(inside, (*where, name))]
    if isinstance(value, list):
        return [path for number, inside in enumerate(value[:1]) for path in texts(inside, (*where, number))]
    return [where] if isinstance(value, str) else []


def replaced(value: object, path: tuple[str | int, ...], text: str) -> object:
    if not path:
        return text
    assert isinstance(value, dict | list)
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], text)  # type: ignore[index,call-overload]
    return copy


@pytest.mark.parametrize("writing", WRITINGS)
def test_no_field_of_any_template_takes_a_card_number_in_any_writing(writing: str) -> None:
    tried = 0
    for template in TEMPLATES.by_name.values():
        for sample in template.samples.values():
            plain = template.sample(next(n for n, s in template.samples.items() if s is sample), "UAH")
            held = plain.model_dump(mode="json", exclude_none=True)
            for path in texts(held):
                with pytest.raises(ValidationError) as refused:
                    template.model.model_validate(replaced(held, path, writing))
                assert writing not in str(refused.value)
                tried += 1
    assert tried > 50


def test_no_template_has_a_field_for_a_secret() -> None:
    for template in TEMPLATES.by_name.values():
        assert FORBIDDEN.isdisjoint(template.model.model_fields)


def words_of(page: Page) -> list[Words]:
    found = [item for item in page.items if isinstance(item, Words)]
    return found + [words for item in page.items if isinstance(item, Face) for words in words_of(item.page)]


@pytest.mark.parametrize("name", ["card_front", "card_issued", "receipt", "balance"])
def test_the_texts_of_a_card_have_four_digits_together_and_no_more(name: str) -> None:
    """Amounts, dates and the bank's own reference apart."""
    own = {"reference", "amount", "fee", "at", "balance", "url"}
    template = TEMPLATES.by_name[name]
    for sample in template.samples:
        page = TEMPLATES.picture(name, template.sample(sample, "UAH"), LOOKS["sandbox"], "en")
        for words in words_of(page):
            if words.name not in own:
                assert all(len(run) <= 4 for run in re.findall(r"\d+", " ".join(words.lines))), words.name


@pytest.mark.parametrize(("name", "sample", "bank", "locale"), SAMPLES)
def test_no_pixel_is_drawn_but_where_the_layout_says_so(name: str, sample: str, bank: str, locale: str) -> None:
    """What differs from the empty ground lies within the boxes of what was laid out, a few pixels of a glyph apart."""
    look, template = LOOKS[bank], TEMPLATES.by_name[name]
    page = TEMPLATES.picture(name, template.sample(sample, look.currency), look, locale)
    empty = grounds.drawn(page.ground, look, (page.width, page.height))
    differs = ImageChops.difference(paint(page, look), empty).convert("L").point(lambda value: 255 * (value > 0))
    pen = ImageDraw.Draw(differs)
    for item in page.items:
        around = 0 if isinstance(item, Shape | Face) else 6
        box = item.box
        pen.rectangle((box.left - around, box.top - around, box.right + around, box.bottom + around), fill=0)
    assert differs.getbbox() is None


@pytest.mark.parametrize("format_", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("name", TEMPLATES.by_name)
def test_a_picture_carries_no_metadata(name: str, format_: str) -> None:
    template, look = TEMPLATES.by_name[name], LOOKS["sandbox"]
    page = TEMPLATES.picture(name, template.sample("plain", look.currency), look, "en")
    data = encoded(paint(page, look), format_)  # type: ignore[arg-type]  # a format of ours
    picture = Image.open(BytesIO(data))

    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background"}
    assert not any(mark in data for mark in (b"Exif", b"tEXt", b"iTXt", b"zTXt", b"XMP ", b"http://ns.adobe.com"))


@pytest.mark.parametrize("name", ["receipt", "statement", "bank_details"])
def test_a_document_says_what_its_template_says_and_no_more(name: str) -> None:
    template, look = TEMPLATES.by_name[name], LOOKS["sandbox"]
    values = template.sample("plain", look.currency)
    pages = TEMPLATES.document(name, values, look, "uk")
    alt, title = (f(name, values, look, "uk") for f in (TEMPLATES.alternative, TEMPLATES.title))
    data = documents.written(pages, look, title, alt, "uk", datetime(2026, 11, 28, tzinfo=UTC))
    text = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))
    told = {piece for page in pages for words in words_of(page) for line in words.lines for piece in line.split()}

    assert set(text.split()) == told
    assert not re.search(r"(?<!\d)\d{16}(?!\d)", text)
    assert b"/JavaScript" not in data
    assert b"/EmbeddedFile" not in data
