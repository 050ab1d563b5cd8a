"""What callers get: the picture or document with its words, or what is wrong, where, and never what was sent."""

import asyncio
from io import BytesIO
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from image_api.app import build
from tests.image_api.conftest import LOOKS, TEMPLATES, OneToken

CARD = {"holder": "Anna Koval", "last4": "4242", "scheme": "VISA", "expires": "11/31"}
FRONT = "/api/v1/images/card_front"


def body(values: object = CARD, **other: object) -> dict[str, object]:
    return {"brand": "sandbox", "values": values, **other}


async def test_a_card_comes_back_as_a_jpeg_with_its_words(api: httpx.AsyncClient) -> None:
    answer = await api.post(FRONT, json=body())

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert Image.open(BytesIO(answer.content)).size == (1080, 681)
    assert unquote(answer.headers["x-text-alternative"]) == (
        "Digital card of Teller Bank, VISA, Anna Koval, number ending in 4242.\nIt is valid to 11/31."
    )


@pytest.mark.parametrize("format_", ["jpeg", "png", "webp"])
async def test_every_format_is_what_it_says(api: httpx.AsyncClient, format_: str) -> None:
    answer = await api.post(FRONT, json=body(format=format_))

    assert answer.headers["content-type"] == f"image/{format_}"
    assert Image.open(BytesIO(answer.content)).format == format_.upper()


async def test_equal_requests_get_equal_bytes_and_may_be_told_so(api: httpx.AsyncClient) -> None:
    first, again = await api.post(FRONT, json=body()), await api.post(FRONT, json=body())
    other = await api.post(FRONT, json=body(CARD | {"last4": "4243"}))
    known = await api.post(FRONT, json=body(), headers={"If-None-Match": first.headers["etag"]})

    assert (first.content, first.headers["etag"]) == (again.content, again.headers["etag"])
    assert other.headers["etag"] != first.headers["etag"]
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize("name", TEMPLATES.by_name)
@pytest.mark.parametrize("bank", LOOKS)
@pytest.mark.parametrize("locale", ["en", "uk"])
async def test_every_template_shows_its_sample(api: httpx.AsyncClient, name: str, bank: str, locale: str) -> None:
    query = {"brand": bank, "locale": locale}
    picture = await api.get(f"/api/v1/images/{name}/sample", params=query)
    paper = await api.get(f"/api/v1/documents/{name}/sample", params=query)

    assert Image.open(BytesIO(picture.content)).format == "JPEG"
    assert picture.headers["content-language"] == locale
    if TEMPLATES.by_name[name].document is None:
        assert (paper.status_code, paper.json()["detail"]) == (
            404, f"'{name}' is a picture only; documents are bank_details, receipt, statement",
        )  # fmt: skip
    else:
        assert paper.content.startswith(b"%PDF-")
        assert unquote(paper.headers["content-disposition"]).endswith(".pdf")


async def test_it_lists_what_can_be_asked_for(api: httpx.AsyncClient) -> None:
    listed = (await api.get("/api/v1/images")).json()

    assert [one["name"] for one in listed["templates"]] == list(TEMPLATES.by_name)
    assert {one["name"] for one in listed["templates"] if one["is_document"]} == {
        "bank_details", "receipt", "statement",
    }  # fmt: skip
    assert listed["brands"][1] == {
        "name": "dhow", "bank": "Dhow Bank", "currency": "KWD", "locales": ["en", "uk"],
    }  # fmt: skip
    card = next(one for one in listed["templates"] if one["name"] == "card_front")
    assert card["fields"]["additionalProperties"] is False


async def test_its_description_has_an_example_of_each_and_where_it_is_drawn(
    app: FastAPI, api: httpx.AsyncClient
) -> None:
    described = (await api.get("/api/v1/images/openapi.json")).json()
    post = described["paths"]["/api/v1/images/{template}"]["post"]
    examples = post["requestBody"]["content"]["application/json"]["examples"]
    drawn = post["responses"]["200"]["content"]["image/jpeg"]["examples"]

    assert set(examples) == set(drawn) == set(TEMPLATES.by_name)
    for name, example in examples.items():
        assert (await api.post(f"/api/v1/images/{name}", json=example["value"])).status_code == 200
        assert (await api.get(drawn[name]["externalValue"])).status_code == 200


async def test_a_bank_alone_shows_its_own_samples() -> None:
    headers, alone = {"Authorization": "Bearer right"}, build({"dhow": LOOKS["dhow"]}, OneToken())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(alone), base_url="http://images", headers=headers
    ) as client:
        answer = await client.get("/api/v1/images/balance/sample")
    assert answer.status_code == 200
    assert "Dhow Bank" in unquote(answer.headers["x-text-alternative"])


@pytest.mark.parametrize(
    ("template", "sent", "status", "says"),
    [
        ("no_such", body({}), 404, "there are balance, bank_details"),
        ("../etc/passwd", body({}), 404, ""),
        ("card_front", body(brand="no_such"), 404, "there are sandbox, dhow"),
        ("card_front", body(locale="de"), 422, "locale"),
        ("card_front", body(format="gif"), 422, "format"),
        ("card_front", body(size=[20_000, 20_000]), 422, "size"),
        ("card_front", body(CARD | {"width": 20_000, "height": 20_000}), 422, "width"),
        ("card_front", body(CARD | {"last4": "4111111111111111"}), 422, "last4"),
        ("card_front", body(CARD | {"last4": "424\u0664"}), 422, "last4"),
        ("card_front", body(CARD | {"last4": "4242\n"}), 422, "last4"),
        ("card_front", body(CARD | {"number": "4111111111111111"}), 422, "number"),
        ("card_front", body(CARD | {"cvv": "123"}), 422, "cvv"),
        ("card_front", body(CARD | {"holder": "x" * 10_000}), 422, "holder"),
        ("card_front", body(CARD | {"holder": ""}), 422, "holder"),
        ("card_front", body(CARD | {"holder": "王小明"}), 422, "U+5C0F, U+660E, U+738B"),
        ("card_front", body([]), 422, "values"),
        ("receipt", body({}), 422, "kind"),
    ],
)
async def test_a_bad_request_is_told_what_is_wrong_and_where(
    api: httpx.AsyncClient, template: str, sent: object, status: int, says: str
) -> None:
    answer = await api.post(f"/api/v1/images/{template}", json=sent)

    assert answer.status_code == status
    assert says in answer.text
    assert "4111111111111111" not in answer.text


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'{"brand": "sandbox"}', b"\xff\xfe", b"[" * 100_000])
async def test_what_is_no_request_is_told_so(api: httpx.AsyncClient, raw: bytes) -> None:
    answer = await api.post(FRONT, content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)


async def test_a_body_without_end_is_refused_before_it_is_held(api: httpx.AsyncClient) -> None:
    async def endless():
        for _ in range(64):
            yield b" " * 65_536

    told = await api.post(FRONT, content=b" " * 3_000_000, headers={"Content-Type": "application/json"})
    untold = await api.post(FRONT, content=endless(), headers={"Content-Type": "application/json"})
    assert (told.status_code, untold.status_code) == (413, 413)


@pytest.mark.parametrize(
    "holder",
    [
        "<script>alert(1)</script>",
        "{holder.__class__}",
        "%s%n",
        "Anna\u0000\u0007\u001b[31m",
        "\u202egnp.exe",
        "🏦🎉",
        "‮‮",
    ],
)
async def test_markup_and_control_signs_are_nothing_but_letters(api: httpx.AsyncClient, holder: str) -> None:
    answer = await api.post(FRONT, json=body(CARD | {"holder": holder}))
    alt = unquote(answer.headers["x-text-alternative"])

    assert answer.status_code == 200
    assert not any((ord(char) < 32 and char != "\n") or char == "\u202e" for char in alt)
    assert len(alt.split("\n")) == 2, "no name makes lines of its own"


async def test_without_a_right_token_nothing_is_drawn(api: httpx.AsyncClient) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    for call in (api.post(FRONT, json=body(), headers=wrong), api.get(f"{FRONT}/sample", headers=wrong)):
        assert (await call).status_code == 401


async def test_many_at_once_are_drawn_once_and_too_many_are_told_to_come_again(api: httpx.AsyncClient) -> None:
    same = await asyncio.gather(*[api.post(FRONT, json=body(CARD | {"holder": "Once"})) for _ in range(100)])
    assert {answer.status_code for answer in same} == {200}
    assert len({answer.content for answer in same}) == 1

    many = [api.post(FRONT, json=body(CARD | {"holder": f"Guest {number}"})) for number in range(100)]
    answers = await asyncio.gather(*many)
    busy = [answer for answer in answers if answer.status_code == 503]
    assert {answer.status_code for answer in answers} == {200, 503}
    assert {answer.headers["retry-after"] for answer in busy} == {"1"}
    assert (await api.post(FRONT, json=body(CARD | {"holder": "Guest 99"}))).status_code == 200
