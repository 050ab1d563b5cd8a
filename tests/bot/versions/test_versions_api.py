"""The versions over HTTP: two members of staff, tokens of their own, a draft that becomes what customers hear."""

import base64
import secrets
from collections.abc import AsyncIterator

import httpx
import pytest
from version_rig import MEMO, content, desk_at

from bot.tokens import Tokens
from bot.versions import api

TOKENS = Tokens([base64.b64encode(secrets.token_bytes(32)).decode()])
BASE = "/api/v1/flows"


def token(who: str, role: str = "staff") -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS.issue(role, who)}"}  # type: ignore[arg-type]


@pytest.fixture
async def client(database: str) -> AsyncIterator[httpx.AsyncClient]:
    app = api.build(desk_at(database), TOKENS)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://teller", timeout=60) as client:
        yield client


async def test_a_version_goes_from_a_draft_to_customers_through_two_hands(client: httpx.AsyncClient) -> None:
    anna, bob = token("anna"), token("bob")
    drafted = await client.post(f"{BASE}/versions", json={"files": content(), "why": "opening day"}, headers=anna)
    assert drafted.status_code == 201
    number, digest = drafted.json()["number"], drafted.json()["hash"]
    assert [problem["code"] for problem in drafted.json()["problems"]] == ["W403"]

    refused = await client.post(f"{BASE}/versions/{number}/publish", json={"why": "now"}, headers=anna)
    assert (refused.status_code, refused.json()["code"]) == (409, "refused")
    assert "Nobody but the author" in refused.json()["reasons"][0]

    tested = await client.post(f"{BASE}/versions/{number}/test", headers=bob)
    assert tested.json() == {"passed": 1, "failures": []}
    body = {"hash": digest, "why": "I have read it", "accept_warnings": True}
    approved = await client.post(f"{BASE}/versions/{number}/approve", json=body, headers=bob)
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    published = await client.post(f"{BASE}/versions/{number}/publish", json={"why": "now"}, headers=anna)
    assert published.json() == {"live": number}

    shown = (await client.get(f"{BASE}/versions/{number}", headers=bob)).json()
    assert shown["files"] == content()
    assert (shown["state"], shown["live"], shown["author"]) == ("published", True, "anna")
    listed = (await client.get(f"{BASE}/versions", headers=bob)).json()
    assert (listed["live"], [version["number"] for version in listed["versions"]]) == (number, [number])


async def test_a_broken_draft_is_kept_and_every_problem_has_its_place(client: httpx.AsyncClient) -> None:
    files = content(MEMO.replace("say: done", "say: dnoe").replace("collect: note", "collect: ntoe"))
    drafted = await client.post(f"{BASE}/versions", json={"files": files, "why": "a change"}, headers=token("anna"))
    found = {(one["code"], one["line"]) for one in drafted.json()["problems"] if one["severity"] == "error"}
    assert {("E220", 13)} < found
    again = await client.post(f"{BASE}/versions/1/check", headers=token("bob"))
    assert again.json()["problems"] == drafted.json()["problems"]


async def test_hostile_yaml_in_a_draft_is_a_problem_with_a_place(client: httpx.AsyncClient) -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: [*a, *a]\n" for n in range(50))
    for text in ("!!python/object/apply:os.system ['true']", bomb, "a:\n\t- b", "[" * 5000, "dsl: '1'\ndsl: '1'"):
        files = content() | {"flows/memo.flow.yml": text}
        drafted = await client.post(f"{BASE}/versions", json={"files": files, "why": "?"}, headers=token("mallory"))
        assert drafted.status_code == 201, drafted.text
        assert [one for one in drafted.json()["problems"] if one["severity"] == "error"]


@pytest.mark.parametrize(("files", "words"), [
    ({"../../etc/cron.d/x": "x", "slots.yml": ""}, "has no place in a content folder"),
    ({"flows/a.flow.yml": "x"}, "slots.yml is missing"),
    ({"slots.yml": "a\0b"}, "NUL"),
])  # fmt: skip
async def test_what_is_no_content_folder_is_refused(
    client: httpx.AsyncClient, files: dict[str, str], words: str
) -> None:
    answer = await client.post(f"{BASE}/versions", json={"files": files, "why": "x"}, headers=token("anna"))
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_draft")
    assert words in answer.json()["message"]


async def test_only_staff_come_in(client: httpx.AsyncClient) -> None:
    paths = [
        ("GET", "/versions"),
        ("POST", "/rollback"),
        ("GET", "/events"),
        ("GET", "/problems"),
        ("POST", "/versions"),
    ]
    for method, path in paths:
        assert (await client.request(method, f"{BASE}{path}", json={})).status_code == 401
        for role in ("partner", "service"):
            answer = await client.request(method, f"{BASE}{path}", json={}, headers=token("x", role))
            assert answer.status_code == 403, (path, role)


async def test_what_is_not_there_is_said(client: httpx.AsyncClient) -> None:
    anna = token("anna")
    missing = await client.get(f"{BASE}/versions/7", headers=anna)
    assert (missing.status_code, missing.json()["message"]) == (
        404,
        "There is no version 7. See: teller flows versions",
    )
    withdrawn = await client.post(f"{BASE}/withdraw", json={"flow": "memo", "why": "x"}, headers=anna)
    assert withdrawn.status_code == 404
    nothing = await client.get(f"{BASE}/problems", headers=anna)
    assert "production takes the conversations from the database" in nothing.json()["message"]
    strange = await client.post(f"{BASE}/rollback", json={"why": "x", "tp": 1}, headers=anna)
    assert (strange.status_code, strange.json()["code"]) == (422, "bad_input")


async def test_the_description_names_every_way(client: httpx.AsyncClient) -> None:
    described = (await client.get(f"{BASE}/openapi.json")).json()
    ways = {path.removeprefix(BASE) for path in described["paths"]}
    assert {"/versions", "/versions/{number}/approve", "/rollback", "/withdraw", "/restore", "/problems"} <= ways
