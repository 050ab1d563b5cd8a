"""What others need to pay to a card's account, on the bank's REST face: `/sandbox/bank/v1/cards/{card_id}/details`."""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.bank import customers, numbers
from sandbox.faults import Endpoint, Faults, faulty
from sandbox.store import Store

BANK_NAME = "Teller Sandbox Bank"


class DetailsRest:
    """The endpoint."""

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._faults = faults
        self._clock = clock

    def routes(self) -> list[Route]:
        return [self._route("GET", "/cards/{card_id}/details", "details", self.details)]

    def _route(self, method: str, path: str, operation: str, endpoint: Endpoint) -> Route:
        return Route(path, faulty(self._faults, "rest", operation, endpoint), methods=[method])

    async def details(self, request: Request) -> Response:
        with self._store.reading() as db:
            card = customers.card(db, request.path_params["card_id"])
        return JSONResponse(
            {
                "card_id": card["card_id"],
                "iban": card["account"],
                "recipient": card["holder"],
                "tax_number": numbers.tax_number(card["customer_id"]),
                "bank_name": BANK_NAME,
                "bank_code": numbers.BANK_CODE,
                "currency": card["currency"],
            }
        )
