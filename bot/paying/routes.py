"""``GET /pay/{token}`` and ``GET /secure/return/{token}``.

200 the page, whatever became of the payment · 404 no such page · 503 the database is away. Nothing is ever spent.
"""

from typing import Literal, Protocol

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.painting import House
from bot.paying import html
from bot.paying.html import Sheet
from bot.paying.words import language_of
from core_adapters.external.acquirer.views import View

log = structlog.get_logger("bot.paying")


class Looking(Protocol):
    """Knows how payments stand, by the token of an address."""

    async def look(self, page: Literal["pay", "return"], token: str) -> View | None: ...


def headers_of(sheet: House) -> dict[str, str]:
    """What goes with every page of ours: nothing of it is kept, framed, or fetched from elsewhere."""
    return {
        "Cache-Control": "no-store", "Content-Security-Policy": sheet.policy, "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "X-Robots-Tag": "noindex",
        "Cross-Origin-Opener-Policy": "same-origin",
    }  # fmt: skip


def routes(views: Looking, sheet: Sheet) -> list[Route]:
    """Both pages."""
    headers = headers_of(sheet)

    async def answer(request: Request, page: Literal["pay", "return"]) -> Response:
        language = language_of(request.query_params.get("lang", ""), request.headers.get("accept-language", ""))
        try:
            view = await views.look(page, str(request.path_params["token"]))
        except Exception as error:  # the database is away, or a fault of ours: a payer must not take it for a no
            log.error("payment_page_failed", error=type(error).__name__)
            return HTMLResponse(html.telling(sheet, "down", language), 503, headers)
        if view is None:
            return HTMLResponse(html.telling(sheet, "unknown", language), 404, headers)
        shows = html.asking if page == "pay" and view.standing == "open" else html.standing
        return HTMLResponse(shows(sheet, view, language), 200, headers)

    async def pay(request: Request) -> Response:
        return await answer(request, "pay")

    async def returned(request: Request) -> Response:
        return await answer(request, "return")

    return [
        Route("/pay/{token}", pay, methods=["GET"]),
        Route("/secure/return/{token}", returned, methods=["GET"]),
    ]
