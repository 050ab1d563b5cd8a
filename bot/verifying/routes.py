"""``GET /receipts/{token}`` and ``GET /receipts/{token}/receipt.pdf``.

200 the page, whatever became of the money, or the document · 303 to the page, where there is no document of it ·
404 no such receipt · 503 the database or ImageAPI is away. Nothing is ever spent.
"""

from collections.abc import Mapping
from typing import Protocol

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.paying.routes import headers_of
from bot.paying.words import language_of
from bot.verifying import html
from bot.verifying.html import PAPER, Slip
from core_adapters.links import PATHS
from core_adapters.receipts import Receipt

log = structlog.get_logger("bot.verifying")


class Knowing(Protocol):
    """Knows receipts, by the token of an address."""

    async def look(self, token: str) -> Receipt | None: ...


class Printing(Protocol):
    """Makes the document of a receipt."""

    async def receipt(self, values: Mapping[str, str], locale: str) -> bytes: ...


def routes(receipts: Knowing, papers: Printing, slip: Slip) -> list[Route]:
    """The page and the document."""
    headers = headers_of(slip)

    async def found(request: Request) -> Receipt | Response:
        """The receipt of an address; else the page that says why there is none."""
        try:
            receipt = await receipts.look(str(request.path_params["token"]))
        except Exception as error:  # the database is away, or a fault of ours: nobody must take it for a forgery
            log.error("receipt_page_failed", error=type(error).__name__)
            return HTMLResponse(html.telling(slip, "down", _language(request)), 503, headers)
        return receipt or HTMLResponse(html.telling(slip, "unknown", _language(request)), 404, headers)

    async def shown(request: Request) -> Response:
        receipt = await found(request)
        if isinstance(receipt, Response):
            return receipt
        page = html.showing(slip, receipt, str(request.path_params["token"]), _language(request))
        return HTMLResponse(page, 200, headers)

    async def printed(request: Request) -> Response:
        receipt, language = await found(request), _language(request)
        if isinstance(receipt, Response):
            return receipt
        page = f"../{request.path_params['token']}"
        if not receipt.is_drawn:
            return RedirectResponse(f"{page}?lang={language}", 303, headers)
        try:
            document = await papers.receipt(receipt.values, language)
        except Exception as error:  # ImageAPI is away or busy; its page says the same
            log.error("receipt_document_failed", error=type(error).__name__)
            return HTMLResponse(html.telling(slip, "no_paper", language, page), 503, headers)
        named = {"Content-Disposition": f'attachment; filename="receipt-{receipt.reference}.pdf"'}
        return Response(document, 200, headers | named, "application/pdf")

    path = f"{PATHS['receipt']}{{token}}"
    return [Route(path, shown, methods=["GET"]), Route(f"{path}/{PAPER}", printed, methods=["GET"])]


def _language(request: Request) -> str:
    return language_of(request.query_params.get("lang", ""), request.headers.get("accept-language", ""))
