"""A partner that speaks XML, behind a name and a password."""

from dataclasses import dataclass

from core_adapters.external.billers import reading as told
from core_adapters.external.billers import schemas
from core_adapters.external.billers.partner import Account, Payment, Provider
from core_adapters.external.billers.xml_wire import Answer, XmlWire
from core_adapters.failures import Declined, Missing
from core_adapters.ports import Capability
from core_adapters.validation import outgoing


@dataclass(frozen=True, slots=True)
class XmlPartner:
    """Satisfies partner.Partner."""

    wire: XmlWire
    capability: Capability

    async def providers(self, query: str = "") -> list[Provider]:
        answer = await self.wire.ask("providers", outgoing({"query": query}, schemas.FIND))
        return told.providers(list(answer.parts))

    async def account(self, provider: str, number: str) -> Account:
        asked = outgoing({"provider": provider, "account": number}, schemas.LOOK)
        try:
            answer = await self.wire.ask("check", asked)
        except Declined as refusal:
            raise told.in_our_words(refusal.code) from None
        return told.account(dict(answer.fields))

    async def read_meter(self, provider: str, number: str, reading: int) -> Account:  # noqa: ARG002 -- the one shape
        """Those who speak XML count without meters."""
        raise Declined("unavailable")

    async def pay(self, payment: Payment) -> str:
        try:
            answer = await self.wire.ask("pay", told.sent(payment))
        except Declined as refusal:
            raise told.in_our_words(refusal.code) from None
        return told.taken(_payment(answer), payment)

    async def paid(self, payment: Payment) -> str | None:
        asked = outgoing({"reference": payment.reference}, schemas.ENQUIRY)
        try:
            answer = await self.wire.ask("status", asked)
        except Missing:
            return None
        return told.taken(_payment(answer), payment)


def _payment(answer: Answer) -> dict[str, object]:
    """An answer about a payment: what the payment is stands in `<payment>`, for `<status>` is the request's."""
    return {**answer.fields, "status": answer.fields.get("payment")}
