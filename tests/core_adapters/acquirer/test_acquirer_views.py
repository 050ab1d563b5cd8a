"""What the pages may tell, from the operations; looking moves nothing and only makes us ask sooner."""

from uuid import uuid4

import pytest
from payers import AT_ONCE, REFUSED, at_the_acquirer, lock, opened, paid, pay, request, top_up

from bot.keyring import Keyring
from core_adapters.links import Links

RETURN, PAY = "/secure/return/", "/pay/"


def token(url):
    return url.rpartition("/")[2]


async def looked(room, order, page="return"):
    return await room.adapters.views.look(page, token(room.adapters.views.links.url(page, order.op_id)))


async def test_a_payment_is_told_step_by_step_and_never_better_than_it_is(room):
    page = await opened(room, order := top_up(room))
    assert (await looked(room, order)).standing == "open"
    await pay(room, page, AT_ONCE)
    assert (await looked(room, order)).standing == "open", "nobody has asked the acquirer yet"
    await room.rounds(1)
    assert (await looked(room, order)).standing == "arriving"
    await room.rounds(2)
    view = await looked(room, order)
    assert (view.standing, str(view.amount), view.is_request, view.asker) == ("paid", "300.00 UAH", False, "")
    assert len(view.last4) == 4


async def test_what_could_not_be_delivered_is_told_as_given_back(room, tmp_path):
    order = await paid(room, top_up(room))
    await lock(room, tmp_path)
    await room.rounds(4)
    assert (await looked(room, order)).standing == "returned"


async def test_what_nobody_paid_is_told_as_closed(room):
    order = await paid(room, top_up(room), REFUSED)
    await room.rounds(2)
    assert (await looked(room, order)).standing == "closed"


async def test_a_request_names_its_asker_by_one_letter_and_no_card(room):
    order = request(room, note="half of the dinner")
    page = await opened(room, order)
    view = await looked(room, order, "pay")
    assert (view.asker, view.note, view.page) == ("Anna K.", "half of the dinner", page)
    (news,) = await room.news(order.op_id)
    assert news.outputs == {"pay_link": view.link, "page": page}
    assert view.link.startswith("https://bank.example/pay/")


@pytest.mark.parametrize("order_of", [top_up, request])
async def test_no_address_to_pay_at_stands_in_the_books_in_clear(room, order_of):
    page = await opened(room, order := order_of(room))
    view = await looked(room, order, "pay" if order_of is request else "return")
    assert view.page == page
    for table in ("operation", "awaited", "attempt", "audit"):
        rows = await room.pool.fetch(f"select t::text as line from money.{table} t")
        assert not any(page in row["line"] or "/pay/" in row["line"] for row in rows), table


async def test_a_payer_who_comes_back_makes_us_ask_at_once(room):
    page = await opened(room, order := top_up(room))
    await room.rounds(4, jump_s=60)
    await pay(room, page, AT_ONCE)
    await room.adapters.worker.round()
    assert (await looked(room, order)).standing == "open"
    await room.adapters.worker.round()
    await room.adapters.worker.round()
    assert (await looked(room, order)).standing == "paid"


async def test_looking_any_number_of_times_moves_nothing(room):
    order = request(room)
    await opened(room, order)
    before = await room.pool.fetch("select op_id, state, version from money.operation")
    for _ in range(5):
        await looked(room, order)
        await looked(room, order, "pay")
    assert await room.pool.fetch("select op_id, state, version from money.operation") == before
    assert await at_the_acquirer(room, order) == ("opened", [])


async def test_an_address_of_one_page_opens_no_other_and_none_can_be_made_up(room):
    own, asked = top_up(room), request(room)
    await opened(room, own)
    await opened(room, asked)
    views = room.adapters.views
    for page, other in (("pay", "return"), ("return", "pay")):
        assert await views.look(other, token(views.links.url(page, asked.op_id))) is None
    assert await views.look("pay", token(views.links.url("pay", own.op_id))) is None
    assert await views.look("return", token(views.links.url("return", uuid4()))) is None
    good = token(views.links.url("return", own.op_id))
    for bad in (good[:-1], good + "A", good[:-2] + "AA", "", "x", "\x00", "é" * 40, "A" * 5000, good.swapcase()):
        assert await views.look("return", bad) is None


@pytest.mark.parametrize("page", ["pay", "return", "receipt"])
def test_a_link_outlives_the_key_it_was_made_with(page):
    import base64
    import secrets

    old, new = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    op_id = uuid4()
    link = Links(Keyring([old]), "https://bank.example").url(page, op_id)
    rotated = Links(Keyring([new, old]), "https://bank.example")
    assert rotated.read(page, token(link)) == op_id
    assert Links(Keyring([new]), "https://bank.example").read(page, token(link)) is None
