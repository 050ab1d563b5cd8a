"""What the sandbox bank takes and gives, as Cerberus schemas: checked before each call and after each answer."""

from core_adapters.validation import Schema

ID: Schema = {"type": "string", "regex": r"[A-Za-z0-9_-]{1,64}"}
REFERENCE: Schema = {"type": "string", "regex": r"[A-Z2-7]{26}"}
CURRENCY: Schema = {"type": "string", "regex": r"[A-Z]{3}"}
LAST4: Schema = {"type": "string", "regex": r"[0-9]{4}"}
SUM: Schema = {"type": "money_minor", "min": 1}
LINE: Schema = {"type": "string", "maxtext": 140}

# out
FIND_CUSTOMER: Schema = {"phone": {"type": "e164"}}
REGISTER: Schema = {"phone": {"type": "e164"}, "name": {"type": "string", "minlength": 1, "maxtext": 100}}
RENAME: Schema = {"name": REGISTER["name"]}
QUOTE: Schema = {
    "from_card_id": ID, "to_card_number": {"type": "card_digits"}, "amount_minor": SUM, "currency": CURRENCY,
}  # fmt: skip
TRANSFER: Schema = {**QUOTE, "reference": REFERENCE, "purpose": LINE}
APPLICATION: Schema = {
    "customer_id": ID, "tariff": {"type": "string", "regex": r"[a-z_]{1,40}"}, "reference": REFERENCE,
}  # fmt: skip
WEBHOOK: Schema = {"url": {"type": "string", "maxtext": 2000}, "secret": {"type": "string", "maxtext": 200}}

# in
CUSTOMER: Schema = {"customer_id": ID}
NAMED: Schema = {"customer_id": ID, "name": REGISTER["name"]}
CARD: Schema = {
    "card_id": ID,
    "name": LINE,
    "last4": LAST4,
    "scheme": {"type": "string", "maxtext": 20, "nullable": True},
    "currency": CURRENCY,
    "balance_minor": {"type": "integer"},
    "status": {"type": "string", "maxtext": 20},
    "account": LINE,
    "holder": LINE,
    "expires": {"type": "string", "maxtext": 10},
    "tariff": {"type": "string", "maxtext": 40, "nullable": True},
}
CARDS: Schema = {"cards": {"type": "list", "maxlength": 100}}
FEE: Schema = {"fee_minor": {"type": "money_minor"}, "currency": CURRENCY}
TRANSFERRED: Schema = {
    "transfer_id": ID,
    "reference": REFERENCE,
    "status": {"type": "string", "allowed": ["posted", "refused"]},
    "amount_minor": SUM,
    "currency": CURRENCY,
    "fee_minor": {"type": "money_minor"},
    "posted_at": {"type": "time", "nullable": True},
    "code": {"type": "string", "maxtext": 60, "required": False},
}
APPLIED: Schema = {
    "application_id": ID,
    "reference": REFERENCE,
    "status": {"type": "string", "allowed": ["pending", "issued", "refused"]},
    "card_id": {**ID, "nullable": True},
}
