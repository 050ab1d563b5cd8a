"""What strangers and enemies send to the SOAP face: nothing is done, nothing is expanded, nothing is repeated."""

import httpx
import pytest
from bank_world import CORE_TOKEN, Anna, balances

LOGIN = httpx.BasicAuth("TELLER", CORE_TOKEN)
HEAD = (
    '<Header><SOURCE>T</SOURCE><MSGID>m</MSGID><USERID>{user}</USERID><BRANCH>0</BRANCH><SERVICE>S</SERVICE>'
    "<OPERATION>O</OPERATION><FUNCTIONID>F</FUNCTIONID><ACTION>QUERY</ACTION></Header>"
)  # fmt: skip


def envelope(inside: str, before: str = "") -> bytes:
    body = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'
    return (before + body.format(inside)).encode()


def asking(asked: str = "<XREF>r</XREF>", user: str = "TELLER", operation: str = "QueryTransfer") -> str:
    head = HEAD.format(user=user)
    return f'<{operation} xmlns="urn:teller:core:1">{head}<Body>{asked}</Body></{operation}>'


def laughs() -> str:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE b [<!ENTITY l0 "ha">{lines}]>'


HOSTILE = {
    "billion laughs": envelope(asking("<XREF>&l9;</XREF>"), laughs()),
    "laughs in an attribute": envelope(asking('<XREF a="&l9;">r</XREF>'), laughs()),
    "a file": envelope(asking("<XREF>&f;</XREF>"), '<!DOCTYPE b [<!ENTITY f SYSTEM "file:///etc/hostname">]>'),
    "an outer document type": envelope(asking(), '<!DOCTYPE b SYSTEM "http://127.0.0.1:9/b.dtd">'),
    "UTF-16": envelope(asking(), laughs()).decode().encode("utf-16"),
    "depth": envelope("<a>" * 5000 + "</a>" * 5000),
    "length": envelope(asking("<XREF>" + "r" * 70_000 + "</XREF>")),
    "no XML": b"hello",
    "nothing": b"",
    "half": envelope(asking())[:200],
    "no envelope": asking().encode(),
    "two messages": envelope(asking() * 2),
    "another namespace": envelope(asking().replace("core:1", "core:2")),
    "an answer": envelope(asking(operation="QueryTransferResponse")),
    "no operation": envelope('<Refusal xmlns="urn:teller:core:1"><ECODE>TB-GEN-01</ECODE><EDESC/></Refusal>'),
    "two keys": envelope(asking("<XREF>r</XREF><TXNREF>t</TXNREF>")),
    "no key": envelope(asking("")),
    "markup in a value": envelope(asking("<XREF><b>r</b></XREF>")),
    "a wrong character": envelope(asking("<XREF>r r</XREF>")),
}


async def post(bank: httpx.AsyncClient, body: bytes, login: httpx.Auth | None = LOGIN) -> httpx.Response:
    bank.headers.pop("authorization", None)
    return await bank.post("/bank/soap", content=body, headers={"content-type": "text/xml"}, auth=login)


@pytest.mark.parametrize("what", HOSTILE)
async def test_a_message_that_is_none_is_a_fault(bank: httpx.AsyncClient, what: str) -> None:
    answer = await post(bank, HOSTILE[what])
    assert answer.status_code == 500
    assert "TB-GEN-01" in answer.text
    assert "soap:Client" in answer.text
    assert len(answer.content) < 1000


async def test_a_good_message_of_the_same_make_is_answered(bank: httpx.AsyncClient) -> None:
    answer = await post(bank, envelope(asking()))
    assert (answer.status_code, "TB-GEN-02" in answer.text) == (200, True)


@pytest.mark.parametrize(
    "login", [None, httpx.BasicAuth("TELLER", "guess"), httpx.BasicAuth("OTHER", CORE_TOKEN)],
    ids=["none", "password", "name"],
)  # fmt: skip
async def test_without_the_login_no_xml_is_read(bank: httpx.AsyncClient, login: httpx.Auth | None) -> None:
    answer = await post(bank, HOSTILE["billion laughs"], login)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert "TB-GEN-05" in answer.text


async def test_one_login_does_not_speak_for_another_user(bank: httpx.AsyncClient) -> None:
    answer = await post(bank, envelope(asking(user="BOSS")))
    assert (answer.status_code, "TB-GEN-04" in answer.text) == (500, True)


@pytest.mark.parametrize(
    "amount", ["0", "-1", "1.5", "1e3", "1_000", "NaN", "", "99999999999999999999", "١"],
    ids=["zero", "negative", "fraction", "exponent", "underscore", "nan", "empty", "huge", "arabic"],
)  # fmt: skip
async def test_an_amount_is_a_whole_number_of_minor_units(bank: httpx.AsyncClient, anna: Anna, amount: str) -> None:
    asked = (
        f"<XREF>r</XREF><DRCARDID>{anna.card_id}</DRCARDID><CRCARDNO>{anna.second_number}</CRCARDNO>"
        f"<AMOUNT>{amount}</AMOUNT><CCY>UAH</CCY><NARRATIVE/>"
    )
    answer = await post(bank, envelope(asking(asked, operation="CreateTransfer")))
    assert (answer.status_code, "TB-GEN-01" in answer.text) == (500, True)
    assert anna.second_number not in answer.text
    assert (await balances(bank))[anna.account] == 1_000_00


async def test_the_contract_is_the_only_thing_to_get(bank: httpx.AsyncClient) -> None:
    assert (await bank.get("/bank/soap")).status_code == 400
    assert (await bank.get("/bank/soap?wsdl")).headers["content-type"].startswith("text/xml")
