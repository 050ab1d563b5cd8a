"""Everyday services on the bank's REST face: cashback, spending, languages, complaints, rates, places.

Texts are in the language that `lang` asks for. Orders answer as those of `cards_rest` do.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal, cast, get_args

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.bank import asking, cashback, complaints, languages, orders, places, rates, rules, summaries, words
from sandbox.bank.cards_rest import OrderBody, answered
from sandbox.faults import Endpoint, Faults, faulty
from sandbox.store import Store
from sandbox.web import read

Name = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


class CashbackBody(OrderBody):
    first: Name
    second: Name


class LanguageBody(OrderBody):
    language: Literal["en", "uk"]


class ComplaintBody(OrderBody):
    text: Annotated[str, Field(min_length=1, max_length=1000)]
    attachment: Annotated[str, Field(max_length=500)] = ""


class ServicesRest:
    """The endpoints."""

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._faults = faults
        self._clock = clock

    def routes(self) -> list[Route]:
        return [
            self._route("GET", "/customers/{customer_id}/cashback", "categories", self.categories),
            self._route("POST", "/customers/{customer_id}/cashback", "cashback", self.choose_cashback),
            self._route("GET", "/customers/{customer_id}/spending", "spending", self.spending),
            self._route("POST", "/customers/{customer_id}/language", "language", self.choose_language),
            self._route("POST", "/customers/{customer_id}/complaints", "complaint", self.complain),
            self._route("GET", "/rates", "rates", self.rates),
            self._route("GET", "/places", "places", self.places),
            self._route("GET", "/branches", "places", self.branches),
        ]

    def _route(self, method: str, path: str, operation: str, endpoint: Endpoint) -> Route:
        return Route(path, faulty(self._faults, "rest", operation, endpoint), methods=[method])

    async def categories(self, request: Request) -> Response:
        """The month's categories, while a customer may choose; the refusal says why not."""
        now, language = self._clock(), asking.language(request)
        with self._store.reading() as db:
            cashback.may_choose(db, request.path_params["customer_id"], now)
        found = [
            {
                "id": one.id, "name": words.category(one.id, language), "percent": one.percent,
                "limit_minor": one.limit_minor, "currency": rules.CARD_CURRENCY,
            }
            for one in cashback.categories(now)
        ]  # fmt: skip
        return JSONResponse({"month": cashback.month_of(now), "categories": found})

    async def choose_cashback(self, request: Request) -> Response:
        body, customer_id, now = await read(request, CashbackBody), request.path_params["customer_id"], self._clock()
        asked = {"customer_id": customer_id, "first": body.first, "second": body.second}

        def do() -> orders.Told:
            cashback.choose(db, customer_id, (body.first, body.second), now)
            return {}

        with self._store.transaction() as db:
            row, new = orders.once(db, orders.Order(body.reference, "cashback", asked), do, now)
        return answered(row, new)

    async def spending(self, request: Request) -> Response:
        now, language = self._clock(), asking.language(request)
        days = asking.days(request, now)
        with self._store.reading() as db:
            sums = summaries.spending(db, request.path_params["customer_id"], days, now)
        found = [
            {"id": name, "name": words.category(name, language), "amount_minor": minor}
            for name, minor in sorted(sums.items(), key=lambda one: (-one[1], one[0]))
        ]
        return JSONResponse(
            {
                "currency": rules.CARD_CURRENCY,
                "first": days.first.isoformat(),
                "last": days.last.isoformat(),
                "total_minor": sum(sums.values()),
                "categories": found,
            }
        )

    async def choose_language(self, request: Request) -> Response:
        body, customer_id = await read(request, LanguageBody), request.path_params["customer_id"]
        asked = {"customer_id": customer_id, "language": body.language}

        def do() -> orders.Told:
            languages.choose(db, customer_id, body.language)
            return {"language": body.language}

        with self._store.transaction() as db:
            row, new = orders.once(db, orders.Order(body.reference, "language", asked), do, self._clock())
        return answered(row, new)

    async def complain(self, request: Request) -> Response:
        body, customer_id, now = await read(request, ComplaintBody), request.path_params["customer_id"], self._clock()
        asked = {"customer_id": customer_id, "text": body.text, "attachment": body.attachment}
        with self._store.transaction() as db:
            order = orders.Order(body.reference, complaints.ORDER, asked)
            row, new = orders.once(db, order, lambda: complaints.register(db, customer_id, now), now)
        return answered(row, new)

    async def rates(self, request: Request) -> Response:
        kind = cast("rates.Kind", asking.among(request, "kind", get_args(rates.Kind)))
        found, since = rates.today(kind, self._clock())
        told = [
            {"currency": one.currency, "buys": rates.written(one.buys), "sells": rates.written(one.sells)}
            for one in found
        ]
        return JSONResponse({"for": rules.CARD_CURRENCY, "since": since.isoformat(), "rates": told})

    async def places(self, request: Request) -> Response:
        """The nearest five to a town by its name (`q`), or to a point (`lat`, `lon`)."""
        kind = cast("places.Kind", asking.among(request, "kind", get_args(places.Kind)))
        language = asking.language(request)
        if request.query_params.get("lat"):
            found = places.near(kind, asking.degrees(request, "lat", 90), asking.degrees(request, "lon", 180))
        else:
            found = places.in_town(kind, asking.parameter(request, "q"))
        return JSONResponse({"places": [_place(one, language) for one in found]})

    async def branches(self, request: Request) -> Response:
        """Where plastic cards can be fetched."""
        language = asking.language(request)
        found = [
            {"id": spot.id, "name": places.town_of(spot).name(language), "address": spot.address(language)}
            for spot in places.branches_with_cards()
        ]
        return JSONResponse({"branches": found})


def _place(near: places.Near, language: words.Language) -> dict[str, str | int]:
    return {
        "id": near.spot.id, "town": near.town.name(language), "address": near.spot.address(language),
        "hours": near.spot.hours, "lat": f"{near.spot.lat:.4f}", "lon": f"{near.spot.lon:.4f}",
        "distance_m": near.distance_m,
    }  # fmt: skip
