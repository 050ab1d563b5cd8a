"""Messages to the core, checked on the way out and on the way in. What the core says is MSGSTAT, not HTTP's status."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from core_adapters.breaker import Resting
from core_adapters.digits import CardDigits
from core_adapters.failures import Unavailable, Unclear
from core_adapters.http import ASKED_TWICE
from core_adapters.internal.soap import codes, schemas
from core_adapters.internal.soap.wire import Document, Wire
from core_adapters.validation import Schema, incoming, outgoing

SOURCE, BRANCH = "TELLER", "000"
# The service, function and action that stand in the header of each operation.
HEADERS: Mapping[str, tuple[str, str, str]] = {
    "CreateTransfer": ("PAYMENTS", "PAYNEW", "NEW"),
    "QueryTransfer": ("PAYMENTS", "PAYQRY", "QUERY"),
    "QuoteTransfer": ("PAYMENTS", "PAYFEE", "QUERY"),
    "QueryBalance": ("ACCOUNTS", "ACCBAL", "QUERY"),
    "QueryCustomer": ("CUSTOMERS", "CUSQRY", "QUERY"),
    "OpenCard": ("CARDS", "CRDNEW", "NEW"),
    "QueryOpening": ("CARDS", "CRDQRY", "QUERY"),
}
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Calls:
    """The core, as the user whose login goes with every message. Everything raises BankFailure."""

    wire: Wire
    user: str

    async def order(self, operation: str, body: Document, sends: Schema, gives: Schema) -> Answer:
        """Something with an effect: once, never repeated here."""
        return await self._once(operation, written(body, sends), gives)

    async def ask(self, operation: str, body: Document, sends: Schema, gives: Schema) -> Answer:
        """A question; a failure of the way there is tried once more."""
        asked = written(body, sends)
        for _ in range(ASKED_TWICE - 1):
            try:
                return await self._once(operation, asked, gives)
            except Resting:
                raise
            except (Unavailable, Unclear):
                continue
        return await self._once(operation, asked, gives)

    async def _once(self, operation: str, body: Document, gives: Schema) -> Answer:
        service, function, action = HEADERS[operation]
        message_id = uuid4().hex
        header = {
            "SOURCE": SOURCE,
            "MSGID": message_id,
            "USERID": self.user,
            "BRANCH": BRANCH,
            "SERVICE": service,
            "OPERATION": operation,
            "FUNCTIONID": function,
            "ACTION": action,
        }
        return _read(await self.wire.exchange(operation, header, body), operation, message_id, gives)


def written(body: Document, schema: Schema) -> dict[str, object]:
    """The body as it is sent; the only place where a card's digits become text."""
    fits = outgoing(body, schema)
    return {name: value.clear() if isinstance(value, CardDigits) else value for name, value in fits.items()}


def _read(document: Document, operation: str, message_id: str, gives: Schema) -> Answer:
    """The answer's body. Raises what its FAILURE means; what contradicts itself is Unclear."""
    head = incoming(document.get("Header"), schemas.HEADER)
    if (head["CORRELID"], head["OPERATION"]) != (message_id, operation):
        raise Unclear("the answer is to another message")
    errors = _errors(document.get("Errors"))
    if head["MSGSTAT"] == "FAILURE":
        raise codes.failure(errors)
    body = document.get("Body")
    if errors or not isinstance(body, dict):
        raise Unclear("a success with errors, or without a body")
    return incoming({name: _plain(value) for name, value in body.items()}, gives)


def _errors(part: object) -> list[str]:
    listed = part.get("ERROR") if isinstance(part, dict) else None
    return [str(incoming(error, schemas.ERROR)["ECODE"]) for error in listed or []]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
