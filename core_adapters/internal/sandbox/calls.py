"""Calls to the sandbox bank, checked on the way out and on the way in."""

from collections.abc import Mapping
from dataclasses import dataclass

from core_adapters.digits import CardDigits
from core_adapters.failures import Declined
from core_adapters.http import Reply, Service
from core_adapters.validation import Schema, incoming, outgoing


@dataclass(frozen=True, slots=True)
class Calls:
    """The bank's REST face. Everything raises BankFailure."""

    service: Service

    async def order(
        self, path: str, body: Mapping[str, object], sends: Schema, gives: Schema, method: str = "POST"
    ) -> Mapping[str, object]:
        """Something with an effect; the answer, when it fits its schema."""
        reply = await self.service.order(method, path, wire(body, sends))
        return answer(reply, gives)

    async def ask(self, path: str, gives: Schema, **parameters: str) -> Mapping[str, object]:
        """A question."""
        return answer(await self.service.ask(path, parameters), gives)

    async def told(self, path: str, gives: Schema, codes: Mapping[str, str], **parameters: str) -> Mapping[str, object]:
        """A question that the bank may refuse: ``codes`` are its refusals in the catalogue's words."""
        try:
            return await self.ask(path, gives, **parameters)
        except Declined as refusal:
            raise Declined(codes.get(refusal.code, "unavailable")) from None

    async def ask_with(
        self, path: str, body: Mapping[str, object], sends: Schema, gives: Schema
    ) -> Mapping[str, object]:
        """A question in a body."""
        return answer(await self.service.ask_with(path, wire(body, sends)), gives)


def wire(body: Mapping[str, object], schema: Schema) -> dict[str, object]:
    """The body as it is sent; the only place where a card's digits become text."""
    fits = outgoing(body, schema)
    return {name: value.clear() if isinstance(value, CardDigits) else value for name, value in fits.items()}


def answer(reply: Reply, schema: Schema) -> Mapping[str, object]:
    """What the bank said, when it fits; a 200 that does not is no answer at all."""
    return incoming(reply.document, schema)
