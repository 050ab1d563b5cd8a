"""Bills on the bank's REST face: `/sandbox/bank/v1/bills`, in the manner of its transfers."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.bank import bills, bodies, rules
from sandbox.failures import Refused
from sandbox.faults import Endpoint, Faults, faulty
from sandbox.store import Row, Store
from sandbox.web import Body, read

Biller = Annotated[str, Field(pattern=r"^[a-z]{1,20}-[a-z]{1,20}$")]


class BillQuoteBody(Body):
    card_id: bodies.Id
    biller: Biller
    amount_minor: bodies.AmountMinor
    currency: bodies.CurrencyCode


class BillBody(BillQuoteBody):
    reference: bodies.Reference


class ReturnBody(Body):
    reference: bodies.Reference
    code: Annotated[str, Field(pattern=r"^[a-z_]{1,60}$")]


class BillsRest:
    """The endpoints: a quote, a payment, what became of it, and giving it back."""

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._faults = faults
        self._clock = clock

    def routes(self) -> list[Route]:
        return [
            self._route("POST", "/bills/quotes", "quote", self.quote),
            self._route("POST", "/bills", "bill", self.pay),
            self._route("GET", "/bills/{reference}", "enquiry", self.find),
            self._route("POST", "/bills/{reference}/return", "bill_return", self.give_back),
        ]

    def _route(self, method: str, path: str, operation: str, endpoint: Endpoint) -> Route:
        return Route(path, faulty(self._faults, "rest", operation, endpoint), methods=[method])

    async def quote(self, request: Request) -> Response:
        body = await read(request, BillQuoteBody)
        with self._store.reading() as db:
            fee = bills.judge(db, _bill(body))
        return JSONResponse({"fee_minor": fee, "currency": body.currency})

    async def pay(self, request: Request) -> Response:
        body = await read(request, BillBody)
        with self._store.transaction() as db:
            row, new = bills.pay(db, body.reference, _bill(body), self._clock())
        if row["status"] == "refused":
            refusal = Refused("The bank does not pay this bill.", row["code"])
            answer = shown(row) | {"code": refusal.code, "message": refusal.message}
            return JSONResponse(answer, status_code=refusal.status)
        return JSONResponse(shown(row), status_code=201 if new else 200)

    async def find(self, request: Request) -> Response:
        with self._store.reading() as db:
            return JSONResponse(shown(bills.by_reference(db, request.path_params["reference"])))

    async def give_back(self, request: Request) -> Response:
        body = await read(request, ReturnBody)
        with self._store.transaction() as db:
            row = bills.give_back(db, request.path_params["reference"], body.reference, body.code, self._clock())
        return JSONResponse(shown(row))


def shown(row: Row) -> dict[str, str | int]:
    """A payment as the bank tells it; `code` says why it was refused or came back."""
    keys = ("bill_id", "reference", "status", "biller", "amount_minor", "currency", "fee_minor", "at")
    told: dict[str, str | int] = {key: row[key] for key in keys}
    return told if row["code"] is None else told | {"code": row["code"]}


def _bill(body: BillQuoteBody) -> bills.Bill:
    rules.currency(body.currency)
    return bills.Bill(body.card_id, body.biller, body.amount_minor, body.currency)
