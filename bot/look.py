"""The routes by which operators look in: alive, ready, and the figures for Prometheus."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.store import Link, StoreDown

ALIVE = {"status": "ok", "service": "teller"}


def routes(database: Link | None) -> list[Route]:
    """``/healthz``, ``/readyz`` and ``/metrics``. Without a database the role needs none to be ready."""

    async def alive(_: Request) -> Response:
        return JSONResponse(ALIVE)

    async def ready(_: Request) -> Response:
        try:
            if database is not None:
                await database.fetch("select 1")
        except StoreDown:
            return JSONResponse({"status": "the database does not answer"}, 503)
        return JSONResponse({"status": "ok"})

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)]
