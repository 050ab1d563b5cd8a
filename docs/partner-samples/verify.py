"""Verify a webhook of the bank's. Standard library only; run it on what you have got:

    python verify.py "$SECRET" "$WEBHOOK_ID" "$WEBHOOK_TIMESTAMP" "$WEBHOOK_SIGNATURE" < body.json

It prints `right` and ends with 0, or `wrong: ...` and 1. The body must be the raw bytes, as they came.
"""

import base64
import hmac
import sys
import time

TOLERANCE_S = 300


def problem(secret: str, event_id: str, timestamp: str, signatures: str, body: bytes, now: float) -> str:
    """What is wrong with a webhook; empty when nothing is."""
    if not timestamp.isdigit() or abs(now - int(timestamp)) > TOLERANCE_S:
        return "the timestamp is not within five minutes of this clock"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{event_id}.{timestamp}.".encode() + body
    right = "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()
    if not any(hmac.compare_digest(right.encode(), given.encode()) for given in signatures.split(" ")):
        return "no signature is right"
    return ""


if __name__ == "__main__":
    secret, event_id, timestamp, signatures = sys.argv[1:5]
    found = problem(secret, event_id, timestamp, signatures, sys.stdin.buffer.read(), time.time())
    sys.stdout.write(f"wrong: {found}\n" if found else "right\n")
    sys.exit(1 if found else 0)
