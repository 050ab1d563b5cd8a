"""The merchants' face, `/sandbox/acquirer/v1`, behind `Authorization: Merchant {key}`. Failures: `{"code", "message"}`.

=====  ====================================  ===============================================================
POST   `/payments`                           201 when new, 200 again, 409 another payment; `url` is the page
GET    `/payments/{reference}`               the payment under the merchant's own reference
POST   `/payments/{reference}/{move}`        `{"reference"}`; capture, void or refund, whole, once a reference
PUT    `/webhook`                            `{"url", "secret"}`: where news go, signed by Standard Webhooks
=====  ====================================  ===============================================================
"""

import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.acquirer import payments
from sandbox.bank import bodies, rules
from sandbox.failures import Unauthorized
from sandbox.faults import Endpoint, Faults, faulty
from sandbox.news import Subscriber
from sandbox.store import Row, Store
from sandbox.web import Body, read

LIFETIME_S_MAX = 30 * 24 * 3600


class PaymentBody(Body):
    reference: bodies.Reference
    amount_minor: bodies.AmountMinor
    currency: bodies.CurrencyCode
    description: bodies.Name
    return_url: Annotated[str, Field(pattern=r"^https?://[^\s\x00-\x1f]{1,1000}$")]
    lifetime_s: Annotated[int, Field(ge=60, le=LIFETIME_S_MAX)] = 3600
    tries: Annotated[int, Field(ge=1, le=20)] = 1


class MoveBody(Body):
    reference: bodies.Reference


class Acquirer:
    """The endpoints. ``root`` is the acquirer's own address, under which the payers' pages lie."""

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime], root: str, key: str) -> None:
        self._store = store
        self._faults = faults
        self._clock = clock
        self._root = root
        self._login = f"Merchant {key}".encode()

    def routes(self) -> list[Route]:
        """What stands under `/v1`, and `GET /books` for tests and demonstrations."""
        return [
            Route("/books", self.books, methods=["GET"]),
            self._route("POST", "/v1/payments", "session", self.begin),
            self._route("GET", "/v1/payments/{reference}", "enquiry", self.find),
            self._route("POST", "/v1/payments/{reference}/capture", "capture", self._moving("capture")),
            self._route("POST", "/v1/payments/{reference}/void", "void", self._moving("void")),
            self._route("POST", "/v1/payments/{reference}/refund", "refund", self._moving("refund")),
            Route("/v1/webhook", self._guarded(self.subscribe), methods=["PUT"]),
        ]

    def _route(self, method: str, path: str, operation: str, endpoint: Endpoint) -> Route:
        return Route(path, self._guarded(faulty(self._faults, "acquirer", operation, endpoint)), methods=[method])

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        async def guarded(request: Request) -> Response:
            if not hmac.compare_digest(request.headers.get("authorization", "").encode(), self._login):
                raise Unauthorized("Send the header 'Authorization: Merchant <key>' with the key of the contract.")
            return await endpoint(request)

        return guarded

    async def begin(self, request: Request) -> Response:
        body = await read(request, PaymentBody)
        rules.currency(body.currency)
        opening = payments.Opening(
            body.reference, body.amount_minor, body.currency, body.description, body.return_url, body.lifetime_s,
            body.tries,
        )  # fmt: skip
        with self._store.transaction() as db:
            row, new = payments.begin(db, opening, self._clock())
        return JSONResponse(self._shown(row), status_code=201 if new else 200)

    async def find(self, request: Request) -> Response:
        with self._store.reading() as db:
            return JSONResponse(self._shown(payments.by_reference(db, request.path_params["reference"])))

    def _moving(self, kind: Literal["capture", "void", "refund"]) -> Endpoint:
        async def move(request: Request) -> Response:
            body = await read(request, MoveBody)
            with self._store.transaction() as db:
                row = payments.move(db, body.reference, kind, request.path_params["reference"], self._clock())
            return JSONResponse(self._shown(row))

        return move

    async def subscribe(self, request: Request) -> Response:
        body = await read(request, bodies.WebhookBody)
        with self._store.transaction() as db:
            payments.NEWS.subscribe(db, Subscriber(body.url, body.secret))
        return Response(status_code=204)

    async def books(self, _: Request) -> Response:
        """What was paid and what was done with it, without a login, as all of the sandbox's own."""
        with self._store.reading() as db:
            rows = [(row, payments.moves(db, row["payment_id"])) for row in payments.listed(db)]
        return JSONResponse([self._shown(row) | {"moves": done} for row, done in rows])

    def _shown(self, row: Row) -> dict[str, object]:
        """A payment as its merchant sees it; of the card only what a receipt may show."""
        keys = ("payment_id", "reference", "status", "amount_minor", "currency")
        told: dict[str, object] = {key: row[key] for key in keys} | {"url": f"{self._root}/pay/{row['payment_id']}"}
        if row["last4"] is not None:
            told |= {"card": {"last4": row["last4"], "scheme": row["scheme"]}}
        return told if row["code"] is None else told | {"code": row["code"]}
