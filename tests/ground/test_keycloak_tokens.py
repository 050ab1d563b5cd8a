"""Tokens of a realm, against a server that serves Keycloak's certificates over HTTP and counts who asks."""

import asyncio
import base64
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot import certificates
from bot.certificates import EVERY_S, FIRST_S, REST_S, Certificates
from bot.gate import gate
from bot.keycloak import CERTIFICATES, AnyOf, KeycloakTokens, issuer_of
from bot.settings import Settings
from bot.tokens import Tokens
from flows.ports import Unauthorized

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FOREIGN = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OWN = Tokens([base64.b64encode(b"1" * 32).decode()])
FACTORS = {"acr": frozenset({"2"}), "amr": frozenset({"otp"})}


@dataclass
class Realm:
    """What the server says: keys by their names, or something else in their place."""

    url: str = ""
    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=lambda: {"k1": KEY})
    instead: bytes | None = None
    status: int = 200
    asked: int = 0

    def said(self, path: str) -> tuple[int, bytes]:
        if path != f"/realms/bank{CERTIFICATES}":
            return 404, b""
        self.asked += 1
        listed = [
            json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
            | {"kid": kid, "use": "sig", "alg": "RS256"}
            for kid, key in self.keys.items()
        ]
        return self.status, json.dumps({"keys": listed}).encode() if self.instead is None else self.instead


@pytest.fixture
def realm() -> Iterator[Realm]:
    told = Realm()

    class Face(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = told.said(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(OSError):  # who has read enough hangs up
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Face)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    yield told
    server.shutdown()
    server.server_close()


@dataclass
class Time:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
async def known(realm: Realm, clock: Time) -> AsyncIterator[Certificates]:
    async with certificates.client() as http:
        yield Certificates(f"{issuer_of(realm.url, 'bank')}{CERTIFICATES}", http, clock)


@pytest.fixture
def verifier(realm: Realm, known: Certificates) -> KeycloakTokens:
    return KeycloakTokens(issuer_of(realm.url, "bank"), "teller", known, FACTORS)


def token(realm: Realm, key: rsa.RSAPrivateKey = KEY, kid: str = "k1", **changed: object) -> str:
    now = int(time.time())
    claims: dict[str, object] = {"iss": issuer_of(realm.url, "bank"), "aud": ["account", "teller"], "sub": "olena"}
    claims |= {"iat": now, "exp": now + 60, "acr": "2", "realm_access": {"roles": ["staff", "offline_access"]}}
    return jwt.encode(claims | changed, key, algorithm="RS256", headers={"kid": kid})


async def fetch_what_is_due(known: Certificates) -> None:
    """What the background task does, at this moment of the test's clock."""
    if known.due_in_s() == 0:
        await known.refresh()


async def test_a_token_of_the_realm_says_who_calls_with_our_roles_only(realm, known, verifier):
    await known.refresh()
    principal = AnyOf([OWN, verifier]).verify(token(realm))
    assert (principal.subject, principal.roles) == ("olena", {"staff"})
    by_client = token(realm, realm_access={}, resource_access={"teller": {"roles": ["service"]}})
    assert verifier.verify(by_client).roles == {"service"}


async def test_a_token_for_another_of_another_realm_or_forged_is_refused(realm, known, verifier):
    await known.refresh()
    other = issuer_of(realm.url, "other")
    for bad in (token(realm, aud="account"), token(realm, iss=other), token(realm, FOREIGN), "x"):
        with pytest.raises(Unauthorized, match="not one of ours"):
            verifier.verify(bad)


async def test_an_expired_token_is_told_as_expired_whoever_read_it(realm, known, verifier):
    await known.refresh()
    with pytest.raises(Unauthorized, match="expired"):
        AnyOf([OWN, verifier]).verify(token(realm, exp=int(time.time()) - 60))


async def test_before_the_certificates_came_nothing_is_accepted(realm, verifier):
    with pytest.raises(Unauthorized):
        verifier.verify(token(realm))


async def test_our_own_tokens_go_on_beside_it(verifier):
    assert AnyOf([OWN, verifier]).verify(OWN.issue("partner", "club")).roles == {"partner"}


@pytest.mark.parametrize("said", [{"acr": "1"}, {"acr": 2}, {"acr": None, "amr": ["pwd"]}, {"acr": "0", "amr": "x"}])
async def test_staff_without_a_second_factor_stay_outside_and_hear_why(realm, known, verifier, said):
    await known.refresh()
    with pytest.raises(Unauthorized, match="second factor"):
        AnyOf([OWN, verifier]).verify(token(realm, **said))
    service = {"roles": ["service"]}
    assert verifier.verify(token(realm, realm_access=service, **said)).roles == {"service"}


@pytest.mark.parametrize("said", [{"acr": "2"}, {"acr": "1", "amr": ["pwd", "otp"]}])
async def test_staff_with_a_second_factor_come_in(realm, known, verifier, said):
    await known.refresh()
    assert verifier.verify(token(realm, **said)).roles == {"staff"}


async def test_a_bank_may_ask_for_no_second_factor(realm, known):
    await known.refresh()
    easy = KeycloakTokens(issuer_of(realm.url, "bank"), "teller", known, {"acr": frozenset({"any"})})
    assert easy.verify(token(realm, acr="1")).roles == {"staff"}


async def test_an_id_token_opens_nothing(realm, known, verifier):
    await known.refresh()
    for kind in ("ID", "Refresh", "Offline"):
        with pytest.raises(Unauthorized, match="not one of ours"):
            verifier.verify(token(realm, typ=kind))


async def test_a_flood_of_unknown_kids_fetches_once_in_thirty_seconds(realm, known, verifier, clock):
    await fetch_what_is_due(known)
    for second in range(60):
        for number in range(20):
            with pytest.raises(Unauthorized):
                verifier.verify(forged(second, number))
        await fetch_what_is_due(known)
        clock.now += 1
    assert realm.asked == 2
    assert REST_S == 30


def forged(second: int, number: int) -> str:
    """Cheap: nobody reads further than its name."""
    part = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": f"{second}-{number}"}).encode()).decode()
    return f"{part.rstrip('=')}.e30.AAAA"


async def test_a_new_key_of_the_realm_is_known_after_the_rest_at_the_latest(realm, known, verifier, clock):
    await known.refresh()
    realm.keys = {"k2": FOREIGN}
    clock.now += REST_S - 1
    with pytest.raises(Unauthorized):
        verifier.verify(token(realm, FOREIGN, "k2"))
    await fetch_what_is_due(known)
    with pytest.raises(Unauthorized):
        verifier.verify(token(realm, FOREIGN, "k2"))
    clock.now += 1
    await fetch_what_is_due(known)
    assert verifier.verify(token(realm, FOREIGN, "k2")).subject == "olena"
    with pytest.raises(Unauthorized):
        verifier.verify(token(realm))


OUTAGES = {
    "500": (500, None),
    "a page": (200, b"<html>"),
    "nothing": (200, b""),
    "no keys": (200, b'{"keys": []}'),
    "a list": (200, b"[]"),
    "keys that are none": (200, b'{"keys": [1, {"kid": "k1", "use": "sig", "alg": "RS256", "kty": "RSA", "n": "!"}]}'),
    "symmetric": (200, b'{"keys": [{"kid": "k1", "use": "sig", "alg": "HS256", "kty": "oct", "k": "AAAA"}]}'),
    "led elsewhere": (302, b""),
    "too long": (200, b" " * 1_000_001),
}


@pytest.mark.parametrize("outage", OUTAGES)
async def test_a_jwks_outage_leaves_the_cached_keys_working(realm, known, verifier, clock, outage):
    await known.refresh()
    realm.status, realm.instead = OUTAGES[outage]
    clock.now += EVERY_S
    await fetch_what_is_due(known)
    assert realm.asked == 2
    assert verifier.verify(token(realm)).subject == "olena"
    assert known.due_in_s() == REST_S
    realm.status, realm.instead, realm.keys = 200, None, {"k1": KEY, "k2": FOREIGN}
    clock.now += REST_S
    await fetch_what_is_due(known)
    assert verifier.verify(token(realm, FOREIGN, "k2")).subject == "olena"
    assert known.due_in_s() == EVERY_S


async def test_a_keycloak_that_is_down_at_the_start_is_asked_until_it_answers(realm, known, verifier, clock):
    realm.status = 503
    await fetch_what_is_due(known)
    assert known.due_in_s() == FIRST_S
    realm.status, clock.now = 200, clock.now + FIRST_S
    await fetch_what_is_due(known)
    assert verifier.verify(token(realm)).subject == "olena"


def keycloak(settings: Settings, url: str) -> Settings:
    """These settings with a Keycloak."""
    own = settings.keycloak.model_copy(update={"url": url, "realm": "bank", "client_id": "teller"})
    return settings.model_copy(update={"keycloak": own})


async def test_the_gate_of_a_process_opens_to_both_and_finds_the_realm_by_itself(realm, settings):
    async with gate(keycloak(settings, realm.url), OWN) as verifier, asyncio.timeout(10):
        assert verifier.verify(OWN.issue("service", "bot")).subject == "bot"
        while True:
            with suppress(Unauthorized):
                assert verifier.verify(token(realm)).subject == "olena"
                break
            await asyncio.sleep(0.01)
        for number in range(200):
            with pytest.raises(Unauthorized):
                verifier.verify(forged(0, number))
            await asyncio.sleep(0)
        assert realm.asked == 1


async def test_a_keycloak_that_is_away_keeps_our_own_tokens_good(settings):
    async with gate(keycloak(settings, "http://127.0.0.1:9"), OWN) as verifier:
        assert verifier.verify(OWN.issue("staff", "olena")).roles == {"staff"}


async def test_nothing_of_the_environment_leads_the_fetch_elsewhere(realm, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with certificates.client() as http:
        assert isinstance(http, httpx.AsyncClient)
        found = Certificates(f"{issuer_of(realm.url, 'bank')}{CERTIFICATES}", http)
        await found.refresh()
    assert found.key("k1") is not None
