"""Tokens of every broken kind against a running Keycloak, the sandbox's, at the gate as a process has it."""

import asyncio
import base64
import hmac
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import jwt
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from bot.gate import gate
from bot.settings import Settings
from bot.tokens import LEEWAY_S, Tokens
from flows.ports import TokenVerifier, Unauthorized
from sandbox.app import build
from sandbox.keycloak.keys import SigningKey
from sandbox.keycloak.realms import Realms
from sandbox.store import Store

CLIENT = {"secret": "the staff page's own", "audience": ["teller"]}
OLENA = {"password": "her own", "roles": ["staff"], "otp": "482913"}
MALLORY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class World:
    """A realm, the key it signs with, and an address that a forger would have us ask."""

    url: str
    key: SigningKey
    gate: TokenVerifier
    asked: list[str] = field(default_factory=list)

    def claims(self, **changed: object) -> dict[str, object]:
        now = int(time.time())
        good: dict[str, object] = {"iss": f"{self.url}/sandbox/keycloak/realms/bank", "aud": "teller", "sub": "olena"}
        good |= {"iat": now, "exp": now + 60, "acr": "2", "typ": "Bearer", "realm_access": {"roles": ["staff"]}}
        return {name: value for name, value in (good | changed).items() if value is not None}

    def signed(self, header: dict[str, object] | None = None, **changed: object) -> str:
        """With the realm's own key, so that nothing but what is changed can be the reason of a refusal."""
        head = {"kid": self.key.kid} | (header or {})
        return jwt.encode(self.claims(**changed), self.key.private, algorithm="RS256", headers=head)

    def forged(self, header: dict[str, object]) -> str:
        """With a forger's key."""
        return jwt.encode(self.claims(), MALLORY, algorithm="RS256", headers=header)

    @property
    def public_pem(self) -> bytes:
        return self.key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
async def world(settings: Settings, tmp_path: Path) -> AsyncIterator[World]:
    asked: list[str] = []
    async with _running(tmp_path / "sandbox", asked) as url:
        store = Store(tmp_path / "sandbox" / "sandbox.sqlite3")
        own = settings.keycloak.model_copy(
            update={"url": f"{url}/sandbox/keycloak", "realm": "bank", "client_id": "teller"}
        )
        tokens = Tokens([base64.b64encode(b"1" * 32).decode()])
        async with gate(settings.model_copy(update={"keycloak": own}), tokens) as verifier:
            made = World(url, Realms(store).keys("bank")[0], verifier, asked)
            async with asyncio.timeout(20):
                while True:
                    with suppress(Unauthorized):
                        assert verifier.verify(made.signed()).roles == {"staff"}
                        break
                    await asyncio.sleep(0.01)
            yield made
        store.close()


@asynccontextmanager
async def _running(folder: Path, asked: list[str]) -> AsyncIterator[str]:
    """The sandbox with its Keycloak over a socket, and a server beside it that writes down who asks it for keys."""

    async def keys(request: Request) -> Response:
        asked.append(request.url.path)
        return Response(status_code=404)

    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    sandbox = build(folder, url, "the core's token", "the gateway's token")
    routes = [Mount("/sandbox", sandbox), Route("/mallory/{rest:path}", keys)]
    app = Starlette(routes=routes, lifespan=lambda _: sandbox.router.lifespan_context(sandbox))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 -- uvicorn offers no event to wait for
        await asyncio.sleep(0.005)
    try:
        async with httpx.AsyncClient(base_url=f"{url}/sandbox/keycloak/setup", trust_env=False) as setup:
            for realm in ("bank", "other"):
                (await setup.put(f"/realms/{realm}/clients/teller", json=CLIENT)).raise_for_status()
                (await setup.put(f"/realms/{realm}/users/olena", json=OLENA)).raise_for_status()
        yield url
    finally:
        server.should_exit = True
        await serving


async def of_the_sandbox(world: World, realm: str) -> str:
    """A token that a person gets by signing in."""
    form = {"grant_type": "password", "client_id": "teller", "client_secret": CLIENT["secret"]}
    form |= {"username": "olena", "password": OLENA["password"], "totp": OLENA["otp"]}
    async with httpx.AsyncClient(base_url=f"{world.url}/sandbox/keycloak", trust_env=False) as keycloak:
        answer = await keycloak.post(f"/realms/{realm}/protocol/openid-connect/token", data=form)
    return str(answer.raise_for_status().json()["access_token"])


def part(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unsigned(world: World, alg: object) -> str:
    return f"{part({'alg': alg, 'kid': world.key.kid, 'typ': 'JWT'})}.{part(world.claims())}."


def by_public_key(world: World) -> str:
    """HS256 with the realm's public key for a secret: what a verifier takes that lets a token choose."""
    said = f"{part({'alg': 'HS256', 'kid': world.key.kid})}.{part(world.claims())}"
    return f"{said}.{part(hmac.digest(world.public_pem, said.encode(), 'sha256'))}"


def leading_away(header: str) -> Callable[[World], str]:
    """A token that names its forger's key itself."""
    own: dict[str, object] = {
        "jku": "/mallory/jwks",
        "x5u": "/mallory/chain",
        "jwk": json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(MALLORY.public_key())),
        "x5c": ["AAAA"],
    }

    def made(world: World) -> str:
        value = own[header]
        return world.forged({"kid": "mallory", header: f"{world.url}{value}" if isinstance(value, str) else value})

    return made


BROKEN: dict[str, Callable[[World], str]] = {
    "alg none": lambda w: unsigned(w, "none"),
    "alg None": lambda w: unsigned(w, "None"),
    "alg nothing": lambda w: unsigned(w, None),
    "alg empty": lambda w: unsigned(w, ""),
    "HS256 with the public key": by_public_key,
    "another algorithm of the family": lambda w: jwt.encode(
        w.claims(), w.key.private, algorithm="RS512", headers={"kid": w.key.kid}
    ),
    "aud of another": lambda w: w.signed(aud="account"),
    "aud missing": lambda w: w.signed(aud=None),
    "aud a list of others": lambda w: w.signed(aud=["account", "teller2"]),
    "iss of another realm": lambda w: w.signed(iss=f"{w.url}/sandbox/keycloak/realms/other"),
    "iss missing": lambda w: w.signed(iss=None),
    "sub missing": lambda w: w.signed(sub=None),
    "exp missing": lambda w: w.signed(exp=None),
    "exp a word": lambda w: w.signed(exp="tomorrow"),
    "iat missing": lambda w: w.signed(iat=None),
    "iat in the future": lambda w: w.signed(iat=int(time.time()) + LEEWAY_S + 60, exp=int(time.time()) + 600),
    "nbf in the future": lambda w: w.signed(nbf=int(time.time()) + LEEWAY_S + 60),
    "kid unknown": lambda w: w.signed({"kid": "nobody's"}),
    "kid missing": lambda w: jwt.encode(w.claims(), w.key.private, algorithm="RS256"),
    "kid a number": lambda w: f"{part({'alg': 'RS256', 'kid': 7})}.{part(w.claims())}.AAAA",
    "kid a path": lambda w: w.signed({"kid": "../../dev/null"}),
    "jku": leading_away("jku"),
    "x5u": leading_away("x5u"),
    "jwk": leading_away("jwk"),
    "x5c": leading_away("x5c"),
    "jku in a token that is well signed": lambda w: w.signed({"jku": f"{w.url}/mallory/jwks"}),
    "crit": lambda w: w.signed({"crit": ["unheard-of"], "unheard-of": True}),
    "forged under a known kid": lambda w: w.forged({"kid": w.key.kid}),
    "an ID token": lambda w: w.signed(typ="ID"),
    "without a second factor": lambda w: w.signed(acr="1"),
    "truncated": lambda w: w.signed()[:-20],
    "without its signature": lambda w: w.signed().rpartition(".")[0],
    "with an empty signature": lambda w: w.signed().rpartition(".")[0] + ".",
    "four parts": lambda w: w.signed() + ".AAAA",
    "five parts": lambda w: w.signed() + ".AAAA.AAAA",
    "huge and well signed": lambda w: w.signed(filling="x" * 1_000_000),
    "huge nonsense": lambda _: "a" * 1_000_000,
    "deep": lambda w: f"{part(b'[' * 5_000)}.{part(w.claims())}.AAAA",
    "deep header": lambda w: f"{part(b'{%s}' % (b'%ca%c:{' % (34, 34) * 3_000))}.e30.AAAA",
    "not base64": lambda _: "!!!.???.***",
    "not ASCII": lambda _: "\u0442\u043e\u043a\u0435\u043d.e30.AAAA",
    "not JSON": lambda _: f"{part(b'nonsense')}.{part(b'nonsense')}.AAAA",
    "a header that is a list": lambda w: f"{part([1])}.{part(w.claims())}.AAAA",
    "empty": lambda _: "",
    "dots": lambda _: "..",
    "NUL": lambda _: "\0.\0.\0",
}


async def test_tokens_of_every_broken_kind_are_refused_and_lead_nowhere(world: World) -> None:
    let_in, chatty = [], []
    for kind, made in BROKEN.items():
        token = made(world)
        try:
            world.gate.verify(token)
        except Unauthorized as refusal:
            if len(str(refusal)) > 200 or (token and token in str(refusal)):
                chatty.append(kind)
        else:
            let_in.append(kind)
    assert (let_in, chatty, world.asked) == ([], [], [])


async def test_an_expired_token_is_refused_beyond_a_leeway_of_half_a_minute(world: World) -> None:
    now = int(time.time())
    assert LEEWAY_S <= 30
    assert world.gate.verify(world.signed(iat=now - 600, exp=now - LEEWAY_S + 8)).subject == "olena"
    with pytest.raises(Unauthorized, match="expired"):
        world.gate.verify(world.signed(iat=now - 600, exp=now - LEEWAY_S - 1))


async def test_a_person_of_the_realm_is_let_in_and_one_of_another_realm_is_not(world: World) -> None:
    assert world.gate.verify(await of_the_sandbox(world, "bank")).roles == {"staff"}
    with pytest.raises(Unauthorized, match="not one of ours"):
        world.gate.verify(await of_the_sandbox(world, "other"))
