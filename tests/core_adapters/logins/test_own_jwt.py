"""A JWT of our own, read by the other side with PyJWT."""

import base64
import secrets

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from logins_world import Core, Time, core_served, service, told

from core_adapters.logins import KeyUnusable, OwnJwt

LONG = secrets.token_hex(32)
NOW = 1_700_000_000


def pem(key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


KEYS = {
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}


@pytest.fixture
async def core():
    async with core_served() as made:
        yield made


def read(token: str, key: object, algorithm: str) -> dict[str, object]:
    options = {"require": ["exp", "iat", "nbf", "aud", "iss", "sub", "jti"], "verify_exp": False}
    return jwt.decode(token, key, algorithms=[algorithm], audience="core", issuer="teller", options=options)


async def test_each_request_carries_its_own_short_lived_token(core: Core):
    clock = Time(NOW)
    async with service(core, OwnJwt(LONG, "HS256", "teller", "adapters", "core", clock=clock)) as bank:
        await bank.ask("/cards")
        clock.now += 30
        await bank.order("POST", "/order", {})
    first, second = (read(token, LONG, "HS256") for token in core.seen)
    assert (first["sub"], first["iat"], first["nbf"], first["exp"]) == ("adapters", NOW, NOW, NOW + 60)
    assert second["exp"] == NOW + 90
    assert first["jti"] != second["jti"]


@pytest.mark.parametrize("algorithm", KEYS)
async def test_it_signs_with_the_agreed_algorithm_and_names_its_key(core: Core, algorithm):
    key = KEYS[algorithm]
    login = OwnJwt(pem(key), algorithm, "teller", "adapters", "core", key_id="k1", clock=Time(NOW), ids=lambda: "n1")
    async with service(core, login) as bank:
        await bank.ask("/cards")
    (token,) = core.seen
    assert jwt.get_unverified_header(token) == {"alg": algorithm, "kid": "k1", "typ": "JWT"}
    assert read(token, key.public_key(), algorithm)["jti"] == "n1"


UNUSABLE = {
    "one byte": ("k", "HS256"),
    "short for its hash": (LONG[:48], "HS512"),
    "empty": ("", "HS256"),
    "RSA of 1024 bits": (pem(rsa.generate_private_key(65537, 1024)), "RS256"),
    "a curve for RSA": (pem(KEYS["ES256"]), "RS256"),
    "no PEM": (base64.b64encode(b"1" * 64).decode(), "EdDSA"),
    "a private key for HMAC": (pem(KEYS["ES256"]), "HS256"),
    "no algorithm at all": (LONG, "none"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_key_that_cannot_sign_is_told_at_the_start_and_not_shown(kind):
    key, algorithm = UNUSABLE[kind]
    with pytest.raises(KeyUnusable) as raised:
        OwnJwt(key, algorithm, "teller", "adapters", "core")
    assert len(key) < 2 or key not in told(raised.value)


async def test_a_refused_token_is_not_sent_again(core: Core):
    core.good = set()
    login = OwnJwt(LONG, "HS256", "teller", "adapters", "core")
    async with httpx.AsyncClient(auth=login, trust_env=False) as http:
        assert (await http.get(core.url)).status_code == 401
    assert len(core.seen) == 1
    assert LONG not in repr(login)
