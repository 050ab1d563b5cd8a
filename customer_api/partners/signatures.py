"""Signatures of webhooks by Standard Webhooks, over the raw bytes: ``{id}.{timestamp}.{body}``.

``v1`` is HMAC-SHA256 with a shared secret (``whsec_`` and base64); ``v1a`` is Ed25519, of which we hold the partner's
public half (``whpk_`` and base64). A header holds several, separated by spaces; one that is right is enough.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TOLERANCE_S = 300  # how far a partner's clock may be from ours, either way
ID_MAX = 200
SIGNATURES_MAX = 10  # in one header: two secrets in two schemes, and room
SECRET_BYTES_MIN, SECRET_BYTES_MAX = 24, 64
SHARED, PUBLIC = "whsec_", "whpk_"
PUBLIC_BYTES = 32


class NotSigned(Exception):
    """It is not proved who sent this, or that it was sent just now. The text names no secret."""


class SecretUnusable(ValueError):
    """A secret is not of the form that Standard Webhooks gives."""


def checked_secret(text: str) -> str:
    """A partner's secret as it is kept.

    :raises SecretUnusable: for anything but ``whsec_`` with 24 to 64 bytes, or ``whpk_`` with a public key.
    """
    if text.startswith(PUBLIC):
        if len(_bytes_of(text, PUBLIC)) != PUBLIC_BYTES:
            raise SecretUnusable("A whpk_ is the 32 bytes of an Ed25519 public key in base64.")
    elif not SECRET_BYTES_MIN <= len(_bytes_of(text, SHARED)) <= SECRET_BYTES_MAX:
        raise SecretUnusable("A whsec_ is 24 to 64 random bytes in base64.")
    return text


def signed(secrets: Sequence[str], event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a webhook of ours, with a signature a secret, so that partners may rotate."""
    stamp = str(int(at.timestamp()))
    marks = [f"v1,{_mark(secret, event_id, stamp, body)}" for secret in secrets]
    return {"webhook-id": event_id, "webhook-timestamp": stamp, "webhook-signature": " ".join(marks)}


def proved_id(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The id of a webhook that one of these secrets has signed, at most five minutes from now.

    :raises NotSigned: for anything else.
    """
    event_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (0 < len(event_id) <= ID_MAX and event_id.isascii() and event_id.isprintable()):
        raise NotSigned("webhook-id is missing or too long")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise NotSigned("webhook-timestamp is missing or no number of seconds")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE_S:
        raise NotSigned("webhook-timestamp is more than five minutes away from our clock")
    given = headers.get("webhook-signature", "").split(" ", SIGNATURES_MAX)[:SIGNATURES_MAX]
    if not any([_is_right(secret, mark, event_id, stamp, body) for secret in secrets for mark in given]):
        raise NotSigned("no signature is right")
    return event_id


def _is_right(secret: str, given: str, event_id: str, stamp: str, body: bytes) -> bool:
    """Whether a signature is this secret's; compared in constant time."""
    scheme, _, mark = given.partition(",")
    if secret.startswith(PUBLIC):
        return scheme == "v1a" and _is_of_key(secret, mark, _content(event_id, stamp, body))
    right = _mark(secret, event_id, stamp, body)
    return scheme == "v1" and hmac.compare_digest(right.encode(), mark.encode("utf-8", "replace"))


def _is_of_key(secret: str, mark: str, content: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(_bytes_of(secret, PUBLIC)).verify(base64.b64decode(mark), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _mark(secret: str, event_id: str, stamp: str, body: bytes) -> str:
    return base64.b64encode(
        hmac.digest(_bytes_of(secret, SHARED), _content(event_id, stamp, body), sha256().name)
    ).decode()


def _content(event_id: str, stamp: str, body: bytes) -> bytes:
    return f"{event_id}.{stamp}.".encode() + body


def _bytes_of(text: str, prefix: str) -> bytes:
    if not text.startswith(prefix):
        raise SecretUnusable(f"A secret begins with {SHARED} or {PUBLIC}.")
    try:
        return base64.b64decode(text.removeprefix(prefix), validate=True)
    except (binascii.Error, ValueError):
        raise SecretUnusable(f"What follows {prefix} is not base64.") from None
