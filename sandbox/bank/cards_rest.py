"""What customers do with their cards on the bank's REST face: locks, limits, plastic, what has happened on one.

An order answers as a transfer does: 201 when it is done, 200 with the same answer again, 422 for a refusal that is
remembered, 409 when its reference stands for another one. `GET /orders/{reference}` tells what became of it.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.bank import asking, bodies, customers, limits, locks, orders, plastic, rules, summaries
from sandbox.failures import BadInput, Refused
from sandbox.faults import Endpoint, Faults, faulty
from sandbox.store import Database, Row, Store
from sandbox.web import Body, read

DELIVERIES = ("courier", "branch")


class OrderBody(Body):
    reference: bodies.Reference


class LimitBody(OrderBody):
    kind: Literal["purchases", "online", "cash"]
    amount_minor: bodies.AmountMinor
    currency: bodies.CurrencyCode
    may_raise: bool


class PlasticBody(OrderBody):
    fee_minor: bodies.AmountMinor
    currency: bodies.CurrencyCode
    address: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    branch_id: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9-]*$")] = ""


class CardsRest:
    """The endpoints."""

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._faults = faults
        self._clock = clock

    def routes(self) -> list[Route]:
        return [
            self._route("POST", "/cards/{card_id}/lock", "lock", self.lock),
            self._route("POST", "/cards/{card_id}/unlock", "unlock", self.unlock),
            self._route("GET", "/cards/{card_id}/limits", "limits", self.limits),
            self._route("POST", "/cards/{card_id}/limits", "limit", self.change_limit),
            self._route("GET", "/cards/{card_id}/plastic", "terms", self.terms),
            self._route("POST", "/cards/{card_id}/plastic", "plastic", self.order_plastic),
            self._route("GET", "/cards/{card_id}/operations", "statement", self.operations),
            self._route("GET", "/customers/{customer_id}/locks", "cards", self.locks),
            self._route("GET", "/orders/{reference}", "enquiry", self.find),
        ]

    def _route(self, method: str, path: str, operation: str, endpoint: Endpoint) -> Route:
        return Route(path, faulty(self._faults, "rest", operation, endpoint), methods=[method])

    async def lock(self, request: Request) -> Response:
        return await self._switch(request, "lock", locks.lock)

    async def unlock(self, request: Request) -> Response:
        return await self._switch(request, "unlock", locks.unlock)

    async def _switch(
        self, request: Request, kind: str, switch: Callable[[Database, str, locks.Locker], None]
    ) -> Response:
        body, card_id = await read(request, OrderBody), request.path_params["card_id"]

        def do() -> orders.Told:
            switch(db, card_id, "customer")
            return {}

        with self._store.transaction() as db:
            row, new = orders.once(db, orders.Order(body.reference, kind, {"card_id": card_id}), do, self._clock())
        return answered(row, new)

    async def locks(self, request: Request) -> Response:
        with self._store.reading() as db:
            found = locks.of_customer(db, request.path_params["customer_id"])
        return JSONResponse({"locks": [{"card_id": card_id, "by": by} for card_id, by in found]})

    async def limits(self, request: Request) -> Response:
        with self._store.reading() as db:
            card = customers.card(db, request.path_params["card_id"])
            found = limits.of_card(db, card["card_id"])
        return JSONResponse({"currency": card["currency"], "limits": [asdict(limit) for limit in found]})

    async def change_limit(self, request: Request) -> Response:
        body, card_id = await read(request, LimitBody), request.path_params["card_id"]
        rules.currency(body.currency)
        asked = {**body.model_dump(exclude={"reference"}), "card_id": card_id}
        wish = limits.Change(body.kind, body.amount_minor, body.currency, body.may_raise)

        def do() -> orders.Told:
            limits.change(db, card_id, wish)
            return {}

        with self._store.transaction() as db:
            row, new = orders.once(db, orders.Order(body.reference, "limit", asked), do, self._clock())
        return answered(row, new)

    async def terms(self, request: Request) -> Response:
        delivery = asking.among(request, "delivery", DELIVERIES)
        with self._store.reading() as db:
            terms = plastic.terms(db, request.path_params["card_id"], delivery)
        return JSONResponse({"fee_minor": terms.fee_minor, "currency": rules.CARD_CURRENCY, "days": terms.days})

    async def order_plastic(self, request: Request) -> Response:
        body, card_id = await read(request, PlasticBody), request.path_params["card_id"]
        if bool(body.address) == bool(body.branch_id):
            raise BadInput("address: an address or a branch, one of them")
        wish = plastic.Wish(card_id, body.fee_minor, body.address, body.branch_id)
        asked = {**body.model_dump(exclude={"reference"}), "card_id": card_id}
        now = self._clock()
        with self._store.transaction() as db:
            order = orders.Order(body.reference, plastic.ORDER, asked)
            row, new = orders.once(db, order, lambda: plastic.order(db, body.reference, wish, now), now)
            if new:
                plastic.start_making(db, row, now)
        return answered(row, new)

    async def operations(self, request: Request) -> Response:
        now = self._clock()
        days, language = asking.days(request, now), asking.language(request)
        most = summaries.LATEST if request.query_params.get("span") == "latest" else None
        with self._store.reading() as db:
            found = summaries.statement(db, request.path_params["card_id"], days, most)
        return JSONResponse(summaries.shown(found, language))

    async def find(self, request: Request) -> Response:
        with self._store.reading() as db:
            return JSONResponse(orders.shown(orders.by_reference(db, request.path_params["reference"])))


def answered(row: Row, new: bool) -> Response:
    """What became of an order, as the face answers it."""
    if row["status"] == "refused":
        refusal = Refused("The bank does not do this.", row["code"])
        return JSONResponse({"message": refusal.message} | orders.shown(row), status_code=refusal.status)
    return JSONResponse(orders.shown(row), status_code=201 if new else 200)
