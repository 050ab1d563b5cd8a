"""Speaks to the acquirer: REST behind the merchant's key; it drops doubles by our reference and answers for it."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import httpx

from core_adapters.breaker import Breaker
from core_adapters.external.acquirer import schemas
from core_adapters.failures import Missing, Unclear
from core_adapters.http import Reply, Service
from core_adapters.ports import Capability
from core_adapters.validation import incoming, outgoing
from flows.money import Money

SETTLES_S = 3.0


class MerchantLogin(httpx.Auth):
    """A merchant's key: ``Authorization: Merchant …``."""

    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Merchant {self._key}"
        yield request

    def __repr__(self) -> str:
        return "MerchantLogin(…)"


@dataclass(frozen=True, slots=True)
class Asked:
    """A payment by its reference; the amount is what an answer about it must name."""

    reference: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Opening:
    """A page to be opened. ``tries``: so many cards may be refused before the payment is."""

    payment: Asked
    description: str
    return_url: str
    lifetime_s: int
    tries: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the acquirer tells it. ``page`` is where it is paid."""

    payment_id: str
    status: str
    page: str


@dataclass(frozen=True, slots=True)
class Acquirer:
    """Everything raises BankFailure. A capture, a void and a refund are of the whole payment, once a reference."""

    service: Service
    capability: ClassVar[Capability] = Capability("reference-dedup", "by-our-ref", SETTLES_S)

    @classmethod
    def at(cls, client: httpx.AsyncClient, url: str, key: str, breaker: Breaker) -> "Acquirer":
        """The acquirer at an address, where ``key`` is ours."""
        return cls(Service(client, url.rstrip("/"), MerchantLogin(key), breaker))

    async def begin(self, opening: Opening) -> Payment:
        """Open a payment, once under its reference. Raises Declined."""
        amount = opening.payment.amount
        body = {
            "reference": opening.payment.reference,
            "amount_minor": amount.minor,
            "currency": amount.currency,
            "description": opening.description,
            "return_url": opening.return_url,
            "lifetime_s": opening.lifetime_s,
            "tries": opening.tries,
        }
        reply = await self.service.order("POST", "/payments", outgoing(body, schemas.PAYMENT))
        return _told(reply, opening.payment)

    async def find(self, asked: Asked) -> Payment | None:
        """The payment; None when none has this reference."""
        of = outgoing({"of": asked.reference}, schemas.ENQUIRY)["of"]
        try:
            reply = await self.service.ask(f"/payments/{of}")
        except Missing:
            return None
        return _told(reply, asked)

    async def capture(self, asked: Asked, reference: str) -> None:
        """Have the reserved money paid out to us. Raises Declined when nothing is reserved any more."""
        await self._move(asked, "capture", reference, "captured")

    async def void(self, asked: Asked, reference: str) -> None:
        """Give up what is reserved. Raises Declined when nothing is."""
        await self._move(asked, "void", reference, "voided")

    async def refund(self, asked: Asked, reference: str) -> None:
        """Pay back what was captured. Raises Declined when nothing was."""
        await self._move(asked, "refund", reference, "refunded")

    async def register_webhook(self, url: str, secret: str) -> None:
        """Tell the acquirer where its news go."""
        body = outgoing({"url": url, "secret": secret}, schemas.WEBHOOK)
        await self.service.order("PUT", "/webhook", body)

    async def _move(self, asked: Asked, kind: str, reference: str, ends: str) -> None:
        body = outgoing({"of": asked.reference, "reference": reference}, schemas.MOVE)
        path = f"/payments/{body.pop('of')}/{kind}"
        payment = _told(await self.service.order("POST", path, body), asked)
        if payment.status != ends:
            raise Unclear(f"the acquirer took the {kind} and says that the payment is {payment.status}")


def _told(reply: Reply, asked: Asked) -> Payment:
    """The payment of an answer, when it is the one that was asked for."""
    told = incoming(reply.document, schemas.PAID)
    ours = (asked.reference, asked.amount.minor, asked.amount.currency)
    if (told["reference"], told["amount_minor"], told["currency"]) != ours:
        raise Unclear("the answer is about another payment")
    return Payment(told["payment_id"], told["status"], told["url"])
