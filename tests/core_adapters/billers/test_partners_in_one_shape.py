"""The partners' questions: JSON out whatever lies behind, and what flows ask before a bill is paid."""

import pytest
from paid_bills import NOBODY, PHONE, fault

from core_adapters.external.billers import xml_wire
from core_adapters.failures import Declined, Missing, TurnedAway, Unclear

SERVICE = {"authorization": "Bearer service"}


async def asked(room, path, **inputs):
    return await room.api.post(f"/api/v1/{path}", json={"inputs": inputs}, headers=SERVICE)


async def core(room, verb, **inputs):
    body = {"inputs": inputs, "customer_id": "anna"}
    return (await room.api.post(f"/api/v1/core/{verb}", json=body, headers=SERVICE)).json()


@pytest.mark.parametrize(("partner", "first"), [("tv", "garden"), ("internet", "fibre")], ids=["xml", "json"])
async def test_xml_and_json_come_out_in_the_same_shape(room, partner, first):
    found = (await asked(room, f"external/{partner}/providers")).json()["outputs"]["providers"]
    assert [sorted(one) for one in found] == [["id", "name"]] * 2
    account = (await asked(room, f"external/{partner}/account", provider=first, account="10203040")).json()["outputs"]
    assert sorted(account) == ["asks_for", "due", "owner"]
    assert account["due"].endswith(" UAH")
    missing = (await asked(room, f"external/{partner}/account", provider=first, account="10200000")).json()
    assert missing == {"error": "account_unknown"}


async def test_a_partner_that_is_down_is_an_answer_and_a_strange_one_is_404(room):
    await fault(room, "billers", "check", "garbage", count=2)
    for partner, provider in (("tv", "garden"), ("mobile", "vega")):
        answer = await asked(room, f"external/{partner}/account", provider=provider, account=PHONE)
        assert answer.json() == {"error": "unavailable"}
    assert (await asked(room, "external/casino/account")).status_code == 404
    assert (await asked(room, "external/tv/pay")).status_code == 404
    nobody = await room.api.post("/api/v1/external/tv/providers", json={})
    assert nobody.status_code == 401


async def test_what_would_lead_elsewhere_is_not_sent(room):
    for account in ("../../x", "1234?x=1", "12\n34", "1" * 40):
        answer = await asked(room, "external/utilities/account", provider="water", account=account)
        assert answer.json() == {"error": "unavailable"}


async def test_flows_are_told_the_operator_the_bill_and_the_fee(room):
    assert (await core(room, "mobile.own_number"))["outputs"] == {"phone": PHONE}
    quote = {"from": room.payer, "amount": "50.00 UAH"}
    told = await core(room, "mobile.quote", phone=PHONE, **quote)
    assert told["outputs"] == {"operator": "Vega", "fee": "0.00 UAH", "needs_code": False}
    assert await core(room, "mobile.quote", phone=NOBODY, **quote) == {"error": "phone_unknown"}
    assert (await core(room, "bills.quote", biller="utilities-water", account="1234", **quote))["outputs"] == {
        "fee": "2.00 UAH",
        "needs_code": False,
    }
    await room.bank.customer(balance_minor=10_00)
    (poor,) = [
        card["id"] for card in (await core(room, "cards.list_active"))["outputs"]["options"]
        if card["balance"] == "10.00 UAH"
    ]  # fmt: skip
    rich = {"from": poor, "amount": "600.00 UAH"}
    assert await core(room, "bills.quote", biller="tv-garden", account="1234", **rich) == {
        "error": "insufficient_funds"
    }


async def test_a_meter_is_read_for_a_flow(room):
    place = {"biller": "utilities-power", "account": "55667788"}
    assert (await core(room, "bills.lookup", **place))["outputs"]["asks_for"] == "meter"
    assert (await core(room, "bills.by_meter", reading="200", **place))["outputs"] == {"due": "264.00 UAH"}
    assert await core(room, "bills.by_meter", reading="150", **place) == {"error": "reading_too_low"}


async def test_lists_of_billers_are_options_that_lookups_take(room):
    for kind in ("utilities", "tv", "internet", "transport"):
        for option in (await core(room, f"billers.{kind}"))["outputs"]["options"]:
            found = await core(room, "bills.lookup", biller=option["id"], account="10203040")
            assert found["outputs"]["owner"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<answer><status>0</status>",
        b"<answer/>",
        b"<answer><status>0</status><status>6</status></answer>",
        b"<answer><status>zero</status></answer>",
        b"<other><status>0</status></other>",
        b'<!DOCTYPE a [<!ENTITY e "0">]><answer><status>&e;</status></answer>',
        b"<answer><status>0</status><amount_minor>-1</amount_minor></answer>",
        b"<answer><a>" + b"<b>" * 5000 + b"</b>" * 5000 + b"</a></answer>",
        "<?xml version='1.0' encoding='utf-16'?><answer><status>0</status></answer>".encode("utf-16"),
        b"<answer><status>99</status></answer>",
        b"<answer><status>3</status><code>reference_reused</code></answer>",
    ],
    ids=[
        "empty", "broken off", "no status", "two statuses", "no number", "another root", "entity", "below zero", "deep",
        "utf-16", "unknown status", "reference used",
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_read_is_no_answer(data):
    with pytest.raises(Unclear):
        xml_wire.read(data)


@pytest.mark.parametrize(
    ("status", "means"), [(1, Declined), (4, Missing), (5, TurnedAway), (6, Declined), (7, TurnedAway)]
)
def test_a_status_in_a_200_is_believed(status, means):
    with pytest.raises(means):
        xml_wire.read(b"<answer><status>%d</status><code>refused</code></answer>" % status)
