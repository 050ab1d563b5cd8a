"""The sandbox's Keycloak over a real socket, as python-keycloak and PyJWT see it, and as our own verifier reads it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import jwt
import pytest
import uvicorn
from keycloak import KeycloakOpenID
from keycloak.exceptions import KeycloakAuthenticationError, KeycloakError, KeycloakPostError
from starlette.applications import Starlette
from starlette.routing import Mount

from bot import certificates
from bot.certificates import Certificates
from bot.keycloak import CERTIFICATES, KeycloakTokens, issuer_of
from flows.ports import Unauthorized
from sandbox.app import build

CLIENT = {"secret": "adapters' own", "roles": ["service", "offline_access"], "audience": ["teller", "account"]}
OLENA = {"password": "her own", "roles": ["staff"], "name": "Olena Bondar", "otp": "482913"}
TARAS = {"password": "his own", "roles": ["staff"], "name": "Taras Hai"}
SETUP = "/setup/realms/bank"


@asynccontextmanager
async def running(data_dir: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The sandbox at /sandbox, and a client at its Keycloak."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    sandbox = build(data_dir, url, "the core's token", "the gateway's token")
    app = Starlette(routes=[Mount("/sandbox", sandbox)], lifespan=lambda _: sandbox.router.lifespan_context(sandbox))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 -- uvicorn offers no event to wait for
        await asyncio.sleep(0.005)
    try:
        async with httpx.AsyncClient(base_url=f"{url}/sandbox/keycloak", timeout=10, trust_env=False) as client:
            yield client
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
async def face(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A realm `bank` with the client `adapters`, and of the staff Olena with a second factor and Taras without."""
    async with running(tmp_path) as client:
        assert (await client.put(f"{SETUP}/clients/adapters", json=CLIENT)).status_code == 200
        assert (await client.put(f"{SETUP}/users/olena", json=OLENA)).status_code == 200
        assert (await client.put(f"{SETUP}/users/taras", json=TARAS)).status_code == 200
        yield client


@asynccontextmanager
async def library(
    face: httpx.AsyncClient, secret: str = str(CLIENT["secret"]), realm: str = "bank"
) -> AsyncIterator[KeycloakOpenID]:
    made = KeycloakOpenID(str(face.base_url), realm, "adapters", client_secret_key=secret, timeout=5)
    try:
        yield made
    finally:
        await made.connection.aclose()


@pytest.fixture
async def keycloak(face: httpx.AsyncClient) -> AsyncIterator[KeycloakOpenID]:
    async with library(face) as made:
        yield made


@asynccontextmanager
async def verifier(face: httpx.AsyncClient) -> AsyncIterator[KeycloakTokens]:
    issuer = issuer_of(str(face.base_url), "bank")
    async with certificates.client() as http:
        known = Certificates(f"{issuer}{CERTIFICATES}", http)
        await known.refresh()
        yield KeycloakTokens(issuer, "teller", known, {"acr": frozenset({"2"}), "amr": frozenset({"otp"})})


async def fault(face: httpx.AsyncClient, operation: str, outcome: str) -> None:
    url = str(face.base_url).replace("/keycloak/", "/api/faults")
    body = {"core": "keycloak", "operation": operation, "outcome": outcome}
    assert (await face.put(url, json=body)).status_code == 200


async def test_a_token_for_a_client_is_accepted_by_the_verifier_of_our_apis(face, keycloak):
    issued = await keycloak.a_token(grant_type="client_credentials")
    assert (issued["token_type"], issued["expires_in"]) == ("Bearer", 300)
    assert "refresh_token" not in issued
    async with verifier(face) as ours:
        assert ours.verify(issued["access_token"]).roles == {"service"}


async def test_a_token_for_a_person_names_them_and_their_roles(face, keycloak):
    issued = await keycloak.a_token("olena", "her own", totp="482913")
    async with verifier(face) as ours:
        assert ours.verify(issued["access_token"]).roles == {"staff"}
    who = await keycloak.a_userinfo(issued["access_token"])
    assert (who["preferred_username"], who["name"]) == ("olena", "Olena Bondar")


async def test_a_person_without_a_second_factor_is_none_of_our_staff(face, keycloak):
    issued = await keycloak.a_token("taras", "his own")
    async with verifier(face) as ours:
        with pytest.raises(Unauthorized, match="second factor"):
            ours.verify(issued["access_token"])


async def test_a_renewed_token_still_tells_of_the_second_factor(face, keycloak):
    issued = await keycloak.a_token("olena", "her own", totp="482913")
    again = await keycloak.a_refresh_token(issued["refresh_token"])
    async with verifier(face) as ours:
        assert ours.verify(again["access_token"]).roles == {"staff"}


async def test_pyjwt_reads_a_token_with_the_certificates_and_finds_keycloaks_claims(face, keycloak):
    token = (await keycloak.a_token(grant_type="client_credentials"))["access_token"]
    keys = jwt.PyJWKSet.from_dict(await keycloak.a_certs())
    claims = jwt.decode(
        token,
        keys[jwt.get_unverified_header(token)["kid"]],
        algorithms=["RS256"],
        audience="teller",
        issuer=str(face.base_url).rstrip("/") + "/realms/bank",
        options={"require": ["exp", "iat", "aud", "iss", "sub", "jti"]},
    )
    assert claims["azp"] == "adapters"
    assert claims["realm_access"] == {"roles": ["service", "offline_access"]}
    assert claims["exp"] - claims["iat"] == 300
    assert claims["preferred_username"] == "service-account-adapters"


async def test_the_realms_page_has_the_key_that_the_library_decodes_with(keycloak):
    token = (await keycloak.a_token(grant_type="client_credentials"))["access_token"]
    pem = f"-----BEGIN PUBLIC KEY-----\n{await keycloak.a_public_key()}\n-----END PUBLIC KEY-----"
    assert jwt.decode(token, pem, algorithms=["RS256"], audience="account")["typ"] == "Bearer"
    assert (await keycloak.a_decode_token(token))["azp"] == "adapters"


async def test_the_configuration_leads_to_the_endpoints(face, keycloak):
    told = await keycloak.a_well_known()
    assert (await face.get(told["jwks_uri"])).json() == await keycloak.a_certs()
    basic = httpx.BasicAuth("adapters", "adapters%27+own")
    answer = await face.post(told["token_endpoint"], data={"grant_type": "client_credentials"}, auth=basic)
    assert answer.status_code == 200


async def test_introspection_says_active_until_the_person_signs_out(keycloak):
    issued = await keycloak.a_token("olena", "her own", totp="482913")
    assert (await keycloak.a_introspect(issued["access_token"]))["active"] is True
    again = await keycloak.a_refresh_token(issued["refresh_token"])
    await keycloak.a_logout(again["refresh_token"])
    assert await keycloak.a_introspect(issued["access_token"]) == {"active": False}
    with pytest.raises(KeycloakAuthenticationError):
        await keycloak.a_userinfo(issued["access_token"])
    with pytest.raises(KeycloakPostError, match="invalid_grant"):
        await keycloak.a_refresh_token(issued["refresh_token"])


async def test_after_a_rotation_old_tokens_are_good_until_their_key_is_dropped(face, keycloak):
    old = (await keycloak.a_token(grant_type="client_credentials"))["access_token"]
    kid = (await face.post(f"{SETUP}/rotation", json={})).json()["kid"]
    new = (await keycloak.a_token(grant_type="client_credentials"))["access_token"]
    assert jwt.get_unverified_header(new)["kid"] == kid
    async with verifier(face) as ours:
        assert ours.verify(old).subject == ours.verify(new).subject
    await face.post(f"{SETUP}/rotation", json={"drop_old": True})
    async with verifier(face) as ours:
        for gone in (old, new):
            with pytest.raises(Unauthorized):
                ours.verify(gone)
    assert (await keycloak.a_introspect(old)) == {"active": False}


async def test_a_token_ends_after_the_seconds_it_was_promised(face, keycloak):
    await face.put(f"{SETUP}/clients/adapters", json=CLIENT | {"life_s": 1})
    token = (await keycloak.a_token(grant_type="client_credentials"))["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 1
    async with asyncio.timeout(10):
        while (await keycloak.a_introspect(token))["active"]:
            continue


@pytest.mark.parametrize("secret", ["wrong", ""])
async def test_a_wrong_secret_is_refused_in_keycloaks_words(face, secret):
    async with library(face, secret) as client:
        with pytest.raises(KeycloakAuthenticationError, match="unauthorized_client"):
            await client.a_token(grant_type="client_credentials")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "client_credentials", "client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "password", "username": "olena", "password": "guess"}, 401, "invalid_grant"),
        ({"grant_type": "password", "username": "nobody", "password": ""}, 401, "invalid_grant"),
        ({"grant_type": "password", "username": "olena", "password": "her own"}, 401, "invalid_grant"),
        ({"grant_type": "password", "username": "olena", "password": "her own", "totp": "1"}, 401, "invalid_grant"),
        ({"grant_type": "urn:other"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "a.b.c"}, 400, "invalid_grant"),
        ({"grant_type": "x" * 70_000}, 413, "invalid_request"),
    ],
    ids=[
        "empty",
        "unknown client",
        "wrong password",
        "unknown person",
        "no otp",
        "wrong otp",
        "unknown grant",
        "forged refresh",
        "too long",
    ],
)
async def test_each_refusal_has_keycloaks_status_and_code(face, form, status, error):
    known = {"client_id": "adapters", "client_secret": CLIENT["secret"]} if form else {}
    answer = await face.post("/realms/bank/protocol/openid-connect/token", data=known | form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_a_realm_that_nobody_told_of_does_not_exist(face):
    async with library(face, realm="other") as client:
        with pytest.raises(KeycloakError, match="Realm does not exist"):
            await client.a_certs()
    assert (await face.post("/setup/realms/other/rotation", json={})).status_code == 404


async def test_a_token_that_was_changed_says_nothing(face, keycloak):
    token = (await keycloak.a_token(grant_type="client_credentials"))["access_token"]
    head, _, signature = token.split(".")
    claims = jwt.utils.base64url_encode(b'{"iss":"x","exp":9999999999,"typ":"Bearer"}').decode()
    for bad in (f"{head}.{claims}.{signature}", token[:-4] + "AAAA", "a.b", "", "ü.ü.ü"):
        assert (await keycloak.a_introspect(bad)) == {"active": False}


async def test_a_client_without_the_openid_scope_learns_of_nobody(keycloak, face):
    token = (await keycloak.a_token(grant_type="client_credentials", scope="profile"))["access_token"]
    answer = await face.get(
        "/realms/bank/protocol/openid-connect/userinfo", headers={"authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


async def test_what_was_told_outlives_a_restart(tmp_path):
    async with running(tmp_path) as face:
        await face.put(f"{SETUP}/clients/adapters", json=CLIENT)
        certs = (await face.get("/realms/bank/protocol/openid-connect/certs")).json()
    async with running(tmp_path) as face, library(face) as keycloak:
        assert await keycloak.a_certs() == certs
        assert (await keycloak.a_token(grant_type="client_credentials"))["access_token"]


@pytest.mark.parametrize(
    ("outcome", "failure"),
    [
        ("down", KeycloakPostError),
        ("refuse", KeycloakAuthenticationError),
        ("garbage", TypeError),  # the library stumbles over its own complaint
        ("reset_after", KeycloakError),
    ],
)
async def test_it_misbehaves_on_demand_and_is_well_again(face, keycloak, outcome, failure):
    await fault(face, "token", outcome)
    with pytest.raises(failure):
        await keycloak.a_token(grant_type="client_credentials")
    assert (await keycloak.a_token(grant_type="client_credentials"))["access_token"]


async def test_a_secret_that_was_told_is_shown_nowhere(face):
    answer = await face.put(f"{SETUP}/clients/adapters", json=CLIENT)
    refused = await face.put(f"{SETUP}/clients/adapters", json={"secret": ["adapters' own"]})
    assert refused.status_code == 400
    assert "own" not in answer.text + refused.text
