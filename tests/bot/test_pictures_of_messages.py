"""Pictures of messages: whoever knows says what is on one, ImageAPI draws it, and its words go along."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.cli.flow_content import CONTENT, library_of
from bot.cli.preview.samples import SYSTEM, Samples
from bot.pictures import QUESTIONS, NotDrawn, Pictures
from bot.sending.alternatives import beside, figures
from bot.sending.attempt import Attempt
from bot.store import OutboxRow, To, uuid7
from bot.versions.estate import capabilities, templates
from core_adapters import brands
from flows.effects import Send
from flows.messages import OutboundMessage, Picture
from flows.ports import Capabilities, DrawnPicture, Principal, Sent
from flows.testing import read_tests
from image_api.app import build
from image_api.look import Look

FACE = {"holder": "Anna Koval", "last4": "4242", "scheme": "VISA", "expires": "11/31", "tariff": "digital", "more": "x"}
# What whoever knows says of each template; beside it stands what no picture takes.
KNOWN: Mapping[str, Mapping[str, Any]] = {
    "card": FACE,
    "balance": {"card": "Digital", "last4": "4242", "balance": "98765.43 UAH", "at": "2026-11-29T10:05:00Z"},
    "receipt": {
        "kind": "transfer", "state": "done", "amount": "50.00 UAH", "fee": "1.25 UAH", "from_last4": "4242",
        "to_last4": "1111", "at": "2026-11-29T10:05:00Z", "reference": "01JD2WQ8Z4K7X9TBM3V6R5N0HC",
    },
    "spending": {
        "first": "2026-11-01", "last": "2026-11-28", "total": "1500.50 UAH",
        "bars": [{"name": "Groceries", "amount": "1200.00 UAH"}, {"name": "Cafes", "amount": "300.50 UAH"}],
    },
    "referrals.picture": {"friend_gets": "100.00 UAH", "link": "https://bank.example/i/7KQ2MX9B", "inviter": "Anna K."},
    "offers.picture": {
        "partner": "Book Corner", "title": "Book Corner: -10 %", "details": "10 % off every book.",
        "until": "2027-12-31",
    },
}  # fmt: skip


class Verifier:
    """Everybody is our service."""

    def verify(self, token: str) -> Principal:
        return Principal(token, frozenset({"service"}))


@dataclass
class Knowing:
    """The bank's wrapper or CustomerAPI: what it was asked, and how it answers."""

    name: str
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answer: Response | None = None

    async def __call__(self, request: Request) -> Response:
        verb = request.url.path.rpartition("/")[2]
        self.asked.append((f"{self.name} {verb}", await request.json()))
        return self.answer or JSONResponse({"outputs": KNOWN[verb]})

    def client(self, path: str) -> httpx.AsyncClient:
        app = Starlette(routes=[Route(path, self.__call__, methods=["POST"])])
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://there")


@pytest.fixture
def bank() -> Knowing:
    return Knowing("bank")


@pytest.fixture
def people() -> Knowing:
    return Knowing("people")


@pytest.fixture
async def pictures(bank: Knowing, people: Knowing) -> AsyncIterator[Pictures]:
    """Over the real ImageAPI."""
    brand = brands.load("sandbox")
    app = build({"sandbox": Look.of(brand.name, brand.time_zone, brand.colours)}, Verifier())
    headers = {"Authorization": "Bearer crm"}
    images = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://images", headers=headers)
    core, customers = bank.client("/api/v1/core/{verb}"), people.client("/api/v1/customers/questions/{verb}")
    async with core, customers, images:
        yield Pictures(core, customers, images, "sandbox", None)  # type: ignore[arg-type]  # no files here


@pytest.mark.parametrize(
    ("template", "value", "who", "named"),
    [
        ("card_front", "card", "bank card", "card_id"),
        ("card_issued", "card", "bank card", "card_id"),
        ("balance", "card", "bank balance", "card_id"),
        ("receipt", "transfer", "bank receipt", "transfer_id"),
        ("spending", "spending", "bank spending", "days"),
        ("referral", "programme", "people referrals.picture", "programme"),
        ("offer", "offer", "people offers.picture", "offer"),
    ],
)
async def test_what_is_on_a_picture_is_asked_of_who_knows_by_the_id_that_the_chat_names(
    pictures: Pictures, bank: Knowing, people: Knowing, template: str, value: str, who: str, named: str
) -> None:
    forged = {"amount": "7777.77 UAH", "balance": "7777.77 UAH", "last4": "0000", "holder": "Zed", "partner": "Zed"}
    picture = Picture(template, {value: "id-1"} | forged)
    drawn = await pictures.draw(picture, "uk", "anna")
    (asked,) = bank.asked + people.asked
    assert asked == (who, {"inputs": {named: "id-1"}, "cards": {}, "customer_id": "anna", "locale": "uk"})
    assert drawn.data.startswith(b"\xff\xd8\xff")
    assert (drawn.mime, drawn.file_name) == ("image/jpeg", f"{template}.jpg")
    assert drawn.alt
    assert not any(said in drawn.alt for said in ("7777", "0000", "Zed"))


def test_every_template_that_content_may_name_is_asked_for_above() -> None:
    assert {shows.verb for shows in QUESTIONS.values()} == KNOWN.keys()


@pytest.mark.parametrize(
    "answer",
    [
        Response(status_code=404),
        JSONResponse({"error": "unavailable"}),
        JSONResponse({"outputs": None, "error": "ended"}),
        JSONResponse({"outputs": {"holder": "Anna Koval", "last4": "424242"}}),
    ],
)
async def test_without_an_answer_that_can_be_drawn_there_is_no_picture(
    pictures: Pictures, bank: Knowing, answer: Response
) -> None:
    bank.answer = answer
    with pytest.raises(NotDrawn):
        await pictures.draw(Picture("card_front", {"card": "id-1"}), "en", "anna")
    with pytest.raises(NotDrawn):
        await pictures.draw(Picture("passport", {"card": "id-1"}), "en", "anna")


# what goes out beside a picture


@pytest.mark.parametrize(
    ("words", "alternative", "goes_out"),
    [
        ("Your card is ready.", "Card ending in 4242.", "Your card is ready.\n\nCard ending in 4242."),
        ("It is ready.", "It is ready: a card ending in 4242.", "It is ready.\n\na card ending in 4242."),
        ("1,000.00\u00a0₴ on Digital •4242.", "Balance of Digital •4242: 1,000.00\u00a0₴.", ""),
        ("1\u00a0000,00\u00a0₴, Digital •4242", "Digital •4242: 000,00\u00a0₴", "with the alternative"),
        ("100.00\u00a0₴ for you: https://bank.example/i/7KQ", "100.00\u00a0₴, https://bank.example/i/7KQ.", ""),
        ("100.00\u00a0₴ for you: https://bank.example/i/7KQ", "100.00\u00a0₴, https://bank.example/i/8KQ.",
         "with the alternative"),
        ("-12.50\u00a0₴ on •4242", "−12.50\u00a0₴ on •4242", ""),
        ("12.50\u00a0₴ on •4242", "−12.50\u00a0₴ on •4242", "with the alternative"),
        ("Sent, 01JD2WQ8Z4", "Reference 01JD2WQ8Z5", "with the alternative"),
        ("Here it is", "A picture without a figure", ""),
        ("", "A picture without a figure", "A picture without a figure"),
        ("50.00\u00a0₴ to •1111.", "Sent, 50.00\u00a0₴.\nTo •1111.\nFee: 5.00\u00a0₴.\nReference: A1.",
         "50.00\u00a0₴ to •1111.\n\nFee: 5.00\u00a0₴.\nReference: A1."),
        ("", "Sent.\nTo •1111.", "Sent.\nTo •1111."),
        ("Here it is, 4242", "", ""),
    ],
)  # fmt: skip
def test_the_alternative_goes_out_unless_the_words_say_every_figure(
    words: str, alternative: str, goes_out: str
) -> None:
    expected = {"": words, "with the alternative": f"{words}\n\n{alternative}"}.get(goes_out, goes_out)
    assert beside(words, alternative) == expected


class Post:
    """A messenger that keeps what it was given to send."""

    name, account = "post", "1"

    def __init__(self) -> None:
        self.sent: list[tuple[OutboundMessage, DrawnPicture | None]] = []

    async def send(self, message: OutboundMessage, address: str, drawn: DrawnPicture | None) -> Sent:
        self.sent.append((message, drawn))
        return Sent(("1",))


def messages_with_pictures(channel: Capabilities, locale: str) -> list[tuple[str, OutboundMessage]]:
    """Every response of the content that has a picture, as the engine says it."""
    library = library_of(CONTENT, "sandbox")
    files, _, _ = read_tests(CONTENT, library, channels=capabilities(), templates=templates())
    samples = Samples(library, files, channel, locale)
    told = [(f"{flow}.{one.name}", one.message) for flow in (*library.flows, SYSTEM) for one in samples.of(flow)]
    return [(name, message) for name, message in told if message.picture is not None]


@pytest.mark.parametrize("locale", ["en", "uk"])
@pytest.mark.parametrize("channel", capabilities(), ids=lambda one: one.channel)
async def test_whoever_cannot_see_a_picture_reads_every_figure_of_it(
    pictures: Pictures, channel: Capabilities, locale: str
) -> None:
    told = messages_with_pictures(channel, locale)
    assert {message.picture.template for _, message in told if message.picture} == QUESTIONS.keys() - {"card_front"}
    post = Post()
    attempt = Attempt({"post": post}, pictures, None, lambda: datetime.now(UTC))  # type: ignore[dict-item]
    for _, message in told:
        row = OutboxRow(uuid7(), uuid7(), 0, To("post", "1", "7", "anna", locale), Send(message))
        mark = await attempt.at(row, message)
        assert mark.degradations == ()
    for (name, meant), (message, drawn) in zip(told, post.sent, strict=True):
        assert drawn is not None, name
        assert message.text.startswith(meant.text), name
        assert figures(drawn.alt), name
        assert figures(drawn.alt) <= figures(message.text), name


async def test_a_picture_that_is_not_drawn_leaves_its_words_as_they_were(pictures: Pictures, bank: Knowing) -> None:
    bank.answer, post = Response(status_code=503), Post()
    attempt = Attempt({"post": post}, pictures, None, lambda: datetime.now(UTC))  # type: ignore[dict-item]
    message = OutboundMessage("k", "1,000.00 ₴ on Digital •4242.", picture=Picture("balance", {"card": "c1"}))
    mark = await attempt.at(OutboxRow(uuid7(), uuid7(), 0, To("post", "1", "7", "anna"), Send(message)), message)
    assert mark.degradations == ("picture_not_drawn",)
    assert [(one.text, one.picture, drawn) for one, drawn in post.sent] == [(message.text, None, None)]
