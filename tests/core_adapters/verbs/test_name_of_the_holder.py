"""The bank calls a customer as their documents do, before it makes a card for them."""

import pytest

from core_adapters.ports import Person
from tests.core_adapters.test_news_of_cores import wait_for_the_bank

PHONE = "+380931112244"
CALLED, IN_DOCUMENTS = "Vira Lys", "Лис Віра Олегівна"


async def holder_of_a_new_card(room):
    order = room.order("cards.apply", {"tariff": "gold"}, customer_id="vira")
    await room.start(order)
    made = await wait_for_the_bank(room, order)
    card = await room.adapters.questions.bank.calls.service.ask(f"/cards/{made['card_id']}", {})
    return card.document["holder"]


async def name_at_the_bank(room):
    known = await room.adapters.questions.bank.calls.service.ask("/customers", {"phone": PHONE})
    return known.document["name"]


async def test_a_card_bears_the_name_of_the_documents_and_the_bank_knows_it(room):
    room.people.known["vira"] = Person(PHONE, "Vira", "Lys")
    assert await holder_of_a_new_card(room) == CALLED
    room.people.known["vira"] = Person(PHONE, "Vira", "Lys", IN_DOCUMENTS, identified=True)
    assert await holder_of_a_new_card(room) == IN_DOCUMENTS
    assert await name_at_the_bank(room) == IN_DOCUMENTS


async def test_a_newcomer_with_documents_is_registered_under_their_name(room):
    room.people.known["vira"] = Person(PHONE, "Vira", "Lys", IN_DOCUMENTS, identified=True)
    assert await holder_of_a_new_card(room) == IN_DOCUMENTS


@pytest.mark.parametrize("outcome", ["down", "garbage", "reset_after"])
async def test_a_card_is_not_ordered_while_the_bank_has_not_taken_the_name(room, outcome):
    room.people.known["vira"] = Person(PHONE, "Vira", "Lys", IN_DOCUMENTS, identified=True)
    await holder_of_a_new_card(room)
    await room.bank.fault("name", outcome)
    order = room.order("cards.apply", {"tariff": "digital"}, customer_id="vira")
    await room.start(order)
    assert await room.told(order.op_id) == ["failed:unavailable"]
    assert await holder_of_a_new_card(room) == IN_DOCUMENTS
