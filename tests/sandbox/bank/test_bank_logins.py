"""Whom the REST face lets in: four kinds of token, each only when it is whole, ours, meant for the bank and good."""

import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from sandbox.app import build
from sandbox.bank import logins
from sandbox.bank.logins import Logins

ROOT = "http://127.0.0.1"
TOKEN, SECRET = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
CLIENT = {"grant_type": "client_credentials", "client_id": "teller", "client_secret": SECRET}
SIGNER, STRANGER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    public = SIGNER.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    app = build(tmp_path, ROOT, TOKEN, "the gateway's token", logins=Logins(TOKEN, SECRET, public))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ROOT) as made,
    ):
        yield made


async def let_in(http: httpx.AsyncClient, token: str, scheme: str = "Bearer") -> bool:
    answer = await http.get("/bank/v1/customers?phone=380501112233", headers={"authorization": f"{scheme} {token}"})
    assert answer.status_code in (401, 404)
    return answer.status_code == 404


async def of_keycloak(http: httpx.AsyncClient, realm: str = "bank", **client: object) -> dict[str, object]:
    if client:
        body = {"secret": SECRET, "audience": ["bank"], **client}
        (await http.put(f"/keycloak/setup/realms/{realm}/clients/teller", json=body)).raise_for_status()
    answer = await http.post(f"/keycloak/realms/{realm}/protocol/openid-connect/token", data=CLIENT)
    return dict(answer.raise_for_status().json())


def signed(key: Ed25519PrivateKey = SIGNER, **changed: object) -> str:
    now = int(time.time())
    claims = {"iss": "teller", "sub": "teller", "aud": "bank", "iat": now, "exp": now + 60, "jti": secrets.token_hex(8)}
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    whole = {name: value for name, value in {**claims, **changed}.items() if value is not None}
    return jwt.encode(whole, pem, algorithm="EdDSA")


async def test_the_token_of_the_contract_is_taken_and_no_other(http: httpx.AsyncClient) -> None:
    assert await let_in(http, TOKEN)
    assert not await let_in(http, TOKEN + "x")
    assert not await let_in(http, "")
    assert not await let_in(http, TOKEN, "Basic")


async def test_a_token_of_the_realm_is_taken(http: httpx.AsyncClient) -> None:
    assert await let_in(http, str((await of_keycloak(http))["access_token"]))


async def test_a_token_of_another_realm_audience_or_signature_is_not(http: httpx.AsyncClient) -> None:
    elsewhere = str((await of_keycloak(http, "shop", roles=[]))["access_token"])
    others = str((await of_keycloak(http, audience=["shop"]))["access_token"])
    good = str((await of_keycloak(http, audience=["shop", "bank"]))["access_token"])
    head, claims, mark = good.split(".")
    assert await let_in(http, good)
    for bad in (elsewhere, others, f"{head}.{claims}.{mark[:-6]}AAAAAA", f"{head}.{claims}.", f"{head}.e30.{mark}"):
        assert not await let_in(http, bad)
    await http.post("/keycloak/setup/realms/bank/rotation", json={"drop_old": True})
    assert not await let_in(http, good), "signed by a key that the realm publishes no more"


async def test_a_token_of_the_realm_that_has_ended_is_not(http: httpx.AsyncClient) -> None:
    short = str((await of_keycloak(http, life_s=1))["access_token"])
    assert await let_in(http, short)
    deadline = time.time() + 5
    while await let_in(http, short):
        assert time.time() < deadline


async def test_the_banks_own_endpoint_gives_a_token_for_minutes(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = (await http.post("/bank/token", json={"username": "teller", "password": TOKEN})).json()
    assert answer["expires_in"] == logins.TOKEN_LIFE_S
    assert await let_in(http, answer["access_token"])
    monkeypatch.setattr(logins, "TOKEN_LIFE_S", -1)
    ended = (await http.post("/bank/token", json={"username": "teller", "password": TOKEN})).json()
    assert not await let_in(http, ended["access_token"])
    for wrong in ({"username": "teller", "password": "x"}, {"username": "anna", "password": TOKEN}):
        assert (await http.post("/bank/token", json=wrong)).status_code == 401


async def test_a_token_that_we_sign_is_taken_once(http: httpx.AsyncClient) -> None:
    token = signed()
    assert await let_in(http, token)
    assert not await let_in(http, token)


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "shop"},
        {"iss": "anna"},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"jti": None},
        {"sub": None},
        {"iat": None},
        {"iat": 9_999_999_999, "exp": 9_999_999_999},
    ],
    ids=lambda changed: "-".join(changed),
)
async def test_a_token_that_we_sign_must_say_all_and_say_it_right(
    http: httpx.AsyncClient, changed: dict[str, object]
) -> None:
    assert not await let_in(http, signed(**changed))


async def test_a_token_that_somebody_else_signs_is_not_taken(http: httpx.AsyncClient) -> None:
    assert not await let_in(http, signed(STRANGER))
    assert not await let_in(http, jwt.encode({"iss": "teller", "aud": "bank"}, "", algorithm="none"))
