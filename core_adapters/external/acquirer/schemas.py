"""What the acquirer takes and gives, as Cerberus schemas."""

from core_adapters.validation import Schema

REFERENCE: Schema = {"type": "string", "regex": r"[A-Z2-7]{26}"}
CURRENCY: Schema = {"type": "string", "regex": r"[A-Z]{3}"}
SUM: Schema = {"type": "money_minor", "min": 1}
URL: Schema = {"type": "string", "regex": r"https?://[^\s]{1,1000}"}
STATUSES = ("opened", "authenticating", "authorised", "captured", "voided", "refunded", "declined", "expired")

# out
PAYMENT: Schema = {
    "reference": REFERENCE,
    "amount_minor": SUM,
    "currency": CURRENCY,
    "description": {"type": "string", "minlength": 1, "maxtext": 100},
    "return_url": URL,
    "lifetime_s": {"type": "integer", "min": 60, "max": 30 * 24 * 3600},
    "tries": {"type": "integer", "min": 1, "max": 20},
}
ENQUIRY: Schema = {"of": REFERENCE}
MOVE: Schema = {"of": REFERENCE, "reference": {"type": "string", "regex": r"[A-Z2-7]{26}-[CVR]"}}
WEBHOOK: Schema = {"url": URL, "secret": {"type": "string", "maxtext": 200}}

# in
PAID: Schema = {
    "payment_id": {"type": "string", "regex": r"[A-Za-z0-9_-]{1,64}"},
    "reference": REFERENCE,
    "status": {"type": "string", "allowed": list(STATUSES)},
    "amount_minor": SUM,
    "currency": CURRENCY,
    "url": URL,
}
