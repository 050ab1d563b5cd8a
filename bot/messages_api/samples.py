"""Samples of every body and answer, for the OpenAPI page. A test holds them to the shapes."""

from typing import Any

MESSAGE_ID = "01938c1f-5d7a-7c3e-9b1a-2f60c8d4e511"
BROADCAST_ID = "01938c1f-5d7a-7c3e-9b1a-2f60c8d4e512"
EVENT_ID = "01938c1f-5d7a-7c3e-9b1a-2f60c8d4e513"

TEXT: dict[str, Any] = {
    "idempotency_key": "loan-4711-approved",
    "to": {"channel": "telegram", "address": "380501112"},
    "content": {"type": "text", "text": "Your loan is approved. When shall we call you?"},
    "choices": [
        {"id": "call-am", "title": "In the morning"},
        {"id": "call-pm", "title": "In the afternoon"},
        {"id": "terms", "title": "Read the terms", "kind": "url", "url": "https://bank.example/terms"},
    ],
    "purpose": "update",
}
PICTURE: dict[str, Any] = {
    "idempotency_key": "branch-map-1",
    "to": {"channel": "telegram", "address": "380501112"},
    "content": {"type": "image", "url": "https://bank.example/branch.png", "caption": "We have moved."},
}
LATER: dict[str, Any] = {
    "idempotency_key": "deposit-ends-1",
    "to": {"customer_id": "0b8f3f0e-5a2e-4f0e-9d8a-6f4f4f0c9a01"},
    "content": {"type": "text", "text": "Your deposit ends tomorrow."},
    "not_before": "2030-05-01T09:00:00+03:00",
    "not_after": "2030-05-01T20:00:00+03:00",
    "fallback_template": {"name": "deposit_ends", "language": "en", "values": ["tomorrow"]},
}
POSTS = {"text": TEXT, "picture": PICTURE, "later": LATER}
ACCEPTED = {"message_id": MESSAGE_ID, "state": "queued"}
STATUS: dict[str, Any] = {
    "message_id": MESSAGE_ID,
    "state": "sent",
    "delivery": "delivered",
    "provider_ids": ["1042"],
    "degradations": [],
    "error": None,
}
PATCH: dict[str, Any] = {
    "content": {"type": "text", "text": "Your loan is approved. We call you today."},
    "choices": [],
}
CHANGED = STATUS | {"changes": [{"change": "edit", "state": "queued", "degradations": [], "error": None}]}
DELETED = STATUS | {"changes": [{"change": "delete", "state": "queued", "degradations": [], "error": None}]}
BROADCAST: dict[str, Any] = {
    "idempotency_key": "new-branch-2030",
    "to": [
        {"channel": "telegram", "address": "380501112"},
        {"channel": "telegram", "address": "380501113"},
    ],
    "content": {"type": "text", "text": "Our new branch is open."},
    "rate_per_s": 20,
}
BROADCAST_ACCEPTED = {"broadcast_id": BROADCAST_ID}
PROGRESS = {
    "broadcast_id": BROADCAST_ID,
    "state": "running",
    "total": 3,
    "counts": {"queued": 1, "sent": 1, "skipped": 1},
    "skipped": {"there is no such customer": 1},
}
STOPPED = PROGRESS | {"state": "stopped", "counts": {"cancelled": 1, "sent": 1, "skipped": 1}}
RECIPIENTS = [
    {"place": 0, "message_id": MESSAGE_ID, "skipped": None},
    {"place": 1, "message_id": None, "skipped": "there is no such customer"},
]
EVENTS = [
    {
        "id": EVENT_ID,
        "channel": "telegram",
        "account_id": "7000000001",
        "dedupe_key": "815",
        "type": "message",
        "occurred_at": "2030-05-01T06:00:00Z",
        "received_at": "2030-05-01T06:00:01Z",
        "sender": {"channel_user_id": "380501112", "alt_ids": {}, "display_name": "Anna", "locale": "uk"},
        "conversation_key": "6d1f0c62-0f6e-5a41-9f0b-3f8f0a2b1c77",
        "address": "380501112",
        "message_id": "12",
        "in_reply_to": None,
        "payload": None,
        "title": None,
        "content": {"type": "text", "text": "What does the loan cost?"},
        "referral": {},
        "details": {},
        "own_contact": None,
    }
]
REFUSED: dict[str, Any] = {
    "code": "bad_input",
    "message": "2 things do not fit.",
    "problems": [
        {"path": "to.channel", "what": "no such channel is set up here", "fix": "use one of: telegram"},
        {"path": "content.text", "what": "is too short", "fix": "write at least 1 character"},
    ],
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: {"code": "unauthorized", "message": "Send the header 'Authorization: Bearer <token>'."},
    403: {"code": "forbidden", "message": "This needs one of the roles service, staff."},
    404: {"code": "not_found", "message": "There is no such thing."},
    409: {"code": "key_reused", "message": "This idempotency_key stands for another body; nothing was done now."},
    422: REFUSED,
    503: {"code": "unavailable", "message": "The database does not answer. Send it again under the same key."},
}
