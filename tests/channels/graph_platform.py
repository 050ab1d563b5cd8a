"""What WhatsApp and Messenger share, for the contract of all adapters."""

import hmac
import json
from collections.abc import Mapping
from hashlib import sha256

APP_SECRET = "contract-app-secret"
ACCESS_TOKEN = "contract-access-token"


def refusal(status: int, code: int, subcode: int = 0) -> tuple[int, bytes]:
    error = {"message": f"(#{code}) no", "type": "OAuthException", "code": code, "error_subcode": subcode}
    return status, json.dumps({"error": error}).encode()


def headers(body: bytes) -> Mapping[str, str]:
    return {"x-hub-signature-256": "sha256=" + hmac.new(APP_SECRET.encode(), body, sha256).hexdigest()}
