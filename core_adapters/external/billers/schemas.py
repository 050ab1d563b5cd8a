"""What partners take and give, as Cerberus schemas; both languages are read into these before they are believed."""

from core_adapters.validation import Schema

ID: Schema = {"type": "string", "regex": r"[A-Za-z0-9_-]{1,64}"}
PROVIDER: Schema = {"type": "string", "regex": r"[a-z]{1,20}"}
ACCOUNT: Schema = {"type": "string", "regex": r"\+?[0-9]{4,15}"}
REFERENCE: Schema = {"type": "string", "regex": r"[A-Z2-7]{26}-B"}
CURRENCY: Schema = {"type": "string", "regex": r"[A-Z]{3}"}
SUM: Schema = {"type": "money_minor", "min": 1}
NAME: Schema = {"type": "string", "minlength": 1, "maxtext": 100}
CODE: Schema = {"type": "string", "regex": r"[a-z_]{1,60}"}

# out
FIND: Schema = {"query": {"type": "string", "maxtext": 100}}
LOOK: Schema = {"provider": PROVIDER, "account": ACCOUNT}
METER: Schema = {**LOOK, "reading": {"type": "integer", "min": 0, "max": 10**9}}
PAYMENT: Schema = {
    "reference": REFERENCE, "provider": PROVIDER, "account": ACCOUNT, "amount_minor": SUM, "currency": CURRENCY,
}  # fmt: skip
ENQUIRY: Schema = {"reference": REFERENCE}

# in
LISTED: Schema = {"id": PROVIDER, "name": NAME}
SHOWN: Schema = {
    "owner": NAME,
    "due_minor": {"type": "money_minor"},
    "currency": CURRENCY,
    "asks_for": {"type": "string", "allowed": ["amount", "meter"]},
    "provider": {**NAME, "required": False},
}
TAKEN: Schema = {
    "payment_id": ID,
    "reference": REFERENCE,
    "account": ACCOUNT,
    "amount_minor": SUM,
    "currency": CURRENCY,
    "status": {"type": "string", "allowed": ["paid", "refused"]},
    "code": {**CODE, "required": False},
}
