"""Transfers by phone and between own cards on the bank's REST face, `/sandbox/bank/v1/transfers/...`."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.bank import bodies, directed, rules
from sandbox.bank.directed import Directed
from sandbox.bank.rest import transferred
from sandbox.faults import Endpoint, Faults, faulty
from sandbox.store import Store
from sandbox.web import Body, read


class PhoneQuoteBody(Body):
    from_card_id: bodies.Id
    to_phone: bodies.Phone
    amount_minor: bodies.AmountMinor
    currency: bodies.CurrencyCode


class PhoneBody(PhoneQuoteBody):
    reference: bodies.Reference
    payee: Annotated[str, Field(min_length=1, max_length=100)]


class OwnQuoteBody(Body):
    from_card_id: bodies.Id
    to_card_id: bodies.Id
    amount_minor: bodies.AmountMinor
    currency: bodies.CurrencyCode


class OwnBody(OwnQuoteBody):
    reference: bodies.Reference


class DirectedRest:
    """The endpoints: a quote and a transfer of each kind. What became of one is asked at `/transfers`."""

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._faults = faults
        self._clock = clock

    def routes(self) -> list[Route]:
        return [
            self._route("/transfers/phone/quotes", "quote", self.quote_phone),
            self._route("/transfers/phone", "transfer", self.by_phone),
            self._route("/transfers/own/quotes", "quote", self.quote_own),
            self._route("/transfers/own", "transfer", self.own),
        ]

    def _route(self, path: str, operation: str, endpoint: Endpoint) -> Route:
        return Route(path, faulty(self._faults, "rest", operation, endpoint), methods=["POST"])

    async def quote_phone(self, request: Request) -> Response:
        order = _to_phone(await read(request, PhoneQuoteBody))
        with self._store.reading() as db:
            fee = directed.judge(db, order, self._clock()).fee_minor
            payee = directed.payee_of(db, order)
        return JSONResponse({"fee_minor": fee, "currency": order.currency, "payee": payee})

    async def by_phone(self, request: Request) -> Response:
        body = await read(request, PhoneBody)
        return self._sent(body.reference, _to_phone(body, body.payee))

    async def quote_own(self, request: Request) -> Response:
        order = _to_own(await read(request, OwnQuoteBody))
        with self._store.reading() as db:
            fee = directed.judge(db, order, self._clock()).fee_minor
        return JSONResponse({"fee_minor": fee, "currency": order.currency})

    async def own(self, request: Request) -> Response:
        body = await read(request, OwnBody)
        return self._sent(body.reference, _to_own(body))

    def _sent(self, reference: str, order: Directed) -> Response:
        with self._store.transaction() as db:
            row, new = directed.execute(db, reference, order, self._clock())
        return transferred(row, new)


def _to_phone(body: PhoneQuoteBody, payee: str = "") -> Directed:
    rules.currency(body.currency)
    return Directed(body.from_card_id, "phone", body.to_phone, body.amount_minor, body.currency, payee)


def _to_own(body: OwnQuoteBody) -> Directed:
    rules.currency(body.currency)
    return Directed(body.from_card_id, "own", body.to_card_id, body.amount_minor, body.currency)
