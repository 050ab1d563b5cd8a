"""The registry of partners: kept by staff, keys and secrets two at once, and another partner's looks like absence."""

from collections.abc import Callable

import httpx
import pytest
from partner_world import PARTNERS, new_secret, registered, secret_ids
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

Caller = Callable[[str], httpx.AsyncClient]
READ = {"scopes": ["deliveries:read"]}


async def key_of(api: httpx.AsyncClient, partner: str, **body: object) -> dict[str, str]:
    answer = await api.post(f"{PARTNERS}/{partner}/keys", json=READ | body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


async def test_staff_make_a_partner_and_change_it(caller: Caller) -> None:
    staff = caller("staff")
    made = (await staff.put(f"{PARTNERS}/books", json={"name": "Book Corner"})).json()
    assert (made["name"], made["state"], made["changed_by"]) == ("Book Corner", "active", "a staff")
    changed = {"name": "Book Corner", "state": "paused", "out_url": "https://hooks.books.example/teller"}
    assert (await staff.put(f"{PARTNERS}/books", json=changed)).json()["state"] == "paused"
    assert [one["partner"] for one in (await staff.get(PARTNERS)).json()] == ["books"]


@pytest.mark.parametrize(("role", "status"), [("", 401), ("partner", 403)])
async def test_nobody_else_keeps_the_registry(caller: Caller, api: httpx.AsyncClient, role: str, status: int) -> None:
    await registered(api, "books")
    other = caller(role)
    asked = [
        await other.get(PARTNERS),
        await other.put(f"{PARTNERS}/books", json={"name": "Mine"}),
        await other.post(f"{PARTNERS}/books/keys", json=READ),
        await other.post(f"{PARTNERS}/books/secrets", json={"direction": "in"}),
        await other.get(f"{PARTNERS}/offers"),
    ]
    assert {answer.status_code for answer in asked} == {status}


@pytest.mark.parametrize(
    "url",
    [
        "http://books.example/hook",
        "https://books.example:8443/hook",
        "https://10.0.0.7/hook",
        "https://[::1]/hook",
        "https://localhost/hook",
        "https://db.internal/hook",
        "https://teller@books.example/hook",
        "https://2130706433/hook",
        "https://0x7f.1/hook",
        "ftp://books.example/hook",
    ],
)
async def test_an_address_inside_is_refused_when_it_is_registered(api: httpx.AsyncClient, url: str) -> None:
    answer = await api.put(f"{PARTNERS}/books", json={"name": "Books", "out_url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, "address_refused")
    assert (await api.get(f"{PARTNERS}/books")).status_code == 404


async def test_a_key_opens_its_own_partner_alone(api: httpx.AsyncClient, caller: Caller) -> None:
    for name in ("books", "coffee"):
        await registered(api, name)
    key = bearer((await key_of(api, "books"))["key"])
    stranger = caller("")
    assert (await stranger.get(f"{PARTNERS}/books", headers=key)).json()["partner"] == "books"
    absent = await stranger.get(f"{PARTNERS}/nobody", headers=key)
    for path in ("", "/deliveries", "/events"):
        others = await stranger.get(f"{PARTNERS}/coffee{path}", headers=key)
        assert (others.status_code, others.content) == (404, absent.content)


async def test_a_key_does_only_what_its_scopes_say(api: httpx.AsyncClient, caller: Caller) -> None:
    await registered(api, "books")
    key = bearer((await key_of(api, "books"))["key"])
    path = f"{PARTNERS}/books/deliveries/00000000-0000-0000-0000-000000000000/replay"
    assert (await caller("").post(path, headers=key)).status_code == 403
    more = bearer((await key_of(api, "books", scopes=["deliveries:replay"]))["key"])
    assert (await caller("").post(path, headers=more)).status_code == 404


async def test_two_keys_live_at_once_and_a_third_waits_for_a_place(api: httpx.AsyncClient, caller: Caller) -> None:
    await registered(api, "books")
    first, second = await key_of(api, "books"), await key_of(api, "books")
    third = await api.post(f"{PARTNERS}/books/keys", json=READ)
    assert (third.status_code, third.json()["code"]) == (409, "too_many_alive")
    assert (await api.delete(f"{PARTNERS}/books/keys/{first['key_id']}")).status_code == 200
    stranger = caller("")
    assert (await stranger.get(f"{PARTNERS}/books", headers=bearer(first["key"]))).status_code == 401
    assert (await stranger.get(f"{PARTNERS}/books", headers=bearer(second["key"]))).status_code == 200
    assert (await api.delete(f"{PARTNERS}/books/keys/{first['key_id']}")).status_code == 404


async def test_a_login_is_a_partners_own(api: httpx.AsyncClient, caller: Caller) -> None:
    await registered(api, "books", login="a partner")
    await registered(api, "coffee")
    assert (await caller("partner").get(f"{PARTNERS}/books")).status_code == 200
    assert (await caller("partner").get(f"{PARTNERS}/coffee")).status_code == 404


async def test_neither_keys_nor_secrets_lie_in_the_database(api: httpx.AsyncClient, engine: AsyncEngine) -> None:
    secret = await registered(api, "books")
    key = (await key_of(api, "books"))["key"]
    async with engine.connect() as connection:
        tables = ("partner", "partner_key", "partner_secret")
        rows = [str((await connection.execute(text(f"select * from customers.{one}"))).all()) for one in tables]
    assert key not in "".join(rows)
    assert secret.removeprefix("whsec_") not in "".join(rows)


async def test_a_secret_shows_once(api: httpx.AsyncClient) -> None:
    secret = await registered(api, "books")
    assert secret not in (await api.get(f"{PARTNERS}/books")).text


async def test_two_secrets_a_direction_and_no_more(api: httpx.AsyncClient) -> None:
    await registered(api, "books")
    await new_secret(api, "books", "in")
    assert (await api.post(f"{PARTNERS}/books/secrets", json={"direction": "in"})).status_code == 409
    await new_secret(api, "books", "out")
    oldest = (await secret_ids(api, "books", "in"))[0]
    assert (await api.delete(f"{PARTNERS}/books/secrets/{oldest}")).status_code == 200
    await new_secret(api, "books", "in")


@pytest.mark.parametrize("secret", ["whsec_dGVuIGJ5dGVzIQ==", "whsec_%%%%%%%%%%%%%%%%%%%%", "just a password of ours"])
async def test_a_weak_secret_is_refused_and_not_repeated(api: httpx.AsyncClient, secret: str) -> None:
    await registered(api, "books")
    answer = await api.post(f"{PARTNERS}/books/secrets", json={"direction": "in", "secret": secret})
    assert answer.status_code == 422
    assert secret not in answer.text
