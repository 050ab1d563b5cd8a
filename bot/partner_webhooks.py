"""``POST /webhooks/partners/{partner}``: what partners tell us, proved, once, and not faster than their pace."""

import asyncio

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.bodies import TooLong, body_of
from customer_api.partners import events
from customer_api.partners.door import BODY_BYTES_MAX, Door, IdReused, NoSuchPartner
from customer_api.partners.pace import TooFast
from customer_api.partners.signatures import NotSigned

BODY_S = 10.0  # how long a partner may take to send one

log = structlog.get_logger("bot.webhooks")


class TooSlow(Exception):
    """The body did not come in time. A TimeoutError is something else: a database that does not answer."""


UNREAD: dict[type[Exception], int] = {TooLong: 413, TooSlow: 408, ClientDisconnect: 400}
REFUSED: dict[type[Exception], tuple[int, str]] = {
    NoSuchPartner: (404, "not_found"),
    IdReused: (409, "id_reused"),
    NotSigned: (401, "not_signed"),
    events.Unreadable: (400, "unreadable"),
    events.Misshapen: (422, "misshapen"),
}


def partner_route(door: Door, body_s: float = BODY_S) -> Route:
    """204 taken, now or before · 401 not proved · 404 no such partner · 409 the id stands for another body ·
    422 without what its type must name · 429 too fast, come again later.

    Who is too fast is turned away before a byte of the body is read.
    """

    async def receive(request: Request) -> Response:
        partner = request.path_params["partner"]
        try:
            await door.knows(partner)
            with door.entering(partner):
                body = await _timely(request, BODY_BYTES_MAX, body_s)
                await door.take(partner, dict(request.headers), body)
        except TooFast as wait:
            return Response(status_code=429, headers={"retry-after": str(wait.retry_after_s)})
        except tuple(UNREAD) as error:
            return Response(status_code=UNREAD[type(error)])
        except tuple(REFUSED) as refusal:
            status, code = REFUSED[type(refusal)]
            return JSONResponse({"code": code, "message": str(refusal) or code}, status_code=status)
        except Exception as error:  # the database is away, or a fault of ours: the partner keeps it and tries again
            log.error("partner_webhook_failed", error=type(error).__name__)
            return Response(status_code=503)
        return Response(status_code=204)

    return Route("/webhooks/partners/{partner}", receive, methods=["POST"])


async def _timely(request: Request, most: int, body_s: float) -> bytes:
    try:
        async with asyncio.timeout(body_s):
            return await body_of(request, most)
    except TimeoutError:
        raise TooSlow from None
