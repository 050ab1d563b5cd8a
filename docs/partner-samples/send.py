"""Send an event to the bank. Standard library only:

    python send.py https://bank.example/webhooks/partners/your-name "$SECRET" promo.used code AB2CD3EF4G

It prints the status. 204 is taken. Send the same event again under the same id until you have a 204.
"""

import base64
import hmac
import json
import sys
import time
import urllib.error
import urllib.request
import uuid


def headers(secret: str, event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a webhook, and what the body is."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{event_id}.{timestamp}.".encode() + body
    mark = base64.b64encode(hmac.digest(key, content, "sha256")).decode()
    return {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{mark}",
    }


def send(url: str, secret: str, event_type: str, name: str, value: str) -> int:
    """One event; the status of the answer."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    body = json.dumps({"type": event_type, "timestamp": moment, "data": {name: value}}).encode()
    signed = headers(secret, f"msg_{uuid.uuid4().hex}", int(time.time()), body)
    request = urllib.request.Request(url, body, signed, method="POST")  # noqa: S310 -- the bank's address, typed by you
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code


if __name__ == "__main__":
    url, secret, event_type, name, value = sys.argv[1:6]
    sys.stdout.write(f"{send(url, secret, event_type, name, value)}\n")
