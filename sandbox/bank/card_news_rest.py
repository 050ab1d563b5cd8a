"""What happened on a card, on the bank's REST face: `/sandbox/bank/v1/card-operations/{operation_id}`."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.bank import card_news
from sandbox.faults import Faults, faulty
from sandbox.store import Store


class CardNewsRest:
    """The endpoint."""

    def __init__(self, store: Store, faults: Faults, _: Callable[[], datetime]) -> None:
        self._store = store
        self._faults = faults

    def routes(self) -> list[Route]:
        endpoint = faulty(self._faults, "rest", "card_operation", self.find)
        return [Route("/card-operations/{operation_id}", endpoint, methods=["GET"])]

    async def find(self, request: Request) -> Response:
        with self._store.reading() as db:
            return JSONResponse(asdict(card_news.find(db, request.path_params["operation_id"])))
