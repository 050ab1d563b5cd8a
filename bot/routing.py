"""Requests by the beginning of their path: the services keep their full paths, alone or side by side."""

from collections.abc import Mapping

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class ByPrefix:
    """Hands a request to the first application whose prefix its path has."""

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        self._apps = tuple(apps.items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry."""
        if scope["type"] == "http":
            for prefix, app in self._apps:
                if scope["path"] == prefix or scope["path"].startswith(f"{prefix}/"):
                    await app(scope, receive, send)
                    return
            await JSONResponse({"code": "not_found", "message": "There is nothing here."}, 404)(scope, receive, send)
