"""How one logs in at a bank, as httpx.Auth: the wrapper is given one and knows no more.

`chosen` picks one as the settings say. `fixed` what never changes (a token, a name and a password), `own_jwt` a token
that we sign ourselves; the two that have to be fetched and kept are `client_credentials` (Keycloak; import it from
there, for its client is slow to load) and `expiring_token` (a bank's own token endpoint), both a `renewed` login over
`fresh`, which keeps one token for everybody.
"""

from core_adapters.logins.chosen import Kind, LoginSettings, login
from core_adapters.logins.expiring_token import ExpiringToken, TokenShape
from core_adapters.logins.fixed import BearerLogin, PasswordLogin
from core_adapters.logins.marking import NO_EFFECT
from core_adapters.logins.own_jwt import KeyUnusable, OwnJwt

__all__ = [
    "NO_EFFECT",
    "BearerLogin",
    "ExpiringToken",
    "KeyUnusable",
    "Kind",
    "LoginSettings",
    "OwnJwt",
    "PasswordLogin",
    "TokenShape",
    "login",
]
