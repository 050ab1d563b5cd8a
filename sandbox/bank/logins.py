"""Who may speak to the bank's REST face: a bearer of one of four kinds of token.

- the token of the contract, which does not change;
- a token of the bank's own endpoint, `POST /sandbox/bank/token {"username", "password"}`, good for TOKEN_LIFE_S;
- a token of the realm `bank` of Keycloak, meant for the bank (`aud`);
- a token that the caller signs with a key whose public half the bank was given; each is good once.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import jwt
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.failures import Unauthorized
from sandbox.faults import Faults, faulty
from sandbox.keycloak import tokens
from sandbox.keycloak.realms import Party, Realms
from sandbox.store import Store
from sandbox.web import Body, failed, read

CLIENT, REALM, AUDIENCE = "teller", "bank", "bank"
TOKEN_LIFE_S = 300
LEEWAY_S = 5
SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_token (hash TEXT PRIMARY KEY, until REAL NOT NULL);
CREATE TABLE IF NOT EXISTS bank_token_used (jti TEXT PRIMARY KEY, until REAL NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Logins:
    """What the bank knows of its one caller. Without `client_secret` the realm stays as it is; PEM in `public_key`."""

    token: str = field(repr=False)
    client_secret: str = field(repr=False, default="")
    public_key: str = ""


class TokenBody(Body):
    username: str = Field(max_length=200)
    password: str = Field(max_length=200)


class Doorkeeper:
    """Looks at tokens. `keycloak` is the address of the sandbox's own."""

    def __init__(self, store: Store, clock: Callable[[], datetime], keycloak: str, logins: Logins) -> None:
        store.install(SCHEMA)
        self._store = store
        self._clock = clock
        self._issuer = f"{keycloak}/realms/{REALM}"
        self._realms = Realms(store)
        self._logins = logins
        if logins.client_secret:
            self._realms.put(REALM, "client", Party(CLIENT, logins.client_secret, audience=(AUDIENCE,)))

    def _now(self) -> float:
        return self._clock().timestamp()

    def routes(self, faults: Faults) -> list[Route]:
        """The bank's own token endpoint."""
        return [Route("/bank/token", faulty(faults, "rest", "token", self.issue), methods=["POST"])]

    async def issue(self, request: Request) -> Response:
        body = await read(request, TokenBody)
        knows = hmac.compare_digest(body.password.encode(), self._logins.token.encode())
        if body.username != CLIENT or not knows:
            raise Unauthorized("The name or the password is wrong.")
        token = secrets.token_urlsafe(32)
        with self._store.transaction() as db:
            db.execute("DELETE FROM bank_token WHERE until < ?", (self._now(),))
            db.execute("INSERT INTO bank_token VALUES (?, ?)", (_hash(token), self._now() + TOKEN_LIFE_S))
        return JSONResponse({"access_token": token, "expires_in": TOKEN_LIFE_S})

    def lets_in(self, token: str) -> bool:
        if hmac.compare_digest(token.encode(), self._logins.token.encode()):
            return True
        if token.count(".") == 2:
            return self._of_keycloak(token) or self._of_the_caller(token)
        rows = self._store.rows("SELECT 1 FROM bank_token WHERE hash = ? AND until >= ?", (_hash(token), self._now()))
        return bool(rows)

    def _of_keycloak(self, token: str) -> bool:
        claims = tokens.read(token, self._realms.keys(REALM), self._issuer, int(self._now()))
        meant_for = claims.get("aud") if claims else None
        return claims is not None and claims.get("typ") == "Bearer" and AUDIENCE in _listed(meant_for)

    def _of_the_caller(self, token: str) -> bool:
        if not self._logins.public_key:
            return False
        try:
            claims = jwt.decode(
                token,
                self._logins.public_key,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=CLIENT,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "sub", "jti"]},
            )
        except jwt.PyJWTError:
            return False
        return self._is_first(str(claims["jti"]), float(claims["exp"]) + LEEWAY_S)

    def _is_first(self, jti: str, until: float) -> bool:
        with self._store.transaction() as db:
            db.execute("DELETE FROM bank_token_used WHERE until < ?", (self._now(),))
            used = db.execute("INSERT OR IGNORE INTO bank_token_used VALUES (?, ?)", (jti[:200], until))
        return used.rowcount == 1


class Door:
    """Lets a request through whose bearer the doorkeeper lets in."""

    def __init__(self, app: ASGIApp, keeper: Doorkeeper) -> None:
        self._app = app
        self._keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"").decode("latin-1")
        scheme, _, token = given.partition(" ")
        if scheme == "Bearer" and self._keeper.lets_in(token):
            await self._app(scope, receive, send)
        else:
            answer = failed(Unauthorized("Send the header 'Authorization: Bearer <token>' with a token of this bank."))
            await answer(scope, receive, send)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _listed(audience: object) -> list[object]:
    return list(audience) if isinstance(audience, list) else [audience]
