"""A statement adds up, shows the latest on a picture and all in its document, with the same figures in both."""

from datetime import UTC, date, datetime, timedelta

import pypdfium2
import pytest
from pydantic import ValidationError

from image_api import documents
from image_api.page import Page, Words
from image_api.values import Entry, Statement
from tests.image_api.conftest import LOOKS, TEMPLATES, on_paper, outside, overlapping

LOOK = LOOKS["sandbox"]


def statement(count: int, **other: object) -> Statement:
    """``count`` payments of one hryvnia, the newest first."""
    begin = datetime(2026, 11, 28, 12, tzinfo=UTC)
    entries = [
        Entry(
            at=begin - timedelta(hours=number), text=f"Silpo {number}", amount="-1.00 UAH", balance=f"{number}.00 UAH"
        )
        for number in range(count)
    ]
    sums = {"opening": f"{count}.00 UAH", "income": "0.00 UAH", "spent": f"{count}.00 UAH", "closing": "0.00 UAH"}
    held = {"card": "Digital", "last4": "4242", "holder": "Anna Koval", "first": date(2026, 1, 1), "last": begin.date()}
    return Statement.model_validate(held | sums | {"entries": entries} | other)


def names(page: Page) -> set[str]:
    return {item.name for item in page.items if isinstance(item, Words)}


def said(pages: tuple[Page, ...], prefix: str) -> list[str]:
    found = [item for page in pages for item in page.items if isinstance(item, Words)]
    return [" ".join(words.lines) for words in found if words.name.startswith(prefix)]


def test_a_picture_shows_the_latest_and_says_how_many_it_leaves_out() -> None:
    page = TEMPLATES.picture("statement", statement(40, left_out=2), LOOK, "en")
    assert {f"entry.{number}" for number in range(6)} <= names(page)
    assert "entry.6" not in names(page)
    assert said((page,), "more") == ["Operations not shown here: 36"]


@pytest.mark.parametrize("count", [0, 1, 13, 14, 33, 2000])
def test_a_document_has_every_operation_once_on_pages_that_hold_them(count: int) -> None:
    pages = TEMPLATES.document("statement", statement(count), LOOK, "uk")
    entries = [item.name for page in pages for item in page.items if isinstance(item, Words)]
    assert [name for name in entries if name.count(".") == 1 and name.startswith("entry.")] == [
        f"entry.{number}" for number in range(count)
    ]
    assert said(pages, "foot") == [
        f"Teller Bank · Виписка Digital •4242 · сторінка {number}/{len(pages)}" for number in range(1, len(pages) + 1)
    ]
    for page in pages:
        assert outside(page) == []
        assert overlapping(page) == []
        assert on_paper(page) == []


def test_a_picture_and_a_document_have_the_same_figures() -> None:
    values = statement(6)
    picture = TEMPLATES.picture("statement", values, LOOK, "uk")
    pages = TEMPLATES.document("statement", values, LOOK, "uk")
    for prefix in ("opening", "income", "spent", "closing", "entry."):
        assert said((picture,), prefix) == said(pages, prefix)


def test_a_document_can_be_searched_and_tells_what_it_is() -> None:
    values = statement(40, holder="Олена Шевченко")
    pages = TEMPLATES.document("statement", values, LOOK, "uk")
    alt, title = (f("statement", values, LOOK, "uk") for f in (TEMPLATES.alternative, TEMPLATES.title))
    data = documents.written(pages, LOOK, title, alt, "uk", datetime(2026, 11, 28, 9, tzinfo=UTC))
    document = pypdfium2.PdfDocument(data)

    assert len(document) == len(pages) == 3
    text = document[0].get_textpage()
    assert text.search("Олена Шевченко").get_next() is not None
    assert text.search("\u22121,00").get_next() is not None
    assert "Silpo 39" in document[2].get_textpage().get_text_range()
    assert "<dc:title>" in data.decode("latin-1")
    assert title in data.decode("utf-8", "replace")
    assert b"2026-11-28T09:00:00" in data
    assert b"/Lang (uk)" in data
    assert b"<pdfaid:part>2</pdfaid:part>" in data
    assert data.count(b"/FontFile2") == 3, "each weight that is used lies in the file"


@pytest.mark.parametrize(
    "wrong",
    [
        {"closing": "1.00 UAH"},
        {"income": "1.00 UAH"},
        {"opening": "3.00 USD"},
        {"entries": [{"at": "2026-11-28T12:00:00Z", "text": "x", "amount": "1.00 USD", "balance": "1.00 UAH"}]},
        {"entries": [{"at": "2026-11-28T12:00:00", "text": "x", "amount": "1.00 UAH", "balance": "1.00 UAH"}]},
        {"left_out": -1},
        {"first": date(2026, 12, 31)},
        {"account": "UA21 3223"},
    ],
)
def test_what_does_not_add_up_is_not_written(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        statement(3, **wrong)
