"""Access tokens: read from the header or the parameter. Any that could be one is good; none is kept."""

import re
from dataclasses import dataclass, field

from starlette.requests import Request

from sandbox.graph.arguments import Arguments
from sandbox.graph.failures import GraphRefused, bad_token
from sandbox.graph.limits import TOKEN_MAX

BEARER = re.compile(r"(?:Bearer|OAuth) +(.+)", re.IGNORECASE)
TOKEN = re.compile(rf"[!-~]{{1,{TOKEN_MAX}}}")
APP_TOKEN = re.compile(r"(?P<app>[0-9]{1,20})\|(?P<secret>.+)")
NO_TOKEN = "An access token is required to request this resource."  # noqa: S105 words, not a secret


@dataclass(frozen=True, slots=True)
class AppToken:
    """`app_id|app_secret`, with which an app acts for itself."""

    app: str
    secret: str = field(repr=False)


def token_of(request: Request, arguments: Arguments) -> str:
    """The parameter goes before the header. Raises GraphRefused #104 when there is none, #190 when it cannot be one."""
    header = BEARER.fullmatch(request.headers.get("authorization", "").strip())
    token = arguments.text("access_token") or (header.group(1) if header else "")
    if not token:
        raise GraphRefused(401, 104, NO_TOKEN)
    if not TOKEN.fullmatch(token):
        raise bad_token()
    return token


def app_token(token: str) -> AppToken | None:
    found = APP_TOKEN.fullmatch(token)
    return AppToken(found.group("app"), found.group("secret")) if found else None
