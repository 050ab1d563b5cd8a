"""The body of a webhook and its signatures."""

import hashlib
import hmac
import json

from sandbox.graph.news import Entry

SIGNATURE_HEADER = "X-Hub-Signature-256"
OLD_SIGNATURE_HEADER = "X-Hub-Signature"
USER_AGENT = "facebookexternalua"


def seal(object_: str, entries: list[Entry], secret: str) -> tuple[bytes, dict[str, str]]:
    """The bytes and the headers of one webhook.

    The platform escapes everything outside ASCII, and slashes, so whoever signs a body that it has read and written
    again finds another signature than this one.
    """
    body = json.dumps({"object": object_, "entry": entries}, separators=(",", ":")).replace("/", "\\/").encode()
    key = secret.encode()
    return body, {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        OLD_SIGNATURE_HEADER: f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}",
        SIGNATURE_HEADER: f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}",
    }
