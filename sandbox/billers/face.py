"""The billers' faces in one list of routes, and what a test or a demonstration looks up: `GET /books`."""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.billers import books
from sandbox.billers.json_face import JsonFace
from sandbox.billers.xml_face import XmlFace
from sandbox.faults import Faults
from sandbox.store import Store


def routes(store: Store, faults: Faults, clock: Callable[[], datetime], secret: str) -> list[Route]:
    """All of `/sandbox/billers`. ``secret`` is the password of the XML partners and the key of the JSON ones."""

    async def payments(_: Request) -> Response:
        """What the billers have booked, without a login, as all of the sandbox's own."""
        with store.reading() as db:
            return JSONResponse([books.shown(row) | {"partner": row["partner"]} for row in books.listed(db)])

    return [
        Route("/books", payments, methods=["GET"]),
        *XmlFace(store, faults, clock, secret).routes(),
        *JsonFace(store, faults, clock, secret).routes(),
    ]
