"""Serves the page of phones: plain files, every one with its charset, under a policy that runs only our own scripts."""

from html import escape
from pathlib import Path
from string import Template

import font_manrope  # type: ignore[import-untyped]  # the package carries no types
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.house import House

FOLDER = Path(__file__).parent.parent / "page"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
FONT = Path(font_manrope.ManropeVariableFont_wght)


OF_THE_HOUSE = ("index.html", "house.css", "mark.svg")  # which hold the bank's name and colours


def routes(house: House) -> list[Route]:
    """`/` and `/page/{name}`; both relative to wherever the sandbox is mounted."""
    own = {name: _of(house, FOLDER / name) for name in OF_THE_HOUSE}

    async def index(request: Request) -> Response:
        """Without the slash at the end the page's relative addresses would lead elsewhere."""
        if not request.scope["path"].endswith("/"):
            return RedirectResponse(f"{request.url.path}/")
        return own["index.html"]

    async def file(request: Request) -> Response:
        name = request.path_params["name"]
        return own[name] if name in own else _file(name)

    return [Route("/", index), Route("/page/manrope.ttf", _font), Route("/page/{name}", file)]


def _of(house: House, path: Path) -> Response:
    """A file with this house's name and colours in it."""
    text = Template(path.read_text("utf-8")).substitute({**house.roles, "bank": escape(house.name), "mark": house.mark})
    return Response(text, headers={**HEADERS, "content-type": KINDS[path.suffix]})


def _file(name: str) -> Response:
    path = FOLDER / name
    if path.suffix not in KINDS or not path.is_file():
        return PlainTextResponse("There is no such file.", 404)
    return _serve(path)


async def _font(_: Request) -> Response:
    headers = HEADERS | {"Cache-Control": "public, max-age=604800"}
    return FileResponse(FONT, media_type="font/ttf", headers=headers)


def _serve(path: Path) -> Response:
    return FileResponse(path, media_type=KINDS[path.suffix], headers=HEADERS)
