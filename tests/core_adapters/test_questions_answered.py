"""Who is told what: a guest hears what everybody may, and nobody is shown what is not theirs or was not done."""

from uuid import uuid4

import pytest

from core_adapters.ports import Person, Question
from core_adapters.questions import NoSuchQuestion, NotFound
from image_api.values import Balance


async def asked(room, verb, inputs=None, customer="anna", **cards):
    answer = await room.adapters.questions.answer(Question(verb, customer, inputs or {}, cards))
    return answer.get("error") or answer["outputs"]


async def test_a_guest_is_told_the_banks_limits_and_has_no_card(room):
    limits = await asked(room, "limits", customer=None)
    assert (limits["transfer_left_today"], limits["new_payee_left"]) == ("5000.00 UAH", "5000.00 UAH")
    assert await asked(room, "customer", customer=None) == {"has_active_card": False}
    assert await asked(room, "cards.list_active", customer=None) == {"options": []}
    for verb, inputs in (("accounts.balance", {"card": room.payer}), ("card", {"card_id": room.payer})):
        with pytest.raises(NotFound):
            await asked(room, verb, inputs, customer=None)


async def test_who_is_no_customer_of_ours_is_not_there(room):
    with pytest.raises(NotFound):
        await asked(room, "limits", customer="nobody")
    with pytest.raises(NoSuchQuestion, match=r"accounts\.balance"):
        await asked(room, "accounts.everything")


async def test_a_card_is_shown_by_its_id_and_by_an_application_that_nobody_made_none_is(room):
    assert (await asked(room, "card", {"card_id": room.payer}))["currency"] == "UAH"
    for application in (str(uuid4()), "the first one"):
        with pytest.raises(NotFound):
            await asked(room, "card", {"application_id": application})


async def test_a_picture_of_a_balance_shows_one_of_the_customers_own_cards(room):
    before = room.clock().replace(second=0, microsecond=0)
    told = Balance.model_validate(await asked(room, "balance", {"card_id": room.payer}))
    (option,) = (await asked(room, "cards.list_active"))["options"]
    assert (told.card, told.last4, told.balance) == (option["name"], option["last4"], "100000.00 UAH")
    assert before <= told.at <= room.clock()
    assert (told.at.second, told.at.microsecond) == (0, 0)
    room.people.known["other"] = Person("+380509998877")
    for who, card in (("other", room.payer), (None, room.payer), ("anna", "no card of anybody"), ("anna", "")):
        with pytest.raises(NotFound):
            await asked(room, "balance", {"card_id": card}, customer=who)


async def test_a_bank_that_is_away_gives_no_picture_of_a_balance(room):
    await room.bank.fault("cards", "down", count=9)
    assert await asked(room, "balance", {"card_id": room.payer}) == "unavailable"


async def test_there_is_no_receipt_of_what_was_not_done_or_moves_no_money(room):
    await room.bank.fault("transfer", "refuse")
    refused, card = room.transfer(), room.order("cards.apply", {"tariff": "digital"})
    for order in (refused, card):
        await room.start(order)
        with pytest.raises(NotFound):
            await asked(room, "receipt", {"transfer_id": str(order.op_id)})


async def test_a_quote_without_an_amount_or_a_payee_comes_to_nothing(room):
    assert await asked(room, "transfers.quote", {"from": room.payer}, to=room.payee) == "unavailable"
    assert await asked(room, "transfers.quote", {"from": room.payer, "amount": "50.00 UAH"}) == "unavailable"
