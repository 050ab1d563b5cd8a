"""The proof that a webhook comes from Meta, the handshake before it, and the subscription that starts it.

The signature is ``X-Hub-Signature-256: sha256=<hex>``, an HMAC-SHA256 with the app's secret over the raw bytes of the
body. Meta writes the hex in lower case, and only that is taken: a signature has one spelling.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from channels.errors import Unauthentic
from channels.graph.client import Graph

SIGNATURE_HEADER = "x-hub-signature-256"
PREFIX = "sha256="


def verify(headers: Mapping[str, str], body: bytes, app_secrets: Sequence[str]) -> None:
    """Any of our app secrets may have signed; all are tried, so that time tells nothing.

    Raises:
        Unauthentic: when the signature is missing, wrong, upper-case, or made in another way.
    """
    given = headers.get(SIGNATURE_HEADER, "").encode("utf-8", "surrogateescape")
    right = [
        hmac.compare_digest(given, (PREFIX + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()).encode())
        for secret in app_secrets
        if secret
    ]
    if not any(right):
        raise Unauthentic("the signature is missing or wrong")


def challenge(query: Mapping[str, str], verify_token: str) -> str:
    """What Meta's handshake wants back, letter by letter.

    Raises:
        Unauthentic: when the token is not ours, the mode is no ``subscribe``, or there is nothing to give back.
    """
    given = query.get("hub.verify_token", "").encode("utf-8", "surrogateescape")
    ours = bool(verify_token) and hmac.compare_digest(given, verify_token.encode())
    wanted = query.get("hub.challenge", "")
    if not ours or query.get("hub.mode") != "subscribe" or not wanted:
        raise Unauthentic("the handshake's token is missing or wrong")
    return wanted


async def subscribe(
    graph: Graph, app_id: str, app_secret: str, kind: str, url: str, verify_token: str, fields: Sequence[str]
) -> None:
    """Tell Meta where the app's webhook for one ``kind`` of object is; Meta makes the handshake before it answers.

    Raises SendFailure.
    """
    said = {"object": kind, "callback_url": url, "verify_token": verify_token, "fields": ",".join(fields)}
    await graph.post(app_id, "subscriptions", json=said, token=f"{app_id}|{app_secret}")
