"""A partner that speaks JSON over REST, behind a key in a header."""

from collections.abc import Generator
from dataclasses import dataclass

import httpx

from core_adapters.external.billers import reading as told
from core_adapters.external.billers import schemas
from core_adapters.external.billers.partner import Account, Payment, Provider
from core_adapters.failures import Declined, Missing
from core_adapters.http import Service
from core_adapters.ports import Capability
from core_adapters.validation import outgoing


class KeyLogin(httpx.Auth):
    """A key of the contract in the header `X-Api-Key`."""

    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["X-Api-Key"] = self._key
        yield request

    def __repr__(self) -> str:
        return "KeyLogin(…)"


@dataclass(frozen=True, slots=True)
class JsonPartner:
    """Satisfies partner.Partner."""

    service: Service
    capability: Capability

    async def providers(self, query: str = "") -> list[Provider]:
        asked = outgoing({"query": query}, schemas.FIND)
        reply = await self.service.ask("/providers", {"q": asked["query"]})
        return told.providers(reply.document.get("providers"))

    async def account(self, provider: str, number: str) -> Account:
        asked = outgoing({"provider": provider, "account": number}, schemas.LOOK)
        try:
            reply = await self.service.ask(_place(asked["provider"], asked["account"]))
        except Missing:
            raise Declined("account_unknown") from None
        return told.account(reply.document)

    async def read_meter(self, provider: str, number: str, reading: int) -> Account:
        body = {"provider": provider, "account": number, "reading": reading}
        asked = outgoing(body, schemas.METER)
        path = f"{_place(asked['provider'], asked['account'])}/meter"
        try:
            reply = await self.service.order("POST", path, {"reading": asked["reading"]})
        except Declined as refusal:
            raise told.in_our_words(refusal.code) from None
        return told.account(reply.document)

    async def pay(self, payment: Payment) -> str:
        try:
            reply = await self.service.order("POST", "/payments", told.sent(payment))
        except Declined as refusal:
            raise told.in_our_words(refusal.code) from None
        return told.taken(reply.document, payment)

    async def paid(self, payment: Payment) -> str | None:
        asked = outgoing({"reference": payment.reference}, schemas.ENQUIRY)
        try:
            reply = await self.service.ask("/payments", {"reference": asked["reference"]})
        except Missing:
            return None
        return told.taken(reply.document, payment)


def _place(provider: str, number: str) -> str:
    """Both have passed their schemas, so that neither leads elsewhere."""
    return f"/providers/{provider}/accounts/{number}"
