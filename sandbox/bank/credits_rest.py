"""Credits on the bank's REST face: `/sandbox/bank/v1/credits`, in the manner of its transfers."""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.bank import bodies, credits, rules
from sandbox.failures import Refused
from sandbox.faults import Endpoint, Faults, faulty
from sandbox.store import Row, Store
from sandbox.web import Body, read


class CreditBody(Body):
    reference: bodies.Reference
    card_id: bodies.Id
    amount_minor: bodies.AmountMinor
    currency: bodies.CurrencyCode


class CreditsRest:
    """The endpoints: a credit, and what became of it."""

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._faults = faults
        self._clock = clock

    def routes(self) -> list[Route]:
        return [
            self._route("POST", "/credits", "credit", self.credit),
            self._route("GET", "/credits/{reference}", "enquiry", self.find),
        ]

    def _route(self, method: str, path: str, operation: str, endpoint: Endpoint) -> Route:
        return Route(path, faulty(self._faults, "rest", operation, endpoint), methods=[method])

    async def credit(self, request: Request) -> Response:
        body = await read(request, CreditBody)
        rules.currency(body.currency)
        wanted = credits.Credit(body.card_id, body.amount_minor, body.currency)
        with self._store.transaction() as db:
            row, new = credits.execute(db, body.reference, wanted, self._clock())
        if row["status"] == "refused":
            refusal = Refused("The bank does not take this money in.", row["code"])
            answer = shown(row) | {"code": refusal.code, "message": refusal.message}
            return JSONResponse(answer, status_code=refusal.status)
        return JSONResponse(shown(row), status_code=201 if new else 200)

    async def find(self, request: Request) -> Response:
        with self._store.reading() as db:
            return JSONResponse(shown(credits.by_reference(db, request.path_params["reference"])))


def shown(row: Row) -> dict[str, str | int]:
    """A credit as the bank tells it; `code` says why it was refused."""
    keys = ("credit_id", "reference", "status", "amount_minor", "currency", "at")
    told: dict[str, str | int] = {key: row[key] for key in keys}
    return told if row["code"] is None else told | {"code": row["code"]}
