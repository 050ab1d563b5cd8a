"""What the core takes and gives, as Cerberus schemas: checked before each call and after each answer."""

from core_adapters.validation import Schema

ID: Schema = {"type": "string", "regex": r"[A-Za-z0-9_-]{1,64}"}
REFERENCE: Schema = {"type": "string", "regex": r"[A-Z2-7]{26}"}
CURRENCY: Schema = {"type": "string", "regex": r"[A-Z]{3}"}
LAST4: Schema = {"type": "string", "regex": r"[0-9]{4}"}
CODE: Schema = {"type": "string", "regex": r"[A-Z0-9-]{1,20}"}
SUM: Schema = {"type": "money_minor", "min": 1}
FEE_SUM: Schema = {"type": "money_minor"}
LINE: Schema = {"type": "string", "maxtext": 140}
WORD: Schema = {"type": "string", "regex": r"[A-Za-z0-9_]{1,40}"}
# Control characters and what XML cannot hold are left out.
WRITTEN: Schema = {"type": "string", "regex": "[^\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]{0,140}"}
NAME: Schema = {"type": "string", "regex": "[^\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]{1,100}"}

# out
BY_PHONE: Schema = {"PHONE": {"type": "e164"}}
BY_CARD: Schema = {"CARDID": ID}
BY_REFERENCE: Schema = {"XREF": REFERENCE}
QUOTE: Schema = {"DRCARDID": ID, "CRCARDNO": {"type": "card_digits"}, "AMOUNT": SUM, "CCY": CURRENCY}
TRANSFER: Schema = {"XREF": REFERENCE, **QUOTE, "NARRATIVE": WRITTEN}
OPEN: Schema = {"XREF": REFERENCE, "PHONE": {"type": "e164"}, "NAME": NAME, "TARIFF": WORD}

# in
HEADER: Schema = {
    "CORRELID": {"type": "string", "maxtext": 64},
    "OPERATION": WORD,
    "MSGSTAT": {"type": "string", "allowed": ["SUCCESS", "WARNING", "FAILURE"]},
}
ERROR: Schema = {"ECODE": CODE}
CUSTOMER: Schema = {"CUSTNO": ID, "CARDS": {"type": "dict", "schema": {"CARD": {"type": "list", "maxlength": 100}}}}
CARD: Schema = {
    "CARDID": ID,
    "NAME": LINE,
    "LAST4": LAST4,
    "SCHEME": {**WORD, "nullable": True},
    "CCY": CURRENCY,
    "BALANCE": {"type": "integer"},
    "STATUS": WORD,
    "HOLDER": LINE,
    "EXPIRES": {"type": "string", "maxtext": 10},
    "TARIFF": {**WORD, "nullable": True},
}
BALANCE: Schema = {"BALANCE": {"type": "integer"}, "CCY": CURRENCY}
FEE: Schema = {"FEE": FEE_SUM, "CCY": CURRENCY}
TRANSFERRED: Schema = {
    "TXNREF": ID,
    "XREF": REFERENCE,
    "TXNSTAT": {"type": "string", "allowed": ["POSTED", "REFUSED", "REVERSED"]},
    "REASON": {**CODE, "nullable": True},
    "AMOUNT": SUM,
    "CCY": CURRENCY,
    "FEE": FEE_SUM,
    "BOOKED": {"type": "time", "nullable": True},
}
OPENING: Schema = {
    "OPENREF": ID,
    "XREF": REFERENCE,
    "STATUS": {"type": "string", "allowed": ["PENDING", "ISSUED", "REFUSED"]},
    "CARDID": {**ID, "nullable": True},
}
