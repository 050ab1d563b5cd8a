"""Whoever scans a receipt's code sees what the bank's books say now: over real Postgres and the page's own routes."""

import base64
from dataclasses import replace
from uuid import uuid4

import asyncpg
import httpx
import pypdfium2
import pytest
from starlette.applications import Starlette

import image_api.app
from bot.brands import look_of
from bot.keyring import Keyring
from bot.throttle import Throttle
from bot.verifying import Papers, Slip, routes
from core_adapters import brands
from core_adapters.operations.ids import core_ref
from core_adapters.operations.reversing import Reversing
from flows.money import Money
from image_api.values import Receipt as Drawn
from tests.core_adapters.acquirer.payers import REFUSED, paid, request, top_up
from tests.core_adapters.billers.paid_bills import bill, fault
from tests.core_adapters.billers.paid_bills import top_up as mobile
from tests.core_adapters.conftest import PUBLIC_URL, Tokens
from tests.core_adapters.taking_back import taking_back

GENUINE, PENDING, NOT_MADE = "This receipt is genuine", "Not final yet: the bank has not answered", "was not made"
A_MINUTE = 30


def face(room, receipts=None, images=None):
    """What anyone reaches of the room, and what slows guessing down before it. Without ``images`` nobody draws."""
    brand = brands.load("sandbox")
    slip = Slip(brand.name, brand.time_zone, brand.colours, PUBLIC_URL)
    images = images or httpx.AsyncClient(base_url="http://127.0.0.1:1", trust_env=False)
    app = Starlette(routes=routes(receipts or room.adapters.receipts, Papers(images, "sandbox"), slip))
    return httpx.AsyncClient(transport=httpx.ASGITransport(Throttle(app, A_MINUTE)), base_url=PUBLIC_URL)


async def looked(room, path, language="en", receipts=None, images=None):
    async with face(room, receipts, images) as anyone:
        return await anyone.get(path, headers={"accept-language": language})


def link_of(room, order):
    return room.adapters.receipts.links.url("receipt", order.op_id)


async def page_of(room, order, language="en"):
    answer = await looked(room, link_of(room, order), language)
    assert answer.status_code == 200
    return answer.text


async def asked(room, order):
    """What the picture of a receipt is drawn from."""
    body = {"inputs": {"transfer_id": str(order.op_id)}, "customer_id": "anna"}
    answer = await room.api.post("/api/v1/core/receipt", json=body, headers={"authorization": "Bearer service"})
    return answer.json()["outputs"] if answer.status_code == 200 else answer.status_code


async def test_the_code_on_a_receipt_leads_to_a_page_that_says_the_same(room):
    await room.prove(order := room.transfer("1234.50 UAH"))
    await room.start(order)
    drawn = await asked(room, order)
    assert Drawn.model_validate(drawn).state == "done"
    assert drawn["verify_url"] == link_of(room, order)
    page = (await looked(room, drawn["verify_url"])).text
    for said in (
        GENUINE, "Teller Bank", "1,234.50\u00a0₴", "Transfer to a card", f"•••• {drawn['from_last4']}",
        f"•••• {drawn['to_last4']}", "0.00\u00a0₴", core_ref(order.op_id), "EET", f"{PUBLIC_URL}<wbr>/receipts/",
    ):  # fmt: skip
        assert said in page, said
    assert "http-equiv" not in page


async def test_it_is_said_in_ukrainian_too(room):
    await room.start(order := room.transfer())
    page = await page_of(room, order, "uk")
    for said in ("Квитанція справжня", "50,00\u00a0₴", "Переказ на картку", "Комісія", "Зберегти як PDF"):
        assert said in page
    assert GENUINE in (await looked(room, f"{link_of(room, order)}?lang=en", "uk")).text


async def test_it_names_no_person_and_no_whole_number(room):
    await room.start(order := room.transfer())
    page = await page_of(room, order)
    for kept in ("Anna", "Koval", "for lunch", "50111", "67111", room.number, room.payer, str(order.op_id)):
        assert kept not in page


async def test_what_is_in_doubt_is_not_final_and_the_same_address_says_so_when_it_is(room):
    await room.bank.fault("transfer", "reset_after")
    await room.start(order := room.transfer())
    drawn, page = await asked(room, order), await page_of(room, order)
    assert drawn["state"] == "pending"
    assert "fee" not in drawn, "nothing is said of a fee that is not known"
    assert PENDING in page
    assert GENUINE not in page
    assert 'http-equiv="refresh"' in page
    await room.rounds(4)
    assert GENUINE in await page_of(room, order)
    assert (await asked(room, order))["verify_url"] == drawn["verify_url"]


async def test_what_the_bank_refused_after_its_receipt_was_drawn_is_not_made(room):
    await room.bank.fault("transfer", "refuse")
    await room.start(order := room.transfer())
    page = await page_of(room, order)
    assert NOT_MADE in page
    assert "PDF" not in page
    assert await asked(room, order) == 404


@pytest.mark.parametrize(
    ("part", "says"),
    [
        (None, ("This payment was taken back", "50.00\u00a0₴ went back")),
        ("20.00 UAH", ("A part of this payment", "20.00\u00a0₴ of it")),
    ],
    ids=["whole", "part"],
)
async def test_what_was_taken_back_holds_no_longer_however_genuine_the_picture_was(room, part, says):
    taking_back(room)
    await room.start(order := room.transfer())
    assert GENUINE in await page_of(room, order)
    amount = Money.parse(part) if part else None
    await Reversing(room.adapters.desk.accepting).begin(order.op_id, "staff olena", "disputed", amount)
    assert "The bank is taking this payment back" in await page_of(room, order)
    await room.rounds(1)
    page = await page_of(room, order)
    assert all(said in page for said in says)
    assert GENUINE not in page
    assert await asked(room, order) == 404
    paper = await looked(room, f"{link_of(room, order)}/receipt.pdf")
    assert paper.status_code == 303, "there is no document of it"
    assert paper.headers["location"] == f"../{link_of(room, order).rpartition('/')[2]}?lang=en"


async def test_a_top_up_is_genuine_when_it_is_on_the_card_and_not_made_when_nobody_paid(room):
    good, bad = await paid(room, top_up(room)), await paid(room, top_up(room), REFUSED)
    assert PENDING in await page_of(room, good)
    await room.rounds(2)
    assert GENUINE in await page_of(room, good)
    assert NOT_MADE in await page_of(room, bad)
    assert await asked(room, bad) == 404
    drawn = await asked(room, good)
    assert ("from_last4" in drawn, len(drawn["to_last4"])) == (False, 4)


async def test_a_payment_names_its_biller_and_its_operator_and_no_account(room):
    await room.start(water := bill(room))
    await room.start(phone := mobile(room, phone="+380501112233"))
    for order, name in ((water, "City Water"), (phone, "Vega")):
        drawn, page = await asked(room, order), await page_of(room, order)
        assert Drawn.model_validate(drawn).to_name == name
        assert f">{name}</dd>" in page
    page = await page_of(room, water)
    assert "2.00\u00a0₴" in page
    assert "10203040" not in page


async def test_a_biller_is_called_as_before_while_its_partner_is_away(room):
    await room.start(order := bill(room))
    assert ">City Water</dd>" in await page_of(room, order)
    await fault(room, "billers", "providers", "down", count=9)
    assert ">City Water</dd>" in await page_of(room, order)


async def test_what_is_erased_leaves_the_amount_and_no_words(room):
    await room.start(order := bill(room))
    operation = await room.adapters.desk.find(order.op_id)
    erased = replace(operation, request=replace(operation.request, inputs={}, cards={}))
    receipt = await room.adapters.receipts.of(erased)
    assert (receipt.standing, receipt.to_name, str(receipt.amount)) == ("done", "", "100.00 UAH")


@pytest.mark.parametrize("at", ["", "2026-11-21T10:00:00", "noon"])
async def test_a_bank_that_tells_no_moment_did_it_when_we_heard(room, at):
    await room.start(order := room.transfer())
    operation = await room.adapters.desk.find(order.op_id)
    receipt = await room.adapters.receipts.of(replace(operation, details={"at": at}))
    assert receipt.at == operation.updated_at


async def test_no_address_can_be_made_up_and_none_of_another_page_opens_it(room):
    await room.start(order := room.transfer())
    await room.start(asks := request(room))
    links = room.adapters.receipts.links
    good = link_of(room, order).rpartition("/")[2]
    elsewhere = [links.url(page, one.op_id).rpartition("/")[2] for page in ("pay", "return") for one in (order, asks)]
    made_up = [good[:-1], good + "A", good[:-2] + "AA", good.swapcase(), str(order.op_id), "x", "%00", "%C3%A9"]
    unknown = links.url("receipt", uuid4()).rpartition("/")[2]
    for token in (*elsewhere, *made_up, unknown):
        for path in (f"/receipts/{token}", f"/receipts/{token}/receipt.pdf"):
            answer = await looked(room, path)
            assert answer.status_code == 404
            assert "The bank knows no such receipt" in answer.text
    assert "Банк не знає такої квитанції" in (await looked(room, "/receipts/x", "uk")).text
    views = room.adapters.views
    assert [await views.look(page, good) for page in ("pay", "return")] == [None, None]


async def test_a_receipt_whose_key_was_taken_away_leads_to_the_bank_and_is_not_called_a_forgery_outright(room):
    await room.start(order := room.transfer())
    taken_away = Keyring([base64.b64encode(bytes(range(32))).decode()])
    drawn_then = replace(room.adapters.receipts.links, sealer=taken_away).url("receipt", order.op_id)
    for language, told in (("en", "ask the bank by its reference"), ("uk", "запитайте банк за номером операції")):
        answer = await looked(room, f"/receipts/{drawn_then.rpartition('/')[2]}", language)
        assert (answer.status_code, told in answer.text) == (404, True)


async def test_what_moves_no_money_has_no_receipt(room):
    await room.start(card := room.order("cards.apply", {"tariff": "digital"}))
    assert (await looked(room, link_of(room, card))).status_code == 404
    assert await asked(room, card) == 404


async def test_who_guesses_has_to_wait(room):
    async with face(room) as anyone:
        guessed = [(await anyone.get(f"/receipts/{n}")).status_code for n in range(A_MINUTE + 1)]
        assert guessed == [404] * A_MINUTE + [429]


async def test_looking_any_number_of_times_changes_nothing(room):
    await room.start(order := room.transfer())
    before = await room.pool.fetch("select op_id, state, version from money.operation")
    for _ in range(3):
        await page_of(room, order)
    assert await room.pool.fetch("select op_id, state, version from money.operation") == before


async def test_a_database_that_is_away_is_not_taken_for_a_forgery(room, database):
    await room.start(order := room.transfer())
    async with asyncpg.create_pool(database, min_size=1, max_size=1) as shut:
        pass
    receipts = room.adapters.receipts
    away = replace(receipts, store=replace(receipts.store, pool=shut))
    answer = await looked(room, link_of(room, order), receipts=away)
    assert answer.status_code == 503
    assert "says nothing about the receipt, good or bad" in answer.text
    assert "ні доброго, ні поганого" in (await looked(room, link_of(room, order), "uk", away)).text


@pytest.mark.parametrize("language", ["en", "uk"])
async def test_the_document_says_what_the_page_says_and_names_nobody(room, language):
    await room.start(order := bill(room))
    brand = brands.load("sandbox")
    service = image_api.app.build({"sandbox": look_of(brand)}, Tokens())
    headers = {"authorization": "Bearer service"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(service), base_url="http://images", headers=headers
    ) as images:
        answer = await looked(room, f"{link_of(room, order)}/receipt.pdf", language, images=images)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    text = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(answer.content))
    amount = {"en": "100.00", "uk": "100,00"}[language]
    for said in (amount, "City Water", core_ref(order.op_id), link_of(room, order).removeprefix("https://")[:20]):
        assert said in text, said
    assert not [kept for kept in ("Anna", "Koval", "10203040") if kept in text]


async def test_without_image_api_there_is_no_document_and_the_receipt_is_as_it_was(room):
    await room.start(order := room.transfer())
    answer = await looked(room, f"{link_of(room, order)}/receipt.pdf")
    assert answer.status_code == 503
    assert "nothing is lost" in answer.text
    assert f'href="../{link_of(room, order).rpartition("/")[2]}?lang=en"' in answer.text
    assert GENUINE in await page_of(room, order)
