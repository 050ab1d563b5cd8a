"""PINs and passwords at the bank: in letters only it can open, kept as hashes, set once a reference."""

import asyncio
from pathlib import Path

import httpx
import pytest
from bank_letters import Reader, letter
from bank_world import Anna
from cryptography.exceptions import InvalidTag

PIN, PASSWORD = "7391", "correct horse battery"


async def bank_key(bank: httpx.AsyncClient) -> str:
    return str((await bank.get("/bank/v1/key")).raise_for_status().json()["key"])


async def set_pin(
    bank: httpx.AsyncClient, anna: Anna, pin: str, reference: str = "R1", **changed: str
) -> httpx.Response:
    bound = changed.pop("bound", f"pin|{reference}|{anna.card_id}")
    body = {"reference": reference, "card_id": anna.card_id, "letter": letter(await bank_key(bank), pin, bound)}
    return await bank.post("/bank/v1/pins", json=body | changed)


async def set_password(bank: httpx.AsyncClient, anna: Anna, password: str, reference: str = "P1") -> httpx.Response:
    sealed = letter(await bank_key(bank), password, f"password|{reference}|{anna.customer_id}")
    body = {"reference": reference, "customer_id": anna.customer_id, "letter": sealed}
    return await bank.post("/bank/v1/passwords", json=body)


async def check(bank: httpx.AsyncClient, anna: Anna, password: str) -> tuple[str, int]:
    sealed = letter(await bank_key(bank), password, f"password_check|C1|{anna.customer_id}")
    body = {"reference": "C1", "customer_id": anna.customer_id, "letter": sealed}
    answer = (await bank.post("/bank/v1/passwords/checks", json=body)).raise_for_status().json()
    return answer["verdict"], answer["tries_left"]


async def test_a_pin_is_set_once_a_reference(bank: httpx.AsyncClient, anna: Anna) -> None:
    first = await set_pin(bank, anna, PIN)
    assert (first.status_code, first.json()["status"]) == (201, "set")
    again = await set_pin(bank, anna, "8642")
    assert (again.status_code, again.json()) == (200, first.json())
    found = await bank.get("/bank/v1/pins", params={"reference": "R1"})
    assert found.json() == first.json()
    assert (await bank.get("/bank/v1/pins", params={"reference": "R2"})).status_code == 404
    assert (await bank.get("/bank/v1/passwords", params={"reference": "R1"})).status_code == 404


async def test_the_last_digits_of_the_card_are_no_pin_and_the_refusal_stays(
    bank: httpx.AsyncClient, anna: Anna
) -> None:
    accounts = (await bank.get("/api/accounts")).json()
    last4 = next(row["last4"] for row in accounts if row["account"] == anna.account)
    for _ in range(2):
        refused = await set_pin(bank, anna, last4)
        assert (refused.status_code, refused.json()["code"]) == (422, "weak")
    assert (await bank.get("/bank/v1/pins", params={"reference": "R1"})).json()["status"] == "refused"


@pytest.mark.parametrize("bound", ["pin|R2|{card}", "password|R1|{card}", "pin|R1|another", ""])
async def test_a_letter_for_something_else_is_not_opened(bank: httpx.AsyncClient, anna: Anna, bound: str) -> None:
    refused = await set_pin(bank, anna, PIN, bound=bound.format(card=anna.card_id))
    assert refused.status_code == 400
    assert PIN not in refused.text
    assert (await bank.get("/bank/v1/pins", params={"reference": "R1"})).status_code == 404


@pytest.mark.parametrize("broken", ["A" * 40, "!" * 60, "A" * 200, "", "A" * 5000])
async def test_what_is_no_letter_is_refused(bank: httpx.AsyncClient, anna: Anna, broken: str) -> None:
    assert (await set_pin(bank, anna, PIN, letter=broken)).status_code == 400


async def test_a_reference_stands_for_one_thing(bank: httpx.AsyncClient, anna: Anna) -> None:
    await set_pin(bank, anna, PIN, "R1")
    assert (await set_password(bank, anna, PASSWORD, "R1")).status_code == 409


async def test_a_password_opens_and_three_wrong_ones_lock_it_for_a_while(bank: httpx.AsyncClient, anna: Anna) -> None:
    assert await check(bank, anna, PASSWORD) == ("none", 0)
    assert (await set_password(bank, anna, "too short")).json()["code"] == "weak"
    assert (await set_password(bank, anna, PASSWORD, "P2")).status_code == 201
    assert await check(bank, anna, PASSWORD) == ("right", 3)
    assert await check(bank, anna, "wrong") == ("wrong", 2)
    assert await check(bank, anna, PASSWORD) == ("right", 3)
    tries = [await check(bank, anna, "wrong") for _ in range(4)]
    assert tries == [("wrong", 2), ("wrong", 1), ("locked", 0), ("locked", 0)]
    assert await check(bank, anna, PASSWORD) == ("locked", 0)
    assert (await set_password(bank, anna, "another long password", "P3")).status_code == 201
    assert await check(bank, anna, "another long password") == ("right", 3)


async def test_the_bank_says_whether_a_password_may_be_tried(bank: httpx.AsyncClient, anna: Anna) -> None:
    async def state() -> str:
        answer = await bank.get(f"/bank/v1/customers/{anna.customer_id}/password")
        return str(answer.raise_for_status().json()["state"])

    assert await state() == "none"
    await set_password(bank, anna, PASSWORD)
    assert await state() == "ready"
    for _ in range(3):
        await check(bank, anna, "wrong")
    assert await state() == "locked"
    assert (await bank.get("/bank/v1/customers/cus_none/password")).status_code == 404


async def test_a_cards_number_goes_to_the_key_of_the_asker_alone(bank: httpx.AsyncClient, anna: Anna) -> None:
    reader = Reader()
    body = {"reference": "N1", "key": reader.key}
    answer = (await bank.post(f"/bank/v1/cards/{anna.card_id}/number", json=body)).raise_for_status().json()
    number, expires = reader.read(answer["letter"], f"card_number|N1|{anna.card_id}").split()
    shown = (await bank.get(f"/bank/v1/cards/{anna.card_id}")).json()
    assert (number[-4:], expires, len(number)) == (shown["last4"], shown["expires"], 16)
    assert number not in str(answer)
    with pytest.raises(InvalidTag):
        Reader().read(answer["letter"], f"card_number|N1|{anna.card_id}")
    assert (await bank.post("/bank/v1/cards/crd_none/number", json=body)).status_code == 404
    for key in ("A" * 43, "short", reader.key + "A"):
        refused = await bank.post(f"/bank/v1/cards/{anna.card_id}/number", json={"reference": "N1", "key": key})
        assert refused.status_code == 400


async def test_the_banks_own_file_holds_no_password(bank: httpx.AsyncClient, anna: Anna, tmp_path: Path) -> None:
    await set_pin(bank, anna, "8375")
    await set_password(bank, anna, PASSWORD, "P2")
    files = await asyncio.to_thread(lambda: [file.read_bytes() for file in tmp_path.glob("sandbox.sqlite3*")])
    assert files
    assert not any(PASSWORD.encode() in content for content in files)
