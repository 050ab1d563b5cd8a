"""Whether a customer has a password at the bank that may be tried now. The password itself is `credentials`' affair."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Declined, Missing, Refused
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.ports import Question
from core_adapters.validation import Schema

STANDING: Schema = {
    "customer_id": schemas.ID,
    "state": {"type": "string", "allowed": ["ready", "locked", "none"]},
}


@dataclass(frozen=True, slots=True)
class Passwords:
    """Satisfies core_adapters.ports.Answerer."""

    calls: Calls
    customers: Customers
    questions: ClassVar[frozenset[str]] = frozenset({"access.has_password"})

    async def ask(self, question: Question) -> Mapping[str, object]:
        if question.customer_id is None:
            raise Refused(f"{question.verb} is asked for a customer")
        core_id = await self.customers.find(question.customer_id)
        if core_id is None or await self._state(core_id) != "ready":
            raise Declined("none_usable")
        return {}

    async def _state(self, core_id: str) -> str:
        try:
            return str((await self.calls.ask(f"/customers/{core_id}/password", STANDING))["state"])
        except Missing:
            return "none"
