"""Which login a core wants, as the settings name it, and the httpx.Auth for it.

bearer           a token that does not change
password         a name and a password with every request (HTTP Basic)
keycloak         client credentials at a realm; a token for minutes
token_endpoint   a name and a password at the core's own endpoint; a token for minutes
own_jwt          a token that we sign ourselves, for each request
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import httpx

from core_adapters.logins.expiring_token import ExpiringToken, TokenShape
from core_adapters.logins.fixed import BearerLogin, PasswordLogin
from core_adapters.logins.own_jwt import Algorithm, OwnJwt

Kind = Literal["bearer", "password", "keycloak", "token_endpoint", "own_jwt"]
REALMS = "/realms/"


@dataclass(frozen=True, slots=True)
class LoginSettings:
    """What a login needs; each kind reads its own part.

    ``secret`` is the token, the password, the client's secret or the key that signs. ``token_url`` is where tokens come
    from: the endpoint, or the realm (`https://host/realms/bank`). ``client_id`` is the client, or who signs.
    """

    kind: Kind = "bearer"
    secret: str = field(repr=False, default="")
    user: str = ""
    token_url: str = ""
    client_id: str = ""
    audience: str = ""
    algorithm: Algorithm = "EdDSA"
    key_id: str = ""
    shape: TokenShape = field(default_factory=TokenShape)


def login(settings: LoginSettings) -> httpx.Auth:
    """The login. Raises core_adapters.logins.own_jwt.KeyUnusable for a key that cannot sign."""
    return _LOGINS[settings.kind](settings)


def _keycloak(settings: LoginSettings) -> httpx.Auth:
    # Its client takes a moment to load at each start, and most cores want another login.
    from core_adapters.logins.client_credentials import ClientCredentials

    root, _, realm = settings.token_url.rstrip("/").rpartition(REALMS)
    return ClientCredentials(root, realm, settings.client_id, settings.secret)


def _token_endpoint(settings: LoginSettings) -> httpx.Auth:
    return ExpiringToken(settings.token_url, settings.user, settings.secret, settings.shape)


def _own_jwt(settings: LoginSettings) -> httpx.Auth:
    subject = settings.user or settings.client_id
    return OwnJwt(
        settings.secret, settings.algorithm, settings.client_id, subject, settings.audience, settings.key_id or None
    )


_LOGINS: Mapping[Kind, Callable[[LoginSettings], httpx.Auth]] = {
    "bearer": lambda settings: BearerLogin(settings.secret),
    "password": lambda settings: PasswordLogin(settings.user, settings.secret),
    "keycloak": _keycloak,
    "token_endpoint": _token_endpoint,
    "own_jwt": _own_jwt,
}
