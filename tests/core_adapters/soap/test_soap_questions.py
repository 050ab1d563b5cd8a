"""What the SOAP core is asked, that its contract is the one we know, and that it wants a password."""

import logging
from pathlib import Path

import pytest
from lxml import etree

import core_adapters.internal.soap
from core_adapters import brands
from core_adapters.failures import Declined, Missing, Refused, TurnedAway
from core_adapters.http import Service, client
from core_adapters.internal.soap import NoPassword, bank
from core_adapters.logins import BearerLogin
from core_adapters.ports import Question
from image_api.values import Balance

CONTRACT = Path(core_adapters.internal.soap.__file__).with_name("core.wsdl")


def asking(room):
    return room.adapters.questions.bank.ask


async def test_cards_a_balance_and_a_face_are_told(room):
    (option,) = (await asking(room)(Question("cards.list_active", "anna", {}, {})))["options"]
    assert (option["id"], option["balance"], option["currency"]) == (room.payer, "100000.00 UAH", "UAH")
    assert await asking(room)(Question("accounts.balance", "anna", {"card": room.payer}, {})) == {
        "balance": "100000.00 UAH"
    }
    face = await asking(room)(Question("card", "anna", {"card_id": room.payer}, {}))
    assert (face["last4"], face["holder"], face["scheme"]) == (option["last4"], "Anna Koval", "VISA")


async def test_a_picture_of_a_balance_can_be_drawn(room):
    told = await room.adapters.questions.answer(Question("balance", "anna", {"card_id": room.payer}))
    shown = Balance.model_validate(told["outputs"])
    (option,) = (await asking(room)(Question("cards.list_active", "anna", {}, {})))["options"]
    assert (shown.card, shown.last4, shown.balance) == (option["name"], option["last4"], "100000.00 UAH")


async def test_a_quote_is_the_fee_or_the_refusal(room):
    inputs = {"from": room.payer, "amount": "100.00 UAH"}
    (elsewhere,) = await room.adapters.vault.tokenise(["4111111111111111"])
    assert await asking(room)(Question("transfers.quote", "anna", inputs, {"to": room.payee})) == {"fee": "0.00 UAH"}
    assert await asking(room)(Question("transfers.quote", "anna", inputs, {"to": elsewhere})) == {"fee": "5.00 UAH"}
    with pytest.raises(Declined, match="insufficient_funds"):
        await asking(room)(Question("transfers.quote", "anna", inputs | {"amount": "99999.99 UAH"}, {"to": elsewhere}))


async def test_a_stranger_and_a_card_of_others_are_not_there(room):
    from core_adapters.ports import Person

    room.people.known["new"] = Person("+380970000000")
    assert await asking(room)(Question("cards.list_active", "new", {}, {})) == {"options": []}
    for verb in ("accounts.balance", "card"):
        with pytest.raises(Missing):
            await asking(room)(Question(verb, "new", {"card": room.payer, "card_id": room.payer}, {}))
    with pytest.raises(Refused):
        await asking(room)(Question("cards.list_active", None, {}, {}))


async def test_a_question_that_fails_once_is_put_once_more(room):
    for outcome in ("down", "garbage", "truncated", "reset_after"):
        await room.bank.fault("customers", outcome)
        assert len((await asking(room)(Question("cards.list_active", "anna", {}, {})))["options"]) == 1


async def test_a_wrong_password_is_told_apart_from_silence(room):
    room.core_token = "guessed"
    room.adapters = room.build(f"{room.bank.url}/bank/soap")
    with pytest.raises(TurnedAway, match="401"):
        await asking(room)(Question("cards.list_active", "anna", {}, {}))


async def test_the_number_of_a_card_is_in_no_log_line(room, caplog):
    caplog.set_level(logging.DEBUG)
    await room.bank.fault("transfer", "garbage")
    await room.start(room.transfer())
    await room.start(room.transfer())
    assert room.number not in caplog.text


async def test_the_contract_that_the_core_serves_is_the_one_we_keep(room):
    served = (await room.bank.http.get(f"{room.bank.url}/bank/soap?wsdl")).content
    kept = CONTRACT.read_bytes().replace(b"http://localhost/", f"{room.bank.url}/bank/soap".encode())
    assert etree.tostring(etree.fromstring(served), method="c14n") == etree.tostring(
        etree.fromstring(kept), method="c14n"
    )


async def test_a_token_alone_is_told_what_is_missing():
    async with client() as http_client:
        with pytest.raises(NoPassword, match="TELLER_CORE__USER"):
            bank(Service(http_client, "http://127.0.0.1:9", BearerLogin("secret")), None, None)


def test_the_bank_has_a_brand():
    assert brands.load("soap").currency == "UAH"
