"""Tokens of our own: what is accepted, and what is not."""

import base64
import time
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.tokens import TokenKeyUnusable, Tokens
from flows.ports import TokenVerifier, Unauthorized

ONE = base64.b64encode(b"1" * 32).decode()
TWO = base64.b64encode(b"2" * 32).decode()
PEM = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize("key", [ONE, PEM], ids=["hs256", "ed25519"])
def test_a_token_says_who_calls_and_in_which_role(key: str) -> None:
    tokens: TokenVerifier = Tokens([key])
    principal = tokens.verify(Tokens([key]).issue("staff", "olena"))
    assert principal.subject == "olena"
    assert principal.roles == {"staff"}


def test_during_a_rotation_tokens_of_both_keys_are_accepted() -> None:
    old, new = Tokens([ONE]), Tokens([TWO, ONE])
    assert new.verify(old.issue("service", "a")).subject == "a"
    with pytest.raises(Unauthorized):
        old.verify(new.issue("service", "a"))


def test_an_expired_token_is_refused_and_the_caller_told_so() -> None:
    with pytest.raises(Unauthorized, match="expired"):
        Tokens([ONE]).verify(Tokens([ONE]).issue("staff", "olena", timedelta(minutes=-2)))


def _claims() -> dict[str, object]:
    now = int(time.time())
    return {"iss": "teller", "aud": "teller", "sub": "x", "iat": now, "exp": now + 60, "roles": ["staff"]}


def _kid(key: str) -> str:
    return str(jwt.get_unverified_header(Tokens([key]).issue("staff", "x"))["kid"])


@pytest.mark.parametrize("missing", ["exp", "iat", "aud", "iss", "sub"])
def test_a_token_without_one_of_the_claims_is_refused(missing: str) -> None:
    claims = {name: value for name, value in _claims().items() if name != missing}
    forged = jwt.encode(claims, b"1" * 32, algorithm="HS256", headers={"kid": _kid(ONE)})
    with pytest.raises(Unauthorized):
        Tokens([ONE]).verify(forged)


@pytest.mark.parametrize(("claim", "value"), [("aud", "another"), ("iss", "another")])
def test_a_token_for_or_from_somebody_else_is_refused(claim: str, value: str) -> None:
    forged = jwt.encode(_claims() | {claim: value}, b"1" * 32, algorithm="HS256", headers={"kid": _kid(ONE)})
    with pytest.raises(Unauthorized):
        Tokens([ONE]).verify(forged)


def test_the_token_does_not_choose_the_algorithm() -> None:
    unsigned = jwt.encode(_claims(), None, algorithm="none", headers={"kid": _kid(ONE)})
    other = jwt.encode(_claims(), b"1" * 64, algorithm="HS512", headers={"kid": _kid(ONE)})
    for forged in (unsigned, other, "", "a.b.c", "не токен"):
        with pytest.raises(Unauthorized):
            Tokens([ONE]).verify(forged)


def test_a_role_that_nobody_knows_gives_no_right() -> None:
    odd = jwt.encode(_claims() | {"roles": ["owner"]}, b"1" * 32, algorithm="HS256", headers={"kid": _kid(ONE)})
    assert Tokens([ONE]).verify(odd).roles == frozenset()


@pytest.mark.parametrize("keys", [[], ["short"], [base64.b64encode(b"x" * 16).decode()], ["-----BEGIN nothing"]])
def test_a_key_of_another_form_stops_the_start_and_is_not_repeated(keys: list[str]) -> None:
    with pytest.raises(TokenKeyUnusable) as refused:
        Tokens(keys)
    assert not any(key in str(refused.value) for key in keys)
