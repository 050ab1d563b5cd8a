"""PINs, passwords and card numbers at the sandbox bank. They pass through here in letters that we cannot open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, cast

from core_adapters.failures import Declined, Missing, Unclear
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.ports import Checked, Order, Posted, Verdict
from core_adapters.validation import Schema

LETTER: Schema = {"type": "string", "regex": r"[A-Za-z0-9_-]{40,4000}"}
KEY: Schema = {"type": "string", "regex": r"[A-Za-z0-9_-]{43}"}
KEYS: Schema = {"id": schemas.ID, "key": KEY}
PIN: Schema = {"reference": schemas.REFERENCE, "card_id": schemas.ID, "letter": LETTER}
PASSWORD: Schema = {"reference": schemas.REFERENCE, "customer_id": schemas.ID, "letter": LETTER}
SET: Schema = {
    "reference": schemas.REFERENCE,
    "subject": schemas.ID,
    "status": {"type": "string", "allowed": ["set", "refused"]},
    "at": {"type": "time"},
    "code": {"type": "string", "maxtext": 60, "required": False},
}
CHECKED: Schema = {
    "reference": schemas.REFERENCE,
    "verdict": {"type": "string", "allowed": ["right", "wrong", "locked", "none"]},
    "tries_left": {"type": "integer", "min": 0, "max": 10},
}
ASKED: Schema = {"reference": schemas.REFERENCE, "key": KEY}
NUMBER: Schema = {"card_id": schemas.ID, "reference": schemas.REFERENCE, "letter": LETTER}
# Where each is set: the path, the field that names whose it is, what is sent.
PLACES: Mapping[str, tuple[str, str, Schema]] = {
    "cards.set_pin": ("/pins", "card_id", PIN),
    "access.set_password": ("/passwords", "customer_id", PASSWORD),
}


@dataclass(frozen=True, slots=True)
class SandboxCredentials:
    """Satisfies core_adapters.ports.Credentials."""

    calls: Calls
    customers: Customers
    settle_bound_s: ClassVar[float] = 3.0

    async def key(self) -> str:
        return str((await self.calls.ask("/key", KEYS))["key"])

    async def holder(self, customer_id: str) -> str:
        return await self.customers.find_or_register(customer_id)

    async def put(self, order: Order, letter: str) -> Posted:
        path, whose, sends = PLACES[order.action]
        body = {"reference": order.reference, whose: _subject(order), "letter": letter}
        try:
            reply = await self.calls.order(path, body, sends, SET)
        except Declined:
            raise Declined("refused") from None
        return _posted(order, reply)

    async def kept(self, order: Order) -> Posted | None:
        path, _, _ = PLACES[order.action]
        try:
            reply = await self.calls.ask(path, SET, reference=order.reference)
        except Missing:
            return None
        return _posted(order, reply)

    async def check(self, holder: str, reference: str, letter: str) -> Checked:
        body = {"reference": reference, "customer_id": holder, "letter": letter}
        reply = await self.calls.order("/passwords/checks", body, PASSWORD, CHECKED)
        if reply["reference"] != reference:
            raise Unclear("the answer is about another reference")
        left = reply["tries_left"]
        return Checked(cast("Verdict", reply["verdict"]), left if isinstance(left, int) else 0)

    async def number(self, customer_id: str, card_id: str, reference: str, key: str) -> str:
        card = await self.customers.own_card(customer_id, card_id)
        body = {"reference": reference, "key": key}
        reply = await self.calls.ask_with(f"/cards/{card.card_id}/number", body, ASKED, NUMBER)
        if (reply["card_id"], reply["reference"]) != (card.card_id, reference):
            raise Unclear("the answer is about another card")
        return str(reply["letter"])


def _subject(order: Order) -> str:
    return str(order.inputs["subject"])


def _posted(order: Order, reply: Mapping[str, object]) -> Posted:
    if (reply["reference"], reply["subject"]) != (order.reference, _subject(order)):
        raise Unclear("the answer is about something else")
    if reply["status"] == "refused":
        raise Declined("refused")
    return Posted(order.reference, details={"at": str(reply["at"])})
