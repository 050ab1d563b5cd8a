"""Where Fineract's verbs end: what cannot be asked, what cannot be read, and what is known only after a command.

Pages: SavingsAccountTransactionsApiResource (the search's page), ClientSavingsIntegrationTest (blocks),
ApiGlobalErrorResponse (the shape of refusals).
"""

import asyncio
from dataclasses import replace

import pytest
from fineract_imitation import broken, dumped, http, invalid

from core_adapters.failures import Declined, Missing, Refused, TurnedAway, Unavailable, Unclear
from core_adapters.http import Service, client
from core_adapters.internal import fineract as room_of_fineract
from core_adapters.internal.fineract import schemas
from core_adapters.internal.fineract.accounts import CUSTOMERS_LOCK, Accounts
from core_adapters.logins import BearerLogin
from core_adapters.ports import Progress, Question
from core_adapters.revealing import Revealer


class Silent:
    async def person(self, customer_id):
        raise TimeoutError


class Empty:
    async def person(self, customer_id):
        raise LookupError


@pytest.mark.parametrize(
    ("directory", "failure"), [(Silent(), Unavailable), (Empty(), Missing)], ids=["silent", "empty"]
)
async def test_a_directory_that_does_not_say_the_phone_finds_nobody(core, wrapped, directory, failure):
    with pytest.raises(failure):
        await Accounts(wrapped.exchange, directory).client("stranger")


@pytest.mark.parametrize("made_up", ["", "../clients", "a b", "a?b", "анна", "x" * 200])
async def test_an_id_that_cannot_stand_in_an_address_is_not_asked_for(core, wrapped, made_up):
    with pytest.raises(Refused):
        await wrapped.ask(Question("cards.list_active", made_up, {}, {}))
    with pytest.raises(Refused):
        await wrapped.ask(Question("accounts.balance", None, {}, {}))
    assert core.fineract.seen == []


async def test_a_fingerprint_that_cannot_stand_in_an_address_pays_nobody(core, wrapped):
    order = core.order()
    order = replace(order, cards={"to": replace(core.card, fingerprint="../1")})
    with pytest.raises(Refused):
        await wrapped.perform(order)
    assert core.fineract.postings() == []


async def test_the_face_of_a_card_is_that_of_its_account(core, wrapped):
    face = await wrapped.ask(Question("card", "anna", {"card_id": str(core.anna.id)}, {}))
    assert face == {
        "card_id": str(core.anna.id), "holder": "Anna Koval", "last4": "0100", "scheme": "", "expires": "",
        "currency": "UAH", "tariff": "Passbook",
    }  # fmt: skip


async def test_what_is_posted_is_at_its_end(core, wrapped):
    assert await wrapped.progress(core.order()) == Progress("ok")


async def test_a_locked_account_pays_nothing_and_gets_no_quote(core, wrapped):
    core.anna.sub_status, core.anna.reason = "blockDebit", CUSTOMERS_LOCK
    with pytest.raises(Declined, match="unavailable"):
        await wrapped.perform(core.order())
    asked = {"from": str(core.anna.id), "amount": "1.00 UAH"}
    with pytest.raises(Declined, match="unavailable"):
        await wrapped.ask(Question("transfers.quote", "anna", asked, {"to": core.card}))
    assert core.fineract.postings() == []


async def test_an_account_that_only_pays_out_takes_no_deposit(core, wrapped):
    core.anna.sub_status = "blockCredit"
    with pytest.raises(Declined, match="unavailable"):
        await wrapped.perform(core.order("topups.credit", "1.00 UAH"))
    assert core.anna.balance == 1000


@pytest.mark.parametrize("inputs", [{}, {"from": "100", "amount": "much"}], ids=["none", "no amount"])
async def test_a_quote_without_what_it_needs_is_not_asked_for(core, wrapped, inputs):
    with pytest.raises(Refused):
        await wrapped.ask(Question("transfers.quote", "anna", inputs, {"to": core.card}))
    assert core.fineract.seen == []


async def test_an_order_without_an_amount_is_not_sent(core, wrapped):
    with pytest.raises(Unavailable):
        await wrapped.perform(replace(core.order(), amount=None))
    assert core.fineract.seen == []


async def test_a_reference_that_is_not_ours_is_not_sent(core, wrapped):
    with pytest.raises(Refused):
        await wrapped.perform(replace(core.order("topups.credit"), reference="short"))
    assert core.fineract.postings() == []


async def test_a_span_that_the_catalogue_does_not_name_is_refused(core, wrapped):
    with pytest.raises(Refused):
        await wrapped.ask(Question("statements.recent", "anna", {"card": str(core.anna.id), "span": "ever"}, {}))


async def test_a_statement_of_more_than_a_page_is_not_summed_by_half(core, wrapped, monkeypatch):
    monkeypatch.setattr(schemas, "ROWS_MAX", 1)
    for letter in "AB":
        await wrapped.perform(replace(core.order(amount="1.00 UAH"), reference=letter * 26))
    with pytest.raises(TurnedAway):
        await wrapped.ask(Question("statements.recent", "anna", {"card": str(core.anna.id), "span": "this_month"}, {}))


async def test_a_lock_that_cannot_be_looked_at_afterwards_is_in_doubt(core, wrapped):
    core.fineract.faults = ["then_shut"]
    with pytest.raises(Unclear):
        await wrapped.perform(core.order("cards.lock"))
    assert core.anna.sub_status == "blockDebit"


async def test_a_lost_reply_to_a_lock_is_found_by_looking_at_the_account(core, wrapped):
    core.fineract.faults = ["lost"]
    with pytest.raises(Unclear):
        await wrapped.perform(core.order("cards.lock"))
    assert (await wrapped.enquire(core.order("cards.lock"))).core_id == str(core.anna.id)


async def test_a_lock_that_fineract_refuses_is_told_in_the_catalogues_words(core, wrapped):
    no = invalid("validation.msg.savingsaccount.account.is.not.active")
    core.fineract.faults, core.fineract.raw = ["raw", "raw"], http(no.status, dumped(no.body))
    with pytest.raises(Declined, match="unavailable"):
        await wrapped.perform(core.order("cards.lock"))
    core.anna.sub_status, core.anna.reason = "blockDebit", CUSTOMERS_LOCK
    with pytest.raises(Declined, match="refused"):
        await wrapped.perform(core.order("cards.unlock"))


async def asked_of(answer):
    """A question put to somebody who says the same to everything."""

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, client() as http_client:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/fineract-provider/api"
        bank = room_of_fineract.bank(Service(http_client, url, BearerLogin("t")), Revealer(None, None), Silent())
        return await bank.ask(Question("accounts.balance", "anna", {"card": "1"}, {}))


async def test_a_question_that_is_refused_is_no_refusal_of_an_order():
    no = broken("error.msg.savingsaccount.transaction.insufficient.account.balance")
    with pytest.raises(TurnedAway):
        await asked_of(http(no.status, dumped(no.body)))


@pytest.mark.parametrize("balance", ['"12.00"', "true", "null", "NaN", "1e400", "[1]", "12.005"])
async def test_a_balance_that_is_no_exact_number_is_no_answer(balance):
    document = {
        "id": 1, "officeId": 1, "clientId": 1, "accountNo": "000000001", "clientName": "Anna Koval",
        "savingsProductName": "Passbook", "status": {"active": True}, "currency": {"code": "UAH", "decimalPlaces": 2},
        "summary": {"accountBalance": "@"},
    }  # fmt: skip
    with pytest.raises(Unclear):
        await asked_of(http(200, dumped(document).replace(b'"@"', balance.encode())))


async def test_an_enquiry_that_cannot_look_is_no_not_found(core, wrapped):
    await wrapped.perform(core.order())
    core.fineract.tenant = "shut"
    with pytest.raises(TurnedAway):
        await wrapped.enquire(core.order())
