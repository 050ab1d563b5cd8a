"""What the gateway takes and gives, as Cerberus schemas: checked before each call and after each answer."""

from core_adapters.validation import Schema

TEXT_MAX = 480  # three parts of an SMS in Cyrillic, and some
KEY: Schema = {"type": "string", "regex": r"[A-Za-z0-9:_-]{1,100}"}

# out
MESSAGE: Schema = {
    "to": {"type": "e164"}, "text": {"type": "string", "minlength": 1, "maxtext": TEXT_MAX}, "key": KEY,
}  # fmt: skip

# in: nothing but the gateway's own word is a message taken
TAKEN: Schema = {"key": KEY, "status": {"type": "string", "allowed": ["accepted"]}}
