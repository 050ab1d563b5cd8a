"""The bank's REST face, `/sandbox/bank/v1`, behind a bearer token. Failures are `{"code", "message"}`.

Every order carries the caller's `reference`: the first time it is done (201, or 202 for an application), again it is
the same answer (200, or the same refusal 422), and with another body 409.
"""

from collections.abc import Callable
from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.bank import applications, bodies, card_news, customers, events, ledger, rules, transfers
from sandbox.failures import BadInput, Refused
from sandbox.faults import Endpoint, Faults, faulty
from sandbox.store import Row, Store
from sandbox.web import read

POSTINGS_PAGE = 500


class Rest:
    """The endpoints."""

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._faults = faults
        self._clock = clock

    def routes(self) -> list[Route]:
        return [
            self._route("GET", "/customers", "customers", self.find_customer),
            self._route("POST", "/customers", "customers", self.register),
            self._route("PUT", "/customers/{customer_id}/name", "name", self.rename),
            self._route("GET", "/customers/{customer_id}/cards", "cards", self.cards),
            self._route("GET", "/cards/{card_id}", "cards", self.card),
            self._route("POST", "/applications", "application", self.apply),
            self._route("GET", "/applications", "enquiry", self.application_by_reference),
            self._route("GET", "/applications/{application_id}", "enquiry", self.application),
            self._route("POST", "/quotes", "quote", self.quote),
            self._route("POST", "/transfers", "transfer", self.transfer),
            self._route("GET", "/transfers", "enquiry", self.find_transfer),
            self._route("GET", "/accounts/{account}/statement", "statement", self.statement),
            self._route("GET", "/postings", "statement", self.postings),
            Route("/webhook", self.subscribe, methods=["PUT"]),
        ]

    def _route(self, method: str, path: str, operation: str, endpoint: Endpoint) -> Route:
        return Route(path, faulty(self._faults, "rest", operation, endpoint), methods=[method])

    async def find_customer(self, request: Request) -> Response:
        phone = "+" + _asked(request, "phone").strip().lstrip("+")  # an unescaped plus arrives as a space
        with self._store.reading() as db:
            return JSONResponse(bodies.customer(customers.by_phone(db, phone)))

    async def register(self, request: Request) -> Response:
        body = await read(request, bodies.CustomerBody)
        with self._store.transaction() as db:
            customer, made = customers.register(db, body.phone, body.name, self._clock())
        return JSONResponse(bodies.customer(customer), status_code=201 if made else 200)

    async def rename(self, request: Request) -> Response:
        body = await read(request, bodies.NameBody)
        with self._store.transaction() as db:
            return JSONResponse(bodies.customer(customers.rename(db, request.path_params["customer_id"], body.name)))

    async def cards(self, request: Request) -> Response:
        with self._store.reading() as db:
            rows = customers.cards_of(db, request.path_params["customer_id"])
        return JSONResponse({"cards": [bodies.card(row) for row in rows]})

    async def card(self, request: Request) -> Response:
        with self._store.reading() as db:
            return JSONResponse(bodies.card(customers.card(db, request.path_params["card_id"])))

    async def apply(self, request: Request) -> Response:
        body = await read(request, bodies.ApplicationBody)
        with self._store.transaction() as db:
            row, new = applications.apply(db, body.reference, body.customer_id, body.tariff, self._clock())
        return JSONResponse(bodies.application(row), status_code=202 if new else 200)

    async def application(self, request: Request) -> Response:
        with self._store.reading() as db:
            return JSONResponse(bodies.application(applications.by_id(db, request.path_params["application_id"])))

    async def application_by_reference(self, request: Request) -> Response:
        with self._store.reading() as db:
            return JSONResponse(bodies.application(applications.by_reference(db, _asked(request, "reference"))))

    async def quote(self, request: Request) -> Response:
        body = await read(request, bodies.QuoteBody)
        rules.currency(body.currency)
        order = transfers.Order(body.from_card_id, body.to_card_number, body.amount_minor, body.currency)
        with self._store.reading() as db:
            judged = transfers.judge(db, order, self._clock())
        return JSONResponse({"fee_minor": judged.fee_minor, "currency": body.currency})

    async def transfer(self, request: Request) -> Response:
        body = await read(request, bodies.TransferBody)
        rules.currency(body.currency)
        order = transfers.Order(body.from_card_id, body.to_card_number, body.amount_minor, body.currency, body.purpose)
        with self._store.transaction() as db:
            row, new = transfers.execute(db, body.reference, order, self._clock())
        return transferred(row, new)

    async def find_transfer(self, request: Request) -> Response:
        with self._store.reading() as db:
            return JSONResponse(bodies.transfer(transfers.by_reference(db, _asked(request, "reference"))))

    async def statement(self, request: Request) -> Response:
        first, last = _day(request, "from", date.min), _day(request, "to", date.max)
        account = request.path_params["account"]
        with self._store.reading() as db:
            entries = ledger.statement(db, account)
        before = [entry for entry in entries if entry.day < first]
        within = [entry for entry in entries if first <= entry.day <= last]
        opening = before[-1].balance_minor if before else 0
        return JSONResponse(
            {
                "account": account,
                "opening_minor": opening,
                "closing_minor": within[-1].balance_minor if within else opening,
                "entries": [entry.shown() for entry in within],
            }
        )

    async def postings(self, request: Request) -> Response:
        """A day of the bank's books, page by page: `next` is the `after` of the following page, null at the end."""
        _asked(request, "day")
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdecimal()):
            raise BadInput("after: a number, as the page before gave it")
        with self._store.reading() as db:
            rows = ledger.postings_of_day(db, _day(request, "day", date.min), int(after), POSTINGS_PAGE)
        keys = ("ref", "kind", "debit", "credit", "amount_minor", "currency")
        return JSONResponse(
            {
                "postings": [{key: row[key] for key in keys} for row in rows],
                "next": rows[-1]["id"] if len(rows) == POSTINGS_PAGE else None,
            }
        )

    async def subscribe(self, request: Request) -> Response:
        body = await read(request, bodies.WebhookBody)
        with self._store.transaction() as db:
            events.subscribe(db, events.Subscriber(body.url, body.secret))
            card_news.want(db, body.cards)
        return Response(status_code=204)


def transferred(row: Row, new: bool) -> Response:
    """A transfer as the bank answers it: 201, 200 for one that was made before, 422 for a refused one."""
    if row["status"] == "refused":
        refusal = Refused("The bank does not make this transfer.", row["code"])
        answer = {"code": refusal.code, "message": refusal.message} | bodies.transfer(row)
        return JSONResponse(answer, status_code=refusal.status)
    return JSONResponse(bodies.transfer(row), status_code=201 if new else 200)


def _asked(request: Request, name: str) -> str:
    """A query parameter that must be there."""
    value = request.query_params.get(name, "")
    if not value:
        raise BadInput(f"{name}: add '?{name}=...' to the address")
    return value


def _day(request: Request, name: str, otherwise: date) -> date:
    text = request.query_params.get(name)
    if not text:
        return otherwise
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{name}: a day such as 2026-11-21") from None
