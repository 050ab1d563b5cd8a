"""The payers' pages: `/sandbox/acquirer/pay/{payment}` for the card, `/sandbox/acquirer/3ds/{challenge}` for the code.

Looking spends nothing: only a POST does something. What is typed is read, answered and forgotten; a page that is shown
again for a mistake has empty fields.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.acquirer import cards, html, payments
from sandbox.acquirer.html import Page
from sandbox.acquirer.words import ALL, language_of
from sandbox.failures import BadInput, Failure, NotFound
from sandbox.faults import Endpoint, Faults, faulty
from sandbox.store import Row, Store

FORM_BYTES_MAX = 4096
HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex",
}


class Pages:
    """The pages and what they do. ``root`` is the acquirer's own address."""

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime], root: str) -> None:
        self._store = store
        self._clock = clock
        self._root = root
        self._faults = faults

    def routes(self) -> list[Route]:
        paying = faulty(self._faults, "acquirer", "authorise", self.pay, refused=_silent)
        return [
            Route("/pay/{payment}", self._known(self.show), methods=["GET"]),
            Route("/pay/{payment}", self._known(paying), methods=["POST"]),
            Route("/3ds/{challenge}", self._known(self.ask), methods=["GET"]),
            Route("/3ds/{challenge}", self._known(self.confirm), methods=["POST"]),
        ]

    def _known(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint, or a page that says that there is no such payment."""

        async def known(request: Request) -> Response:
            try:
                return await endpoint(request)
            except NotFound:
                return _answer(html.telling("gone", _language(request)), 404)

        return known

    async def show(self, request: Request) -> Response:
        """The form while the payment is open; else how it stands."""
        with self._store.reading() as db:
            payment = payments.by_id(db, request.path_params["payment"])
        return self._shown(payment, _language(request))

    async def pay(self, request: Request) -> Response:
        """The card, given or taken back."""
        form = await _form(request)
        language, now = _language(request, form), self._clock()
        payment_id = request.path_params["payment"]
        if form.get("do") == "cancel":
            with self._store.transaction() as db:
                return self._back(payments.cancel(db, payment_id, now))
        typed = cards.read(form.get("number", ""), form.get("expires", ""), form.get("cvv", ""), now)
        with self._store.transaction() as db:
            if typed.card is None:
                payment = payments.by_id(db, payment_id)
            else:
                payment = payments.pay(db, payment_id, typed.card, now)
        if typed.card is None:
            faults = {name: ALL[language][why] for name, why in typed.faults.items()}
            return self._shown(payment, language, faults)
        return self._onwards(payment, language)

    async def ask(self, request: Request) -> Response:
        """The page of the card's bank."""
        with self._store.reading() as db:
            payment = payments.by_challenge(db, request.path_params["challenge"])
        page = Page(payment, _language(request))
        return _answer(html.confirming(page, cards.CODE), returning=payment)

    async def confirm(self, request: Request) -> Response:
        """The code, right or wrong, or the way back."""
        form = await _form(request)
        language, challenge = _language(request, form), request.path_params["challenge"]
        with self._store.transaction() as db:
            if form.get("do") == "cancel":
                payment = payments.by_challenge(db, challenge)
                payment = payments.cancel(db, payment["payment_id"], self._clock())
            else:
                payment = payments.answer(db, challenge, form.get("code", "").strip(), self._clock())
        if payment["status"] != "authenticating":
            return self._onwards(payment, language)
        left = payments.WRONG_CODES_MAX - payment["wrong_codes"]
        page = Page(payment, language, {"code": ALL[language]["code_wrong"].format(left=left)})
        return _answer(html.confirming(page, cards.CODE), 422, payment)

    def _shown(self, payment: Row, language: str, faults: Mapping[str, str] | None = None) -> Response:
        if payment["status"] == "authenticating":
            return self._onwards(payment, language)
        page = Page(payment, language, faults or {})
        if payment["status"] != "opened":
            return _answer(html.standing(page), returning=payment)
        return _answer(html.paying(page), 422 if faults else 200, payment)

    def _onwards(self, payment: Row, language: str) -> Response:
        """To the code, to another try, or back to who is paid."""
        if payment["status"] == "authenticating":
            return _redirect(f"{self._root}/3ds/{payment['challenge']}?lang={language}")
        if payment["status"] == "opened":
            return _redirect(f"{self._root}/pay/{payment['payment_id']}?lang={language}")
        return self._back(payment)

    def _back(self, payment: Row) -> Response:
        return _redirect(payment["return_url"])


def _answer(page: str, status: int = 200, returning: Row | None = None) -> Response:
    """The page; its forms may lead to us and, by way of us, back to who is paid."""
    back = ""
    if returning is not None:
        url = urlsplit(returning["return_url"])
        back = f" {url.scheme}://{url.netloc}"
    policy = (
        f"default-src 'none'; style-src 'sha256-{html.DIGEST}'; form-action 'self'{back}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    return HTMLResponse(page, status, HEADERS | {"content-security-policy": policy})


def _redirect(url: str) -> Response:
    return RedirectResponse(url, status_code=303, headers=HEADERS)


def _silent(_: Failure) -> Response:
    return _answer(html.telling("silent", "en"), 502)


def _language(request: Request, form: Mapping[str, str] | None = None) -> str:
    chosen = (form or request.query_params).get("lang", "")
    return language_of(chosen, request.headers.get("accept-language", ""))


async def _form(request: Request) -> Mapping[str, str]:
    """:raises BadInput: for more than a card and its code need."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES_MAX:
            raise BadInput("The form is too long.")
    return dict(parse_qsl(body.decode("utf-8", "replace")))
