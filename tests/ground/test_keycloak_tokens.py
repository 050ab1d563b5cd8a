"""Tokens of a realm, against a server that serves Keycloak's certificates over HTTP."""

import asyncio
import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.gate import gate
from bot.keycloak import AnyOf, KeycloakTokens
from bot.settings import Settings
from bot.tokens import Tokens
from flows.ports import Unauthorized

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FOREIGN = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OWN = Tokens([base64.b64encode(b"1" * 32).decode()])


class Realm(BaseHTTPRequestHandler):
    """Answers the one question of a verifier."""

    def do_GET(self) -> None:
        known = self.path == "/realms/bank/protocol/openid-connect/certs"
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        body = json.dumps({"keys": [jwk | {"kid": "k1", "use": "sig", "alg": "RS256"}]}).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Realm)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def token(url: str, key: rsa.RSAPrivateKey = KEY, **changed: object) -> str:
    now = int(time.time())
    claims: dict[str, object] = {"iss": f"{url}/realms/bank", "aud": ["account", "teller"], "sub": "olena", "iat": now}
    claims |= {"exp": now + 60, "realm_access": {"roles": ["staff", "offline_access"]}}
    return jwt.encode(claims | changed, key, algorithm="RS256", headers={"kid": "k1"})


async def test_a_token_of_the_realm_says_who_calls_with_our_roles_only(url: str) -> None:
    realm = KeycloakTokens(url, "bank", "teller")
    await realm.refresh()
    principal = AnyOf([OWN, realm]).verify(token(url))
    assert (principal.subject, principal.roles) == ("olena", {"staff"})
    by_client = token(url, realm_access={}, resource_access={"teller": {"roles": ["service"]}})
    assert realm.verify(by_client).roles == {"service"}


async def test_a_token_for_another_of_another_realm_or_forged_is_refused(url: str) -> None:
    realm = KeycloakTokens(url, "bank", "teller")
    await realm.refresh()
    for bad in (token(url, aud="account"), token(url, iss=f"{url}/realms/other"), token(url, FOREIGN), "x"):
        with pytest.raises(Unauthorized, match="not one of ours"):
            realm.verify(bad)


async def test_an_expired_token_is_told_as_expired_whoever_read_it(url: str) -> None:
    realm = KeycloakTokens(url, "bank", "teller")
    await realm.refresh()
    with pytest.raises(Unauthorized, match="expired"):
        AnyOf([OWN, realm]).verify(token(url, exp=int(time.time()) - 60))


def test_before_the_certificates_came_nothing_is_accepted(url: str) -> None:
    with pytest.raises(Unauthorized):
        KeycloakTokens(url, "bank", "teller").verify(token(url))


def test_our_own_tokens_go_on_beside_it(url: str) -> None:
    both = AnyOf([OWN, KeycloakTokens(url, "bank", "teller")])
    assert both.verify(OWN.issue("partner", "club")).roles == {"partner"}


async def test_the_gate_of_a_process_opens_to_both_and_finds_the_realm_by_itself(url: str, settings: Settings) -> None:
    keycloak = settings.keycloak.model_copy(update={"url": url, "realm": "bank", "client_id": "teller"})
    async with gate(settings.model_copy(update={"keycloak": keycloak}), OWN) as verifier, asyncio.timeout(10):
        assert verifier.verify(OWN.issue("service", "bot")).subject == "bot"
        while True:
            with suppress(Unauthorized):
                assert verifier.verify(token(url)).subject == "olena"
                break
            await asyncio.sleep(0.01)


async def test_a_keycloak_that_is_away_keeps_our_own_tokens_good(settings: Settings) -> None:
    keycloak = settings.keycloak.model_copy(
        update={"url": "http://127.0.0.1:9", "realm": "bank", "client_id": "teller"}
    )
    async with gate(settings.model_copy(update={"keycloak": keycloak}), OWN) as verifier:
        assert verifier.verify(OWN.issue("staff", "olena")).roles == {"staff"}
