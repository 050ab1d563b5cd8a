"""``GET /i/{code}``: 200 the page · 404 no such link · 503 CustomerAPI is away. Nothing is ever spent or kept."""

import re
from collections.abc import Sequence
from typing import Protocol

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.inviting import html
from bot.inviting.ways import Way
from bot.paying.html import Sheet
from bot.paying.routes import headers_of
from bot.paying.words import language_of

PATH = "/i"
CODE = re.compile(r"[2-9A-HJKMNP-Z]{8}", re.ASCII)
log = structlog.get_logger("bot.inviting")


class Knowing(Protocol):
    """Knows what a friend gets by a code."""

    async def gift(self, code: str) -> str | None: ...


def routes(codes: Knowing, sheet: Sheet, ways: Sequence[Way]) -> list[Route]:
    """The page."""
    headers = headers_of(sheet)

    async def invited(request: Request) -> Response:
        language = language_of(request.query_params.get("lang", ""), request.headers.get("accept-language", ""))
        code = str(request.path_params["code"]).upper()
        try:
            gift = await codes.gift(code) if CODE.fullmatch(code) else None
        except Exception as error:  # CustomerAPI is away: the link is no worse for it
            log.error("invitation_page_failed", error=type(error).__name__)
            return HTMLResponse(html.telling(sheet, "down", language), 503, headers)
        if gift is None:
            return HTMLResponse(html.telling(sheet, "unknown", language), 404, headers)
        link = str(request.url.replace(query="", path=f"{PATH}/{code}"))
        return HTMLResponse(html.inviting(sheet, ways, link, f"ref_{code}", gift, language), 200, headers)

    return [Route(f"{PATH}/{{code}}", invited, methods=["GET"])]
