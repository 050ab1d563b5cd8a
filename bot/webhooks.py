"""``POST /webhooks/{channel}``: plain routes, for every layer more costs as much as the whole engine.

200 once the events are stored (the engine is never waited for) · 401 not from the platform, nothing stored ·
400 unreadable · 404 no such channel · 413 too long · 503 the database is away: the platform sends it again.

``GET`` of the same address is how some platforms ask whether it is really ours: 200 with their own word, 403 if what
they say is wrong, 405 where a platform asks no such thing.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.bodies import TooLong, body_of
from bot.door import Door
from bot.metrics import WEBHOOKS, counted
from bot.store import BadRow, StoreDown
from bot.turn import Turns
from channels.errors import Unauthentic, Unreadable
from flows.messages import EventType, InboundEvent, OutboundMessage

CORE_BYTES_MAX = 3_000_000  # the news of a core, many at once

Greet = Callable[[InboundEvent], OutboundMessage | None]

log = structlog.get_logger("bot.webhooks")


def routes(door: Door, turns: Turns, greet: Greet = lambda _: None) -> list[Route]:
    """The channels' webhooks. ``greet`` says what is said to somebody who has only opened the chat."""

    async def receive(request: Request) -> Response:
        channel = request.path_params["channel"]
        if channel not in door.channels:
            return Response(status_code=404)
        if request.method != "POST":
            return _challenged(door, channel, request)
        status, events = await _received(door, turns, channel, request)
        counted(WEBHOOKS, channel, str(status)).inc()
        return _answered(door, channel, events, greet) or Response(status_code=status)

    return [Route("/webhooks/{channel}", receive, methods=["GET", "POST"])]


def _challenged(door: Door, channel: str, request: Request) -> Response:
    try:
        word = door.channels[channel].challenge(dict(request.query_params))
    except Unauthentic:
        return Response(status_code=403)
    return Response(status_code=405, headers={"allow": "POST"}) if word is None else PlainTextResponse(word)


def _answered(door: Door, channel: str, events: Sequence[InboundEvent], greet: Greet) -> Response | None:
    """The greeting that a platform wants in the answer to its webhook; a fault in it must not cost the 200."""
    try:
        for event in events:
            if event.type is not EventType.START or (welcome := greet(event)) is None:
                continue
            body = door.channels[channel].answer(event, welcome)
            if body is not None:
                return Response(body, media_type="application/json")
    except Exception as error:
        log.error("greeting_failed", channel=channel, error=type(error).__name__, exc_info=error)
    return None


async def _received(door: Door, turns: Turns, channel: str, request: Request) -> tuple[int, Sequence[InboundEvent]]:
    """Read, let in, store; the HTTP status, and what was stored."""
    try:
        body = await body_of(request, door.channels[channel].capabilities.webhook_bytes_max)
        events = await door.receive(channel, dict(request.headers), body)
        await turns.receive(events)
    except TooLong:
        return 413, ()
    except Unauthentic:
        return 401, ()
    except (Unreadable, BadRow, ClientDisconnect) as error:
        log.warning("webhook_unreadable", channel=channel, reason=str(error))
        return 400, ()
    except StoreDown:
        return 503, ()
    except Exception as error:  # the vault's database, or a fault of ours: the platform keeps it and tries again
        log.error("webhook_failed", channel=channel, error=type(error).__name__)
        return 503, ()
    return 200, events


def core_route(take: Callable[[str, Mapping[str, str], bytes], Awaitable[int]]) -> Route:
    """``POST /webhooks/core/{core}``: ``take`` proves, deduplicates and answers with the HTTP status."""

    async def receive(request: Request) -> Response:
        try:
            body = await body_of(request, CORE_BYTES_MAX)
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
