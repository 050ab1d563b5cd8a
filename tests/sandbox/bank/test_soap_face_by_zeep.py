"""The SOAP face as a client sees it that knows nothing but the WSDL that is served: zeep, over a real socket.

Every answer is checked against the schema by lxml as well.
"""

import json
from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import pytest
import zeep
from bank_world import CORE_TOKEN, Anna, balances, newcomer
from lxml import etree
from zeep.proxy import AsyncServiceProxy
from zeep.transports import AsyncTransport

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"


class Seen(zeep.Plugin):
    """Keeps every answer."""

    def __init__(self) -> None:
        self.answers: list[etree._Element] = []

    def ingress(self, envelope, http_headers, operation):
        self.answers += envelope.findall(f"{SOAP}Body/*")
        return envelope, http_headers


class Core:
    """The bank over SOAP."""

    def __init__(self, client: zeep.AsyncClient, url: str, schema: etree.XMLSchema, seen: Seen) -> None:
        binding = client.wsdl.bindings["{urn:teller:core:1}CoreBinding"]
        self.service = AsyncServiceProxy(client, binding, address=url)
        self.address = next(iter(client.wsdl.services.values())).ports["CorePort"].binding_options["address"]
        self.schema, self.seen = schema, seen

    async def __call__(self, operation: str, **body: object):
        header = {
            "SOURCE": "TEST", "MSGID": "msg-1", "USERID": "TELLER", "BRANCH": "000", "SERVICE": "ANY",
            "OPERATION": operation, "FUNCTIONID": "ANY", "ACTION": "NEW",
        }  # fmt: skip
        answer = await self.service[operation](Header=header, Body=body)
        self.schema.assertValid(self.seen.answers[-1])
        assert answer.Header.CORRELID == "msg-1"
        return answer


def code(answer) -> str:
    assert (answer.Header.MSGSTAT, answer.Body) == ("FAILURE", None)
    return answer.Errors.ERROR[0].ECODE


@pytest.fixture
async def core(bank: httpx.AsyncClient) -> AsyncIterator[Core]:
    served = (await bank.get("/bank/soap?wsdl")).content
    path = bank.base_url.copy_with(path="/sandbox/bank/soap")
    schema = etree.XMLSchema(etree.fromstring(served).find(".//{http://www.w3.org/2001/XMLSchema}schema"))
    login = httpx.BasicAuth("TELLER", CORE_TOKEN)
    async with httpx.AsyncClient(auth=login, trust_env=False, timeout=5) as http:
        transport = AsyncTransport(client=http)
        transport.wsdl_client.close()
        transport.load = lambda url: served  # the loop that serves it cannot be blocked by zeep's own fetching
        seen = Seen()
        client = zeep.AsyncClient(f"{path}?wsdl", transport=transport, plugins=[seen])
        yield Core(client, str(path), schema, seen)


async def arm(bank: httpx.AsyncClient, operation: str, outcome: str) -> None:
    fault = {"core": "soap", "operation": operation, "outcome": outcome}
    assert (await bank.put("/api/faults", json=fault)).status_code == 200


def order(anna: Anna, reference: str = "ref-1", **changes: object) -> dict[str, object]:
    return {
        "XREF": reference, "DRCARDID": anna.card_id, "CRCARDNO": anna.second_number, "AMOUNT": 50_00, "CCY": "UAH",
        "NARRATIVE": "for tea",
    } | changes  # fmt: skip


async def test_the_contract_names_its_own_address(bank: httpx.AsyncClient, core: Core) -> None:
    assert core.address == str(bank.base_url.copy_with(path="/sandbox/bank/soap"))


async def test_a_transfer_is_done_once_a_reference_and_found_by_it(
    bank: httpx.AsyncClient, core: Core, anna: Anna
) -> None:
    first = await core("CreateTransfer", **order(anna))
    again = await core("CreateTransfer", **order(anna))
    assert first.Header.MSGSTAT == "SUCCESS"
    assert again.Body == first.Body
    assert (await core("QueryTransfer", XREF="ref-1")).Body == first.Body
    assert (await core("QueryTransfer", TXNREF=first.Body.TXNREF)).Body == first.Body
    booked = await balances(bank)
    assert (booked[anna.account], booked[anna.second_account]) == (950_00, 50_00)
    assert code(await core("CreateTransfer", **order(anna, AMOUNT=1))) == "TB-GEN-03"


async def test_both_faces_see_the_same_transfer(bank: httpx.AsyncClient, core: Core, anna: Anna) -> None:
    done = await core("CreateTransfer", **order(anna))
    rest = (await bank.get("/bank/v1/transfers", params={"reference": "ref-1"})).json()
    assert (rest["transfer_id"], rest["amount_minor"]) == (done.Body.TXNREF, 5000)


async def test_a_refusal_is_a_200_and_is_remembered(bank: httpx.AsyncClient, core: Core, anna: Anna) -> None:
    assert code(await core("CreateTransfer", **order(anna, AMOUNT=5_000_00))) == "TB-PAY-01"
    remembered = await core("QueryTransfer", XREF="ref-1")
    assert (remembered.Header.MSGSTAT, remembered.Body.TXNSTAT) == ("SUCCESS", "REFUSED")
    assert remembered.Body.REASON == "TB-PAY-01"
    assert code(await core("CreateTransfer", **order(anna, "ref-2", CRCARDNO="4000000000000002"))) == "TB-PAY-03"
    assert code(await core("QueryTransfer", XREF="ref-none")) == "TB-GEN-02"


async def test_a_fee_is_quoted_and_then_warned_of(core: Core, anna: Anna) -> None:
    other = {"DRCARDID": anna.card_id, "CRCARDNO": "4111111111111111", "AMOUNT": 100_00, "CCY": "UAH"}
    assert (await core("QuoteTransfer", **other)).Body.FEE == 5_00
    done = await core("CreateTransfer", **order(anna, **other))
    assert (done.Header.MSGSTAT, done.Body.FEE) == ("WARNING", 5_00)
    assert [w.WCODE for w in done.Warnings.WARNING] == ["TB-WRN-01"]


async def test_a_reversal_gives_all_back_once_and_cannot_be_reversed(
    bank: httpx.AsyncClient, core: Core, anna: Anna
) -> None:
    done = await core("CreateTransfer", **order(anna, CRCARDNO="4111111111111111"))
    back = await core("ReverseTransfer", XREF="rev-1", TXNREF=done.Body.TXNREF)
    again = await core("ReverseTransfer", XREF="rev-1", TXNREF=done.Body.TXNREF)
    assert back.Body == again.Body
    assert (await balances(bank))[anna.account] == 1_000_00
    assert code(await core("ReverseTransfer", XREF="rev-2", TXNREF=done.Body.TXNREF)) == "TB-PAY-07"
    assert code(await core("ReverseTransfer", XREF="rev-3", TXNREF=back.Body.REVREF)) == "TB-GEN-02"
    assert (await core("QueryTransfer", XREF="ref-1")).Body.TXNSTAT == "REVERSED"
    other = await core("CreateTransfer", **order(anna, "ref-2"))
    assert code(await core("ReverseTransfer", XREF="rev-1", TXNREF=other.Body.TXNREF)) == "TB-GEN-03"


async def test_money_that_is_spent_is_not_taken_back(bank: httpx.AsyncClient, core: Core, anna: Anna) -> None:
    boris = await newcomer(bank, "+380671112233")
    done = await core("CreateTransfer", **order(anna, AMOUNT=100_00))
    second = (await core("QueryCustomer", CUSTNO=anna.customer_id)).Body.CARDS.CARD[1].CARDID
    await core("CreateTransfer", **order(anna, "ref-2", DRCARDID=second, CRCARDNO=boris.second_number, AMOUNT=60_00))
    before = await balances(bank)
    assert code(await core("ReverseTransfer", XREF="rev-1", TXNREF=done.Body.TXNREF)) == "TB-PAY-01"
    assert await balances(bank) == before


async def test_accounts_and_cards_are_told_without_a_number(core: Core, anna: Anna) -> None:
    told = (await core("QueryCustomer", PHONE="+380501112233")).Body
    assert (told.CUSTNO, [card.BALANCE for card in told.CARDS.CARD]) == (anna.customer_id, [1_000_00, 0])
    assert anna.second_number[-4:] == told.CARDS.CARD[1].LAST4
    assert anna.second_number.encode() not in etree.tostring(core.seen.answers[-1])
    for asked in ({"CARDID": anna.card_id}, {"ACCOUNT": anna.account}):
        balance = (await core("QueryBalance", **asked)).Body
        assert (Decimal(1_000_00), "UAH") == (balance.BALANCE, balance.CCY)
    assert code(await core("QueryCustomer", PHONE="+380990000000")) == "TB-GEN-02"


async def test_a_stranger_opens_a_card_and_becomes_a_customer(bank: httpx.AsyncClient, core: Core) -> None:
    asked = {"XREF": "open-1", "PHONE": "+380631112233", "NAME": "Olha Bondar", "TARIFF": "digital"}
    first = await core("OpenCard", **asked)
    assert (first.Body.STATUS, (await core("OpenCard", **asked)).Body) == ("PENDING", first.Body)
    assert code(await core("OpenCard", **asked | {"XREF": "open-2"})) == "TB-CRD-01"
    async with bank.stream("GET", "/api/stream") as news:
        async for line in news.aiter_lines():  # the bank makes the card a second later and says so
            opening = (await core("QueryOpening", XREF="open-1")).Body
            if opening.STATUS == "ISSUED":
                break
            assert line is not None
    (card,) = (await core("QueryCustomer", PHONE="+380631112233")).Body.CARDS.CARD
    assert (card.CARDID, card.BALANCE) == (opening.CARDID, 1_000_00)


@pytest.mark.parametrize(
    ("outcome", "is_done"),
    [
        ("ok", True), ("refuse", False), ("down", False), ("timeout_before", False), ("timeout_after", True),
        ("reset_after", True), ("garbage", True), ("truncated", True),
    ],
)  # fmt: skip
async def test_after_every_fault_the_books_balance_and_the_reference_tells_what_was_done(
    bank: httpx.AsyncClient, core: Core, anna: Anna, outcome: str, is_done: bool
) -> None:
    await arm(bank, "transfer", outcome)
    core.service._client.transport.client.timeout = httpx.Timeout(0.4)
    answered = True
    try:
        answer = await core("CreateTransfer", **order(anna))
    except (httpx.HTTPError, zeep.exceptions.Error, etree.XMLSyntaxError):
        answered = False
    core.service._client.transport.client.timeout = httpx.Timeout(5)
    assert answered is (outcome in ("ok", "refuse"))
    if outcome == "refuse":
        assert code(answer) == "TB-PAY-03"
    found = await core("QueryTransfer", XREF="ref-1")
    assert (found.Header.MSGSTAT == "SUCCESS") is is_done
    booked = await balances(bank)
    assert booked[anna.account] == (950_00 if is_done else 1_000_00)
    assert sum(booked.values()) == 0
    assert (await core("CreateTransfer", **order(anna))).Header.MSGSTAT == "SUCCESS"
    assert (await balances(bank))[anna.account] == 950_00
    assert json.loads((await bank.get("/api/faults")).text) == []
