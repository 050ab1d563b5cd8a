"""Requests by the beginning of their path: the services keep their full paths, alone or side by side."""

from collections.abc import Mapping

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

DESCRIPTION = "/openapi.json"


class ByPrefix:
    """Hands a request to the first application whose prefix its path has.

    Where ``described`` is false nobody reads there what there is to be called.
    """

    def __init__(self, apps: Mapping[str, ASGIApp], *, described: bool = True) -> None:
        self._apps = tuple(apps.items())
        self._described = described

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry."""
        if scope["type"] == "http":
            app = self._app_of(scope["path"]) or JSONResponse(
                {"code": "not_found", "message": "There is nothing here."}, 404
            )
            await app(scope, receive, send)

    def _app_of(self, path: str) -> ASGIApp | None:
        if path.endswith(DESCRIPTION) and not self._described:
            return None
        found = (app for prefix, app in self._apps if path == prefix or path.startswith(f"{prefix}/"))
        return next(found, None)
