"""Both faces of the billers: finding a provider, looking at an account, paying once under the payer's reference."""

import httpx
import pytest

from sandbox.billers.register import PROVIDERS

PHONE = "+380501112233"


def bill(**changes):
    whole = {"reference": "R1", "provider": "water", "account": "10203040", "amount_minor": 100_00, "currency": "UAH"}
    return whole | changes


def top_up(**changes):
    return {"reference": "R1", "account": PHONE, "amount_minor": 100_00, "currency": "UAH"} | changes


async def test_a_provider_is_found_by_a_part_of_its_name(town):
    found = await town.json("GET", "/utilities/providers", params={"q": "warm"})
    assert found.json() == {"providers": [{"id": "heating", "name": "Warm Homes"}]}
    assert len((await town.json("GET", "/internet/providers")).json()["providers"]) == 2


async def test_an_account_shows_initials_and_what_is_due_and_a_payment_lessens_it(town):
    account = "/utilities/providers/water/accounts/10203040"
    before = (await town.json("GET", account)).json()
    assert before["asks_for"] == "amount"
    assert len(before["owner"]) == len("A. B.")
    assert before["due_minor"] >= 50_00
    await town.json("POST", "/utilities/payments", json=bill(amount_minor=50_00))
    assert (await town.json("GET", account)).json()["due_minor"] == before["due_minor"] - 50_00


async def test_a_meter_is_read_and_never_runs_backwards(town):
    account = "/utilities/providers/power/accounts/55667788"
    assert (await town.json("GET", account)).json()["due_minor"] == 0
    read = await town.json("POST", f"{account}/meter", json={"reading": 200})
    assert read.json()["due_minor"] == 100 * 264
    back = await town.json("POST", f"{account}/meter", json={"reading": 199})
    assert (back.status_code, back.json()["code"]) == (422, "reading_too_low")


async def test_json_pays_once_a_reference_and_refuses_another_amount_under_it(town):
    first = await town.json("POST", "/utilities/payments", json=bill())
    again = await town.json("POST", "/utilities/payments", json=bill())
    other = await town.json("POST", "/utilities/payments", json=bill(amount_minor=1))
    assert [first.status_code, again.status_code, other.status_code] == [201, 200, 409]
    assert first.json() == again.json()
    asked = await town.json("GET", "/utilities/payments", params={"reference": "R1"})
    assert asked.json() == first.json()
    assert len(await town.booked()) == 1


async def test_xml_pays_once_a_reference_and_refuses_another_amount_under_it(town):
    first = await town.xml("mobile", "pay", **top_up())
    again = await town.xml("mobile", "pay", **top_up())
    other = await town.xml("mobile", "pay", **top_up(amount_minor=1))
    assert (first["status"], first["payment"]) == ("0", "paid")
    assert again == first
    assert (other["status"], other["code"]) == ("3", "reference_reused")
    assert await town.xml("mobile", "status", reference="R1") == first
    assert (await town.xml("mobile", "status", reference="R2"))["status"] == "4"
    assert len(await town.booked()) == 1


async def test_a_refusal_is_remembered_under_its_reference(town):
    for _ in range(2):
        refused = await town.json("POST", "/utilities/payments", json=bill(account="12340000"))
        assert (refused.status_code, refused.json()["code"]) == (422, "account_unknown")
    asked = await town.json("GET", "/utilities/payments", params={"reference": "R1"})
    assert (asked.status_code, asked.json()["status"]) == (200, "refused")
    assert (await town.xml("mobile", "pay", **top_up(account="+380501110000")))["status"] == "6"
    assert (await town.xml("mobile", "status", reference="R1"))["payment"] == "refused"


async def test_a_closed_account_can_be_looked_at_and_takes_no_money(town):
    assert (await town.json("GET", "/utilities/providers/water/accounts/10204040")).status_code == 200
    refused = await town.json("POST", "/utilities/payments", json=bill(account="10204040"))
    assert (refused.status_code, refused.json()["code"]) == (422, "account_closed")


async def test_two_partners_may_be_told_the_same_reference(town):
    await town.json("POST", "/utilities/payments", json=bill())
    assert (await town.xml("tv", "pay", **top_up(provider="garden", account="10203040")))["status"] == "0"


async def test_the_operator_tells_whose_number_it_is(town):
    told = await town.xml("mobile", "check", account=PHONE)
    assert (told["status"], told["provider"]) == ("0", "Vega")
    assert (await town.xml("mobile", "check", account="+380501110000"))["status"] == "1"
    assert (await town.xml("tv", "check", provider="nobody", account="10203040"))["status"] == "1"


@pytest.mark.parametrize(
    "body",
    [
        b"no xml at all",
        b"<request><command>check</command>",
        b"<request><command>fly</command></request>",
        b"<request><a><b/></a></request>",
        b'<!DOCTYPE request [<!ENTITY e "x">]><request><command>check</command><account>&e;</account></request>',
        b"<request><command>pay</command><reference>R1</reference><amount_minor>-5</amount_minor></request>",
    ],
    ids=["not xml", "broken off", "unknown command", "deep", "entity", "below zero"],
)
async def test_what_cannot_be_read_is_said_inside_a_200(town, body):
    assert (await town.raw("mobile", body))["status"] == "7"


async def test_a_wrong_login_gets_nothing(town):
    assert (await town.raw("mobile", b"<request/>", secret="wrong"))["status"] == "5"
    assert (await town.http.get("/billers/utilities/providers", headers={"x-api-key": "wrong"})).status_code == 401


@pytest.mark.parametrize("partner", ["mobile", "utilities"])
async def test_a_lost_answer_was_still_a_payment(town, partner):
    await town.fault("billers", "payment", "reset_after")
    asked = (
        town.xml("mobile", "pay", **top_up())
        if partner == "mobile"
        else town.json("POST", "/utilities/payments", json=bill())
    )
    with pytest.raises(httpx.RemoteProtocolError):
        await asked
    assert [row["status"] for row in await town.booked()] == ["paid"]


async def test_a_refusal_on_demand_comes_in_the_face_s_own_words_and_does_nothing(town):
    await town.fault("billers", "payment", "refuse")
    told = await town.xml("mobile", "pay", **top_up())
    assert (told["status"], told["code"]) == ("6", "refused")
    assert await town.booked() == []


def test_every_provider_has_a_name_of_its_own_at_the_bank():
    assert len({one.biller for one in PROVIDERS}) == len(PROVIDERS)
