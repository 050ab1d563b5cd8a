"""Fineract's verbs one by one, over the wire: what goes out, what comes back, and what each refusal becomes.

Pages: AccountTransfersApiResource, SavingsAccountsApiResource and SavingsAccountTransactionsApiResource with their
Swagger classes (fields), AccountTransfersDataValidator (no `externalId` is taken), ClientSearchData (search by phone),
ClientSavingsIntegrationTest and SavingsAccountHelper (codes of refusals), chapter "Idempotency" (keys).
"""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest
from fineract_imitation import dumped, http

from core_adapters.failures import Declined, Missing, Refused, TurnedAway, Unavailable, Unclear
from core_adapters.http import Service, client
from core_adapters.internal import BANKS
from core_adapters.internal import fineract as room_of_fineract
from core_adapters.internal.fineract.accounts import CUSTOMERS_LOCK
from core_adapters.logins import BearerLogin, PasswordLogin
from core_adapters.ports import Question
from core_adapters.revealing import Revealer


def refused(status, top, code, **more):
    return http(
        status, dumped({"userMessageGlobalisationCode": top, "errors": [{"userMessageGlobalisationCode": code}]} | more)
    )


TOO_LITTLE = "error.msg.savingsaccount.transaction.insufficient.account.balance"
NOT_ACTIVE = "error.msg.savingsaccount.transaction.account.is.not.active"
RULE, NOT_VALID = "validation.msg.domain.rule.violation", "validation.msg.validation.errors.exist"


# who and what


async def test_a_transfer_carries_the_documented_fields_the_key_and_the_tenant(core, wrapped):
    posted = await wrapped.perform(core.order())
    assert posted.core_id == "1"
    assert posted.details["from_last4"] == "0100"
    (_, target, headers), *more = core.fineract.postings()
    assert not more
    assert target == "/fineract-provider/api/v1/accounttransfers"
    assert headers["idempotency-key"] == "A" * 26
    assert headers["fineract-platform-tenantid"] == "default"
    assert core.moved == (Decimal("887.55"), Decimal("112.45"))
    assert core.fineract.bookings[0]["transfer"]["transferDescription"] == "A" * 26 + " for lunch"


async def test_questions_carry_no_key(core, wrapped):
    await wrapped.ask(Question("accounts.balance", "anna", {"card": str(core.anna.id)}, {}))
    assert core.fineract.seen
    assert all("idempotency-key" not in headers for _, _, headers in core.fineract.seen)


async def test_a_client_without_our_id_is_found_by_phone(core, wrapped):
    core.fineract.clients[core.anna.client_id] |= {"externalId": "another", "mobileNo": "+380501112233"}
    listed = await wrapped.ask(Question("cards.list_active", "anna", {}, {}))
    assert [option["id"] for option in listed["options"]] == [str(core.anna.id)]


async def test_a_longer_number_that_contains_the_phone_is_somebody_else(core, wrapped):
    core.fineract.clients[core.anna.client_id] |= {"externalId": "another", "mobileNo": "00380501112233"}
    assert await wrapped.ask(Question("cards.list_active", "anna", {}, {})) == {"options": []}


async def test_a_phone_that_two_clients_have_is_nobodys(core, wrapped):
    core.fineract.clients[core.anna.client_id] |= {"externalId": "another", "mobileNo": "380501112233"}
    core.fineract.client("third", "+380501112233")
    with pytest.raises(TurnedAway):
        await wrapped.ask(Question("cards.list_active", "anna", {}, {}))


async def test_an_account_of_somebody_else_is_not_found_and_pays_nothing(core, wrapped):
    with pytest.raises(Missing):
        await wrapped.ask(Question("accounts.balance", "anna", {"card": str(core.friend.id)}, {}))
    with pytest.raises(Unavailable):
        await wrapped.perform(core.order(inputs={"from": str(core.friend.id)}))
    assert core.fineract.postings() == []


@pytest.mark.parametrize("made_up", ["", "0", "1/../2", "100?command=block", "1e3", "None", "9" * 30])
async def test_an_account_id_is_digits_and_nothing_else(core, wrapped, made_up):
    with pytest.raises(Missing):
        await wrapped.ask(Question("accounts.balance", "anna", {"card": made_up}, {}))
    assert core.fineract.seen == []


# questions


async def test_the_balance_is_what_may_be_spent(core, wrapped):
    core.anna.held = Decimal("200.01")
    answer = await wrapped.ask(Question("accounts.balance", "anna", {"card": str(core.anna.id)}, {}))
    assert answer == {"balance": "799.99 UAH"}


async def test_a_balance_past_what_a_float_holds_is_exact(core, wrapped):
    core.anna.balance = Decimal("9007199254740.93")
    answer = await wrapped.ask(Question("accounts.balance", "anna", {"card": str(core.anna.id)}, {}))
    assert answer == {"balance": "9007199254740.93 UAH"}


async def test_a_list_holds_open_accounts_and_a_locked_one_stands_apart(core, wrapped):
    core.fineract.account(core.anna.client_id, "5", active=False)
    locked = core.fineract.account(core.anna.client_id, "7", sub_status="blockDebit", reason=CUSTOMERS_LOCK)
    core.fineract.account(core.anna.client_id, "8", sub_status="blockDebit", reason="unUsualActivity")
    core.fineract.account(core.anna.client_id, "9", sub_status="block")
    listed = await wrapped.ask(Question("cards.list_active", "anna", {}, {}))
    assert listed["options"] == [
        {
            "id": str(core.anna.id), "name": "Passbook", "last4": "0100", "currency": "UAH", "balance": "1000.00 UAH",
            "fingerprint": "",
        }
    ]  # fmt: skip
    apart = await wrapped.ask(Question("cards.list_locked", "anna", {}, {}))
    assert [option["id"] for option in apart["options"]] == [str(locked.id)]
    assert await wrapped.ask(Question("cards.any_locked", "anna", {}, {})) == {}


async def test_nothing_locked_is_said_so(wrapped):
    with pytest.raises(Declined, match="none_locked"):
        await wrapped.ask(Question("cards.any_locked", "anna", {}, {}))


async def test_a_statement_says_what_came_and_went(core, wrapped):
    await wrapped.perform(core.order())
    await wrapped.perform(core.order("topups.credit", "20.00 UAH"))
    for span in ("latest", "this_month"):
        answer = await wrapped.ask(Question("statements.recent", "anna", {"card": str(core.anna.id), "span": span}, {}))
        lines = answer["lines"].split("\n")
        assert [line.split(" ", 1)[1] for line in lines] == ["+20.00 UAH", "−112.45 UAH"]
        assert (answer["income"], answer["spent"]) == ("20.00 UAH", "112.45 UAH")
    with pytest.raises(Declined, match="nothing_found"):
        await wrapped.ask(Question("statements.recent", "anna", {"card": str(core.anna.id), "span": "last_month"}, {}))


async def test_a_quote_says_no_where_the_transfer_would(core, wrapped):
    card = core.card

    async def quote(amount="10.00 UAH"):
        return await wrapped.ask(
            Question("transfers.quote", "anna", {"from": str(core.anna.id), "amount": amount}, {"to": card})
        )

    assert await quote() == {"fee": "0.00 UAH"}
    with pytest.raises(Declined, match="insufficient_funds"):
        await quote("1000.01 UAH")
    core.friend.sub_status = "blockCredit"
    with pytest.raises(Declined, match="recipient_blocked"):
        await quote()
    core.friend.external_id = "gone"
    with pytest.raises(Declined, match="recipient_blocked"):
        await quote()
    core.anna.fee = True
    with pytest.raises(TurnedAway):
        await quote()


# orders


async def test_the_same_key_posts_once_and_answers_the_same(core, wrapped):
    first = await wrapped.perform(core.order())
    again = await wrapped.perform(core.order(attempt=2))
    assert first.core_id == again.core_id
    assert core.fineract.transfers == 1


async def test_a_transfer_is_found_by_our_reference_among_others_of_its_amount(core, wrapped):
    for letter in "BCD":
        await wrapped.perform(replace(core.order(), reference=letter * 26))
    found = await wrapped.enquire(replace(core.order(), reference="C" * 26))
    assert found.core_id == "2"
    assert await wrapped.enquire(core.order()) is None


async def test_a_purpose_that_names_anothers_reference_finds_nothing(core, wrapped):
    order = core.order(inputs={"from": str(core.anna.id), "purpose": "B" * 26})
    await wrapped.perform(order)
    assert await wrapped.enquire(replace(order, reference="B" * 26)) is None


async def test_a_deposit_is_posted_once_and_found_by_our_reference(core, wrapped):
    order = core.order("topups.credit", "0.05 UAH")
    assert await wrapped.enquire(order) is None
    posted = await wrapped.perform(order)
    await wrapped.perform(replace(order, attempt=2))
    assert core.anna.balance == Decimal("1000.05")
    assert (await wrapped.enquire(order)).core_id == posted.core_id


async def test_a_lock_stops_what_goes_out_and_lets_money_in(core, wrapped):
    await wrapped.perform(core.order("cards.lock", amount="1.00 UAH"))
    assert core.anna.sub_status == "blockDebit"
    await wrapped.perform(replace(core.order("topups.credit", "5.00 UAH"), reference="B" * 26))
    with pytest.raises(Declined, match="already_locked"):
        await wrapped.perform(replace(core.order("cards.lock"), reference="C" * 26))
    await wrapped.perform(replace(core.order("cards.unlock"), reference="D" * 26))
    assert core.anna.sub_status == "none"


@pytest.mark.parametrize("block", ["block", "blockCredit", "blockDebit"])
async def test_a_block_of_the_banks_own_is_not_lifted_by_the_customer(core, wrapped, block):
    core.anna.sub_status, core.anna.reason = block, "unUsualActivity"
    with pytest.raises(Declined, match="refused"):
        await wrapped.perform(core.order("cards.unlock"))
    assert core.anna.sub_status == block
    assert core.fineract.postings() == []


async def test_a_lock_that_a_cached_answer_only_claims_is_in_doubt(core, wrapped):
    """A repeated key is answered as before, whatever has become of the account."""
    await wrapped.perform(core.order("cards.lock"))
    core.anna.sub_status = "none"
    with pytest.raises(Unclear):
        await wrapped.perform(core.order("cards.lock", attempt=2))
    assert await wrapped.enquire(core.order("cards.lock")) is None


@pytest.mark.parametrize(
    ("answer", "failure", "code"),
    [
        (refused(403, RULE, TOO_LITTLE), Declined, "insufficient_funds"),
        (refused(403, RULE, "error.msg.saving.account.blocked.transaction.not.allowed"), Declined, "recipient_blocked"),
        (refused(403, RULE, "error.msg.savings.account.credit.transaction.not.allowed"), Declined, "recipient_blocked"),
        (refused(403, RULE, "error.msg.savings.account.debit.transaction.not.allowed"), Declined, "unavailable"),
        (refused(400, NOT_VALID, NOT_ACTIVE), Declined, "recipient_blocked"),
        (refused(400, NOT_VALID, "validation.msg.invalid.decimal.format"), Declined, "unavailable"),
        (refused(403, RULE, "error.msg.something.new"), Declined, "unavailable"),
        (refused(403, "error.msg.not.authorized", "error.msg.not.authorized"), TurnedAway, None),
        (refused(403, RULE, 7, errors="none"), Declined, "unavailable"),
        (refused(404, "error.msg.resource.not.found", "error.msg.saving.account.id.invalid"), Missing, None),
        (refused(401, "error.msg.not.authenticated", "error.msg.not.authenticated"), TurnedAway, None),
        (refused(409, "error.msg.platform.service.unavailable.conflict", "x"), Unclear, None),
        (refused(500, RULE, TOO_LITTLE), Unclear, None),
        (http(400, b"<html>"), TurnedAway, None),
        (http(403, b""), TurnedAway, None),
        (http(425, b""), Unclear, None),
        (http(425, b"{}", "x-served-from-cache: true\r\n"), Unclear, None),
        (http(409, b"{}"), Unclear, None),
        (http(408, b"{}"), Unclear, None),
        (http(429, b"{}"), TurnedAway, None),
        (http(503, b"{}"), Unclear, None),
        (http(302, b"", "location: http://127.0.0.1:1/\r\n"), Unclear, None),
        (http(200, b'{"commandId": 7}'), Unclear, None),
        (http(200, b'{"resourceId": null}'), Unclear, None),
        (http(200, b'{"resourceId": true}'), Unclear, None),
        (http(200, b'{"resourceId": 1.0}'), Unclear, None),
        (http(200, b"[" * 100_000), Unclear, None),
        (http(200, b"1" * 10_000), Unclear, None),
    ],
    ids=range(28),
)  # fmt: skip
async def test_each_end_of_a_posting_says_what_may_be_done_next(core, wrapped, answer, failure, code):
    core.fineract.faults, core.fineract.raw = ["raw"], answer
    with pytest.raises(failure) as raised:
        await wrapped.perform(core.order())
    assert type(raised.value) is failure
    assert getattr(raised.value, "code", None) == code
    assert len(core.fineract.postings()) == 1


async def test_fineracts_sentences_are_never_repeated(core, wrapped):
    core.anna.held = core.anna.balance
    with pytest.raises(Declined) as raised:
        await wrapped.perform(core.order())
    told = f"{raised.value!r} {raised.value.__cause__!r}"
    assert "Anna" not in told
    assert "380501112233" not in told


async def test_an_amount_that_the_core_would_round_is_not_sent(core, wrapped):
    core.anna.decimals = 0
    with pytest.raises(Refused):
        await wrapped.perform(core.order(amount="112.45 UAH"))
    assert core.fineract.postings() == []


async def test_an_account_of_another_currency_is_not_booked_by_number_alone(core, wrapped):
    with pytest.raises(Declined):
        await wrapped.perform(core.order(amount="112.45 EUR"))
    core.friend.currency = "EUR"
    with pytest.raises(Declined, match="recipient_blocked"):
        await wrapped.perform(core.order())
    assert core.fineract.postings() == []


async def test_on_a_later_attempt_only_fineract_itself_can_say_no(core, wrapped):
    core.friend.active = False
    with pytest.raises(Unavailable):
        await wrapped.perform(core.order(attempt=2))
    with pytest.raises(Declined):
        await wrapped.perform(core.order(attempt=1))


# login, tenant, what is not there


@pytest.mark.parametrize("login", [PasswordLogin("mifos", "wrong"), BearerLogin("expired")], ids=["basic", "token"])
async def test_a_wrong_login_does_nothing_and_shows_nowhere(core, login):
    async with client() as http_client:
        bank = room_of_fineract.bank(Service(http_client, core.fineract.url, login), Revealer(None, None), None)
        with pytest.raises(Unavailable) as raised:
            await bank.perform(core.order())
        assert "wrong" not in f"{raised.value!r} {bank!r}"
    assert core.moved == (1000, 0)


async def test_nobody_at_the_address_means_that_nothing_was_sent(core):
    async with client() as http_client:
        service = Service(http_client, "http://127.0.0.1:9/fineract-provider/api", PasswordLogin("mifos", "password"))
        bank = room_of_fineract.bank(service, Revealer(None, None), None)
        with pytest.raises(Unavailable):
            await bank.perform(core.order())


@pytest.mark.parametrize("verb", ["cards.apply", "topups.start_card_payment", "limits.change", "sca.send_code"])
async def test_what_fineract_lacks_is_refused_with_the_reason(core, wrapped, verb):
    with pytest.raises(Refused, match=f"{verb}: Fineract"):
        await wrapped.perform(core.order(verb))
    with pytest.raises(Refused, match=f"{verb}: Fineract"):
        await wrapped.ask(Question(verb, "anna", {}, {}))
    assert core.fineract.seen == []


async def test_a_question_is_put_once_more_and_an_order_never(core, wrapped):
    cut = 0

    async def cutting(reader, writer):
        nonlocal cut
        cut += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(cutting, "127.0.0.1", 0)
    async with server, client() as http_client:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/fineract-provider/api"
        bank = room_of_fineract.bank(Service(http_client, url, BearerLogin("t")), Revealer(None, None), None)
        with pytest.raises(Unclear):
            await bank.ask(Question("cards.list_active", "anna", {}, {}))
        assert cut == 2
    core.fineract.faults = ["dropped", "dropped"]
    with pytest.raises(Unclear):
        await wrapped.perform(core.order())
    assert len(core.fineract.postings()) == 1


def test_what_it_promises_is_declared():
    wrapper = room_of_fineract.FineractBank
    assert BANKS["fineract"] is room_of_fineract.bank
    assert wrapper.capability.may_resend
    assert wrapper.capability.may_ask
    assert wrapper.actions == {"transfers.execute", "cards.lock", "cards.unlock", "topups.credit"}
