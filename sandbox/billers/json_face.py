"""The JSON face, `/sandbox/billers/{partner}`, behind the header `X-Api-Key`. Failures are `{"code", "message"}`.

=====  =========================================  ==========================================================
GET    `/providers?q=words`                       `{"providers": [{"id", "name"}]}`
GET    `/providers/{id}/accounts/{number}`        `{"owner", "due_minor", "currency", "asks_for"}`
POST   `/providers/{id}/accounts/{number}/meter`  `{"reading"}`, the account as it is then
POST   `/payments`                                201 when new, 200 again, 422 refused, 409 another payment
GET    `/payments?reference=...`                  the payment under the payer's reference
=====  =========================================  ==========================================================
"""

import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.bank.bodies import AmountMinor, CurrencyCode, Id, Reference
from sandbox.billers import books, register
from sandbox.failures import NotFound, Refused, Unauthorized
from sandbox.faults import Endpoint, Faults, faulty
from sandbox.store import Row, Store
from sandbox.web import Body, read

READING_MAX = 10**9


class PaymentBody(Body):
    reference: Reference
    provider: Id
    account: Annotated[str, Field(min_length=1, max_length=40)]
    amount_minor: AmountMinor
    currency: CurrencyCode


class MeterBody(Body):
    reading: Annotated[int, Field(ge=0, le=READING_MAX)]


class JsonFace:
    """The endpoints of all partners that speak JSON."""

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime], key: str) -> None:
        self._store = store
        self._faults = faults
        self._clock = clock
        self._key = key.encode()

    def routes(self) -> list[Route]:
        account = "/{partner}/providers/{provider}/accounts/{account}"
        return [
            self._route("GET", "/{partner}/providers", "providers", self.providers),
            self._route("GET", account, "check", self.check),
            self._route("POST", f"{account}/meter", "check", self.meter),
            self._route("POST", "/{partner}/payments", "payment", self.pay),
            self._route("GET", "/{partner}/payments", "enquiry", self.find),
        ]

    def _route(self, method: str, path: str, operation: str, endpoint: Endpoint) -> Route:
        return Route(path, self._guarded(faulty(self._faults, "billers", operation, endpoint)), methods=[method])

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        async def guarded(request: Request) -> Response:
            if not hmac.compare_digest(request.headers.get("x-api-key", "").encode(), self._key):
                raise Unauthorized("Send the header 'X-Api-Key' with the key of the contract.")
            if request.path_params["partner"] not in register.JSON_PARTNERS:
                raise NotFound("There is no such partner here.")
            return await endpoint(request)

        return guarded

    async def providers(self, request: Request) -> Response:
        found = register.of(request.path_params["partner"], request.query_params.get("q", ""))
        return JSONResponse({"providers": [{"id": one.id, "name": one.name} for one in found]})

    async def check(self, request: Request) -> Response:
        with self._store.reading() as db:
            found = books.account(db, _provider(request), request.path_params["account"])
        return JSONResponse(account_shown(found))

    async def meter(self, request: Request) -> Response:
        body = await read(request, MeterBody)
        with self._store.transaction() as db:
            found = books.read_meter(db, _provider(request), request.path_params["account"], body.reading)
        return JSONResponse(account_shown(found))

    async def pay(self, request: Request) -> Response:
        body = await read(request, PaymentBody)
        provider = register.provider(request.path_params["partner"], body.provider)
        payment = books.Payment(body.reference, provider, body.account, body.amount_minor, body.currency)
        with self._store.transaction() as db:
            row, new = books.pay(db, payment, self._clock())
        return _paid(row, new)

    async def find(self, request: Request) -> Response:
        with self._store.reading() as db:
            row = books.by_reference(db, request.path_params["partner"], request.query_params.get("reference", ""))
        return JSONResponse(books.shown(row))


def account_shown(account: books.Account) -> dict[str, str | int]:
    """What a payer is told of an account."""
    return {
        "owner": account.owner,
        "due_minor": account.due_minor,
        "currency": register.CURRENCY,
        "asks_for": account.provider.asks_for,
    }


def _paid(row: Row, new: bool) -> Response:
    if row["status"] == "refused":
        refusal = Refused("This payment is not taken.", row["code"])
        answer = books.shown(row) | {"code": refusal.code, "message": refusal.message}
        return JSONResponse(answer, status_code=refusal.status)
    return JSONResponse(books.shown(row), status_code=201 if new else 200)


def _provider(request: Request) -> register.Provider:
    return register.provider(request.path_params["partner"], request.path_params["provider"])
