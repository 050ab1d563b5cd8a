"""How every page is answered: never kept, framed, indexed or told of, and only to a form of its own."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.secure.html import Face, telling


class Answers:
    """Pages of one bank as responses."""

    def __init__(self, face: Face) -> None:
        self.face = face
        self._headers = {
            "Cache-Control": "no-store", "Content-Security-Policy": face.policy, "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "X-Robots-Tag": "noindex",
            "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
        }  # fmt: skip

    def tell(self, what: str, locale: str, status: int, **headers: str) -> Response:
        """A page that only says how it stands."""
        return self.show(telling(self.face, what, locale), status, **headers)

    def show(self, html: str, status: int = 200, **headers: str) -> Response:
        return HTMLResponse(html, status, self._headers | headers)

    def back(self, path: str) -> Response:
        """After a form was taken: the page again, by GET."""
        return RedirectResponse(path, 303, self._headers)


def from_elsewhere(request: Request) -> bool:
    """Whether a form was sent by a page that is not ours, as far as the browser tells.

    Our pages tell nobody where they are, so the browser says ``Origin: null`` even of our own forms; browsers of these
    years say in ``Sec-Fetch-Site`` what it is. The address is the page's secret in any case.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site != "same-origin"
    origin = request.headers.get("origin", "null")
    return origin != "null" and urlsplit(origin).netloc != request.url.netloc
