"""The login at a module with a token endpoint of its own: a name and a password in, a token with its seconds out."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Literal

from core_adapters.logins.fresh import Fresh, Token
from core_adapters.logins.renewed import RenewedLogin, endpoint_client


@dataclass(frozen=True, slots=True)
class TokenShape:
    """What the endpoint takes and gives. In ``token`` and ``seconds`` a dot goes a level down: ``data.token``."""

    name: str = "username"
    password: str = "password"  # noqa: S105 -- the name of a field, not a password
    token: str = "access_token"  # noqa: S105 -- the name of a field, not a token
    seconds: str = "expires_in"
    sent_as: Literal["json", "form"] = "json"
    scheme: str = "Bearer"


class ExpiringToken(RenewedLogin):
    """Tokens of the endpoint at ``url``, in a ``shape`` that the module's description gives."""

    def __init__(
        self,
        url: str,
        name: str,
        password: str,
        shape: TokenShape | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._shape = shape or TokenShape()
        self._body = {self._shape.name: name, self._shape.password: password}
        self._client = endpoint_client()
        super().__init__(Fresh(self._ask, clock), self._shape.scheme)

    async def _ask(self) -> Token:
        as_json = self._shape.sent_as == "json"
        answer = await self._client.post(
            self._url, json=self._body if as_json else None, data=None if as_json else self._body
        )
        document = answer.raise_for_status().json()
        return Token.read(_at(document, self._shape.token), _at(document, self._shape.seconds))


def _at(document: object, path: str) -> object:
    """What lies at a dotted path; None where there is nothing."""
    return reduce(lambda at, name: at.get(name) if isinstance(at, dict) else None, path.split("."), document)
