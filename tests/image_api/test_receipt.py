"""A receipt tells a payment as it is: done or not yet, and where to check it."""

from datetime import UTC, datetime
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pydantic import ValidationError

from image_api.documents import written
from image_api.page import Sign
from image_api.painting import paint
from image_api.rendering import encoded
from image_api.values import Receipt
from tests.image_api.conftest import LOOKS, TEMPLATES

LOOK = LOOKS["sandbox"]
RECEIPT = TEMPLATES.by_name["receipt"]


def receipt(sample: str = "plain", **other: object) -> Receipt:
    return RECEIPT.model.model_validate(RECEIPT.sample(sample, "UAH").model_dump() | other)  # type: ignore[return-value]


def test_a_pending_one_looks_unlike_a_done_one_in_colour_sign_shape_and_words() -> None:
    done, pending = (TEMPLATES.picture("receipt", receipt(state=state), LOOK, "en") for state in ("done", "pending"))
    assert done.ground.colour != pending.ground.colour
    assert (done.ground.torn, pending.ground.torn) == (False, True)
    signs = [next(item.sign for item in page.items if isinstance(item, Sign)) for page in (done, pending)]
    assert signs == ["tick", "clock"]
    assert paint(done, LOOK).getpixel((20, 20)) != paint(pending, LOOK).getpixel((20, 20))
    assert "Not final yet" in TEMPLATES.alternative("receipt", receipt(state="pending"), LOOK, "en")


def test_its_words_say_what_it_shows() -> None:
    assert TEMPLATES.alternative("receipt", receipt(), LOOK, "en") == (
        "Receipt of Teller Bank: Transfer to a card, 50.00\u00a0₴, Done.\nFrom card •4242.\nTo card •1111.\n"
        "Fee: 0.00\u00a0₴.\nDate: 21 November 2026, 12:00\u00a0EET.\nReference: 01JD2WQ8Z4K7X9TBM3V6R5N0HC.\n"
        "Check this receipt at: https://bank.example/receipts/x7Fd2kQm9sVt4bLw"
    )


def test_what_is_not_known_is_left_out() -> None:
    page = TEMPLATES.picture("receipt", receipt("smallest", verify_url=None), LOOK, "en")
    assert not {"from", "fee", "to_name", "code", "url"} & set(page.boxes)
    assert "None" not in TEMPLATES.alternative("receipt", receipt("smallest", verify_url=None), LOOK, "en")


@pytest.mark.parametrize("sample", ["plain", "largest"])
@pytest.mark.parametrize("format_", ["jpeg", "png", "webp"])
def test_its_code_is_read_by_another_library_and_leads_to_its_page(sample: str, format_: str) -> None:
    values = receipt(sample)
    picture = paint(TEMPLATES.picture("receipt", values, LOOK, "en"), LOOK)
    half = Image.open(BytesIO(encoded(picture, format_))).reduce(2)  # type: ignore[arg-type]  # a format of ours
    for shown in (picture, half):  # a chat makes pictures smaller
        assert [code.text for code in zxingcpp.read_barcodes(shown)] == [values.verify_url]


def test_the_code_of_its_document_is_read_as_well() -> None:
    pages = TEMPLATES.document("receipt", receipt(), LOOK, "en")
    data = written(pages, LOOK, "title", "words", "en", datetime(2026, 11, 28, tzinfo=UTC))
    page = pypdfium2.PdfDocument(data)[0].render(scale=2).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(page)] == [receipt().verify_url]


@pytest.mark.parametrize(
    "amount", ["NaN UAH", "1e3 UAH", "-5 UAH", "1,234 UAH", "5.001 UAH", "5", "", "5 uah", "inf UAH"]
)
def test_an_amount_that_is_no_money_is_refused(amount: str) -> None:
    with pytest.raises(ValidationError):
        receipt(amount=amount)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://a b", "ftp://bank.example", "https://" + "x" * 300, "bank.example"]
)
def test_a_code_leads_to_a_web_page_only(link: str) -> None:
    with pytest.raises(ValidationError):
        receipt(verify_url=link)
