"""The sandbox's own API: the SMS inbox and the stream that shows the ledger move."""

import json
from collections.abc import AsyncIterator

import httpx
from bank_world import SMS_TOKEN, Anna

SMS = {"to": "+380501112233", "text": "Your code is 123456", "key": "op-1"}
GATEWAY = {"authorization": f"Bearer {SMS_TOKEN}"}


async def test_an_sms_arrives_once_in_the_inbox_of_its_phone(bank: httpx.AsyncClient) -> None:
    answers = [await bank.post("/sms/messages", json=SMS, headers=GATEWAY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 200]
    other = await bank.post("/sms/messages", json=SMS | {"text": "Another"}, headers=GATEWAY)
    assert other.status_code == 409
    await bank.post("/sms/messages", json=SMS | {"to": "+380670000000", "key": "op-2"}, headers=GATEWAY)
    await bank.post("/sms/messages", json=SMS | {"text": "Newer", "key": "op-3"}, headers=GATEWAY)
    inbox = (await bank.get("/api/sms", params={"phone": SMS["to"]})).json()
    assert [message["text"] for message in inbox] == ["Newer", SMS["text"]]
    assert inbox[0].keys() == {"to", "text", "at"}
    assert len((await bank.get("/api/sms")).json()) == 3


async def test_the_gateway_asks_for_its_own_token_and_can_be_down(bank: httpx.AsyncClient) -> None:
    assert (await bank.post("/sms/messages", json=SMS)).status_code == 401
    await bank.put("/api/faults", json={"core": "sms", "operation": "send", "outcome": "down"})
    assert (await bank.post("/sms/messages", json=SMS, headers=GATEWAY)).status_code == 503
    assert (await bank.get("/api/sms")).json() == []


async def test_a_made_up_customer_has_the_shape_that_was_promised(bank: httpx.AsyncClient) -> None:
    body = {"phone": "+380501112233", "name": "Anna Koval", "cards": [{"currency": "UAH", "balance_minor": 100000}]}
    answer = await bank.post("/api/customers", json=body)
    assert answer.status_code == 201
    card = answer.json()["cards"][0]
    assert {"card_number", "last4", "account", "currency", "balance_minor"} <= card.keys()
    accounts = {row["account"]: row for row in (await bank.get("/api/accounts")).json()}
    assert accounts[card["account"]] == {
        "account": card["account"],
        "holder": "Anna Koval",
        "last4": card["card_number"][-4:],
        "currency": "UAH",
        "balance_minor": 100000,
        "status": "active",
    }
    wrong = await bank.post("/api/customers", json=body | {"phone": "0501112233"})
    assert (wrong.status_code, wrong.json()["message"].split(":")[0]) == (400, "phone")


async def test_the_stream_shows_the_money_move_and_goes_on_after_a_break(bank: httpx.AsyncClient, anna: Anna) -> None:
    async with bank.stream("GET", "/api/stream") as stream:
        events = read_events(stream)
        hello = await anext(events)
        await bank.post("/bank/v1/transfers", json=anna.order("ref-1"))
        seen = [await anext(events) for _ in range(3)]
    assert sorted(event["event"] for event in seen) == ["account", "account", "posting"]
    told = {event["data"]["account"]: event["data"] for event in seen if event["event"] == "account"}
    assert told[anna.account]["balance_minor"] == 950_00
    async with bank.stream("GET", "/api/stream", headers={"last-event-id": hello["id"]}) as stream:
        events = read_events(stream)
        await anext(events)
        assert [await anext(events) for _ in range(3)] == seen


async def read_events(stream: httpx.Response) -> AsyncIterator[dict[str, object]]:
    event: dict[str, object] = {}
    async for line in stream.aiter_lines():
        name, _, value = line.partition(": ")
        if line:
            event[name] = json.loads(value) if name == "data" else value
        elif "event" in event:
            yield event
            event = {}
