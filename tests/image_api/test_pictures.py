"""Pictures carry what they must, nothing that a thief could use, and no text leaves its place."""

from datetime import UTC, datetime
from io import BytesIO
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from flows.ports import Principal, Unauthorized
from image_api.app import build
from image_api.look import Look
from image_api.templates import card_front, receipt
from image_api.type import Box
from image_api.values import CardFront, Receipt

LOOK = Look(
    "Teller Bank", "Europe/Kyiv", "#14213D", "#E4572E", "#C2410C", "#F6F1E9", "#FFFFFF", "#4A5568", "#1F7A6D", "#B4232C"
)
CARD = {"holder": "Anna Koval", "last4": "4242", "scheme": "VISA", "expires": "11/31"}
PAID = Receipt(
    kind="transfer",
    state="done",
    amount="50.00 UAH",
    fee="0.00 UAH",
    from_last4="4242",
    to_last4="1111",
    at=datetime(2026, 11, 21, 10, tzinfo=UTC),
    reference="01JD2WQ8Z4K7X9TBM3V6R5N0HC",
    verify_url="http://127.0.0.1:8080/check/1",
)


class OneToken:
    """Accepts one token, as ten lines of a verifier."""

    def verify(self, token: str) -> Principal:
        if token != "right":
            raise Unauthorized("the token is not known")
        return Principal("bot", frozenset({"service"}))


@pytest.fixture
def app() -> FastAPI:
    return build({"sandbox": LOOK}, OneToken())


async def ask(app: FastAPI, template: str, body: object, token: str = "right") -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://images") as client:
        return await client.post(f"/api/v1/images/{template}", json=body, headers={"Authorization": f"Bearer {token}"})


async def test_a_card_comes_back_as_a_jpeg_with_its_words(app: FastAPI) -> None:
    answer = await ask(app, "card_front", {"brand": "sandbox", "locale": "en", "values": CARD})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    picture = Image.open(BytesIO(answer.content))
    assert picture.size == (1080, 681)
    assert not picture.getexif()
    assert unquote(answer.headers["x-text-alternative"]) == "Card of Teller Bank, Anna Koval, number ending in 4242."


@pytest.mark.parametrize("format_", ["jpeg", "png", "webp"])
async def test_every_format_is_what_it_says(app: FastAPI, format_: str) -> None:
    answer = await ask(app, "card_front", {"brand": "sandbox", "values": CARD, "format": format_})

    assert Image.open(BytesIO(answer.content)).format == format_.upper()


@pytest.mark.parametrize(
    ("template", "body", "status"),
    [
        ("no_such", {"brand": "sandbox", "values": {}}, 404),
        ("card_front", {"brand": "no_such", "values": CARD}, 404),
        ("card_front", {"brand": "sandbox", "values": CARD | {"last4": "4111111111111111"}}, 422),
        ("card_front", {"brand": "sandbox", "values": CARD | {"last4": "424\u0664"}}, 422),
        ("card_front", {"brand": "sandbox", "values": CARD | {"last4": "4242\n"}}, 422),
        ("card_front", {"brand": "sandbox", "values": CARD | {"number": "4111111111111111"}}, 422),
        ("card_front", {"brand": "sandbox", "values": CARD | {"holder": "x" * 10_000}}, 422),
        ("card_front", {"brand": "sandbox", "values": CARD, "size": [20_000, 20_000]}, 422),
        ("card_front", {"brand": "sandbox", "values": []}, 422),
    ],
)
async def test_a_bad_request_is_told_what_is_wrong(app: FastAPI, template: str, body: object, status: int) -> None:
    answer = await ask(app, template, body)

    assert answer.status_code == status
    assert "4111111111111111" not in answer.text


async def test_without_a_right_token_nothing_is_drawn(app: FastAPI) -> None:
    answer = await ask(app, "card_front", {"brand": "sandbox", "values": CARD}, token="wrong")

    assert answer.status_code == 401


def test_an_amount_that_is_no_money_is_refused() -> None:
    for amount in ("NaN UAH", "1e3 UAH", "-5 UAH", "1,234 UAH", "5.001 UAH", "5"):
        with pytest.raises(ValidationError):
            Receipt.model_validate(PAID.model_dump() | {"amount": amount})


def test_a_pending_receipt_looks_unlike_a_done_one() -> None:
    done, _ = receipt.draw(PAID, LOOK, "en")
    pending, _ = receipt.draw(PAID.model_copy(update={"state": "pending"}), LOOK, "en")

    assert done.getpixel((20, 20)) != pending.getpixel((20, 20))
    assert "not final" in receipt.alt(PAID.model_copy(update={"state": "pending"}), LOOK, "en").lower()


def overlapping(boxes: dict[str, Box]) -> list[tuple[str, str]]:
    """The pairs of texts that stand on each other; the line height's own leading may touch."""
    named = sorted(boxes.items())
    return [
        (one, other)
        for index, (one, a) in enumerate(named)
        for other, b in named[index + 1 :]
        if a.left < b.right and b.left < a.right and a.top + 12 < b.bottom - 12 and b.top + 12 < a.bottom - 12
    ]


@settings(max_examples=60, deadline=None)
@given(holder=st.text(min_size=1, max_size=200), locale=st.sampled_from(["en", "uk"]))
def test_no_name_leaves_its_place_on_a_card(holder: str, locale: str) -> None:
    picture, boxes = card_front.draw(CardFront(holder=holder, last4="4242", expires="11/31"), LOOK, locale)

    assert all(box.left >= 0 and box.right <= picture.width and box.bottom <= picture.height for box in boxes.values())
    assert overlapping(boxes) == []


@settings(max_examples=60, deadline=None)
@given(
    minor=st.integers(1, 99_999_999_999),
    currency=st.sampled_from(["UAH", "USD", "JPY", "KWD", "EUR"]),
    locale=st.sampled_from(["en", "uk"]),
    state=st.sampled_from(["done", "pending"]),
)
def test_no_amount_leaves_its_place_on_a_receipt(minor: int, currency: str, locale: str, state: str) -> None:
    from flows.money import Money

    amount = str(Money(minor, currency))
    values = PAID.model_copy(update={"amount": amount, "fee": amount, "state": state})
    picture, boxes = receipt.draw(values, LOOK, locale)

    assert all(box.left >= 72 and box.right <= picture.width - 72 for box in boxes.values())
    assert overlapping(boxes) == []
