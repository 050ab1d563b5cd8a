"""What clients send to Keycloak: a form, and who they are in the form or in the Authorization header."""

import base64
import binascii
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request

from sandbox.keycloak import refusals
from sandbox.keycloak.realms import Party, Realms
from sandbox.web import BODY_MAX_BYTES

FIELDS_MAX = 50

Form = dict[str, str]


async def form(request: Request) -> Form:
    """The form's fields. Raises No."""
    body = await request.body()
    if len(body) > BODY_MAX_BYTES:
        raise refusals.No(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "invalid_request", "The body is too long")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX))
    except ValueError:
        raise refusals.bad_request("The form cannot be read") from None


def client_of(request: Request, sent: Form, realms: Realms, realm: str) -> Party:
    """The client that asks, once it has shown its secret. Raises No."""
    basic = _basic(request.headers.get("authorization", ""))
    client_id, secret = basic or (sent.get("client_id", ""), sent.get("client_secret", ""))
    client = realms.client(realm, client_id)
    if client is None:
        raise refusals.no_client()
    if not client.knows(secret):
        raise refusals.wrong_secret()
    return client


def bearer(request: Request) -> str:
    """The token of the Authorization header. Raises No."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise refusals.bad_token("Missing token")
    return token.strip()


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, given = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)
