"""``/staff/partners``: what partners were told, for staff, and a button that sends it again.

GET 200 the page · 401 where a token is pasted · 404 no such partner · 503 the database is away.
POST 303 done, back to the page · 401 no token any more · 403 sent by another page · 404, 503 as above · 413 too long.
The token stands in a cookie that scripts, other sites and other pages of ours do not get; it ends with the token.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlencode

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.bodies import TooLong, body_of
from bot.paying.words import language_of
from bot.secure.answers import from_elsewhere
from bot.staff import html
from bot.staff.asking import NotAllowed, NotThere, Partners
from bot.staff.html import HOME, STATES, Paper
from flows.ports import TokenVerifier, Unauthorized

COOKIE = "teller_staff"
COOKIE_S = 3600
BODY_BYTES_MAX = 9000
log = structlog.get_logger("bot.staff")

Page = Callable[[Request, str], Awaitable[Response]]


def routes(partners: Partners, verifier: TokenVerifier, paper: Paper, is_https: bool) -> list[Route]:
    """All pages for staff."""
    desk = _Desk(partners, verifier, paper, is_https)
    return [
        Route(HOME, desk.page(desk.listing), methods=["GET"]),
        Route(f"{HOME}/{{partner}}", desk.page(desk.told), methods=["GET"]),
        Route(f"{HOME}/{{partner}}/{{delivery}}", desk.page(desk.again), methods=["POST"]),
        Route("/staff/enter", desk.enter, methods=["POST"]),
        Route("/staff/leave", desk.leave, methods=["POST"]),
    ]


class _Desk:
    """Where the pages are shown and their buttons pressed."""

    def __init__(self, partners: Partners, verifier: TokenVerifier, paper: Paper, is_https: bool) -> None:
        self._partners, self._verifier, self._paper, self._is_https = partners, verifier, paper, is_https
        self._headers = {
            "Cache-Control": "no-store", "Content-Security-Policy": paper.policy, "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "X-Robots-Tag": "noindex",
            "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
        }  # fmt: skip

    def page(self, answer: Page) -> Callable[[Request], Awaitable[Response]]:
        """A page behind the token; every failure is a page, too."""

        async def behind(request: Request) -> Response:
            language = _language(request)
            token = request.cookies.get(COOKIE, "")
            try:
                if request.method == "POST" and from_elsewhere(request):
                    return self._show(html.telling(self._paper, language, "elsewhere"), 403)
                self._prove(token)
                return await answer(request, token)
            except NotAllowed:
                return self._show(html.entering(self._paper, language, is_refused=bool(token)), 401)
            except NotThere:
                return self._show(html.telling(self._paper, language, "unknown"), 404)
            except Exception as error:  # CustomerAPI is away, or a fault of ours
                log.error("staff_page_failed", error=type(error).__name__)
                return self._show(html.telling(self._paper, language, "down"), 503)

        return behind

    async def listing(self, request: Request, token: str) -> Response:
        return self._show(html.listing(self._paper, _language(request), await self._partners.all(token)))

    async def told(self, request: Request, token: str) -> Response:
        partner = await self._partners.one(token, str(request.path_params["partner"]))
        state, note = _state(request), request.query_params.get("note", "")
        deliveries = await self._partners.told(token, partner.partner, state)
        return self._show(html.told(self._paper, _language(request), partner, deliveries, state, note))

    async def again(self, request: Request, token: str) -> Response:
        partner, delivery = str(request.path_params["partner"]), str(request.path_params["delivery"])
        done = await self._partners.again(token, partner, delivery)
        outcome, who = "sent_again" if done else "cannot", self._prove(token)
        log.info("webhook_replayed", subject=who, partner=partner, delivery=delivery, outcome=outcome)
        note = {"lang": _language(request), "state": _state(request), "note": outcome}
        return RedirectResponse(f"{HOME}/{partner}?{urlencode(note)}", 303, self._headers)

    async def enter(self, request: Request) -> Response:
        """Take a token, if it is one of staff's."""
        language = _language(request)
        if from_elsewhere(request):
            return self._show(html.telling(self._paper, language, "elsewhere"), 403)
        try:
            typed = parse_qs((await body_of(request, BODY_BYTES_MAX)).decode("utf-8", "replace"))
            token = typed.get("token", [""])[0].strip()
            self._prove(token)
        except TooLong:
            return self._show(html.entering(self._paper, language, is_refused=True), 413)
        except NotAllowed:
            return self._show(html.entering(self._paper, language, is_refused=True), 401)
        back = RedirectResponse(f"{HOME}?lang={language}", 303, self._headers)
        back.set_cookie(
            COOKIE, token, COOKIE_S, path="/staff", secure=self._is_https, httponly=True, samesite="strict"
        )  # fmt: skip
        return back

    async def leave(self, request: Request) -> Response:
        """Forget the token."""
        if from_elsewhere(request):
            return self._show(html.telling(self._paper, _language(request), "elsewhere"), 403)
        back = RedirectResponse(f"{HOME}?lang={_language(request)}", 303, self._headers)
        back.delete_cookie(COOKIE, path="/staff", secure=self._is_https, httponly=True, samesite="strict")
        return back

    def _prove(self, token: str) -> str:
        """Who it is. Raises NotAllowed: a service's token or a partner's opens no page of staff's."""
        try:
            principal = self._verifier.verify(token)
        except Unauthorized:
            raise NotAllowed from None
        if "staff" not in principal.roles:
            raise NotAllowed
        return principal.subject

    def _show(self, page: str, status: int = 200) -> Response:
        return HTMLResponse(page, status, self._headers)


def _language(request: Request) -> str:
    return language_of(request.query_params.get("lang", ""), request.headers.get("accept-language", ""))


def _state(request: Request) -> str:
    state = request.query_params.get("state", "")
    return state if state in STATES else ""
