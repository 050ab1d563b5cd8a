"""``POST /webhooks/{channel}``: plain routes, for every layer more costs as much as the whole engine.

200 once the events are stored (the engine is never waited for) · 401 not from the platform, nothing stored ·
400 unreadable · 404 no such channel · 413 too long · 503 the database is away: the platform sends it again.
"""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.door import Door
from bot.metrics import WEBHOOKS, counted
from bot.store import BadRow, StoreDown
from bot.turn import Turns
from channels.errors import Unauthentic, Unreadable

BODY_BYTES_MAX = 1_000_000

log = structlog.get_logger("bot.webhooks")


class TooLong(Exception):
    """The body is longer than the limit."""


def routes(door: Door, turns: Turns, body_bytes_max: int = BODY_BYTES_MAX) -> list[Route]:
    """The channels' webhooks."""

    async def receive(request: Request) -> Response:
        channel = request.path_params["channel"]
        if channel not in door.channels:
            return Response(status_code=404)
        status = await _received(door, turns, channel, request, body_bytes_max)
        counted(WEBHOOKS, channel, str(status)).inc()
        return Response(status_code=status)

    return [Route("/webhooks/{channel}", receive, methods=["POST"])]


async def _received(door: Door, turns: Turns, channel: str, request: Request, body_bytes_max: int) -> int:
    """Read, let in, store; the HTTP status."""
    try:
        body = await _body(request, body_bytes_max)
        events = await door.receive(channel, dict(request.headers), body)
        await turns.receive(events)
    except TooLong:
        return 413
    except Unauthentic:
        return 401
    except (Unreadable, BadRow, ClientDisconnect) as error:
        log.warning("webhook_unreadable", channel=channel, reason=str(error))
        return 400
    except StoreDown:
        return 503
    except Exception as error:  # the vault's database, or a fault of ours: the platform keeps it and tries again
        log.error("webhook_failed", channel=channel, error=type(error).__name__)
        return 503
    return 200


async def _body(request: Request, most: int) -> bytes:
    """The raw body, refused before it is read when it says that it is too long, else while it is read."""
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > most:
        raise TooLong
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise TooLong
        chunks.append(chunk)
    return b"".join(chunks)


def core_route(take: Callable[[str, Mapping[str, str], bytes], Awaitable[int]]) -> Route:
    """``POST /webhooks/core/{core}``: ``take`` proves, deduplicates and answers with the HTTP status."""

    async def receive(request: Request) -> Response:
        try:
            body = await _body(request, BODY_BYTES_MAX)
            status = await take(request.path_params["core"], dict(request.headers), body)
        except TooLong:
            status = 413
        except ClientDisconnect:
            status = 400
        except Exception as error:  # the database is away, or a fault of ours: the core keeps it and tries again
            log.error("core_webhook_failed", error=type(error).__name__)
            status = 503
        return Response(status_code=status)

    return Route("/webhooks/core/{core}", receive, methods=["POST"])
