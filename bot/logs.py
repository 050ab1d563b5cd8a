"""Logs: one JSON object a line, with an allow-list of keys, redacted, for our own loggers and those of libraries.

    log = structlog.get_logger(__name__)
    log.info("message sent", channel="viber", attempt=2)

A key that is not in KEYS is dropped, counted, and its name told in `dropped`: to log something new is a decision
made here. Request and turn ids come from context variables, set by `RequestIds` and `in_turn`.
"""

import logging
import re
import sys
import uuid
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

import orjson
import structlog
from prometheus_client import Counter
from structlog.contextvars import bound_contextvars, get_contextvars, merge_contextvars
from structlog.types import EventDict, Processor

from bot.redaction import redacted_value
from bot.settings.shape import Log

OF_THE_LINE = "event level timestamp logger exception dropped"
WHOSE = "request_id turn_id conversation message_id event_id op_id job operation schedule outbox_id subject"  # no one
ABOUT = "channel bank partner core service role action verb method route path status kind template locale flow"
ABOUT_STEP = "flow_version step intent entity engine state from_state version revision need effect capability"
HOW = (
    "outcome reason code error failure attempt tries count size rows lag_s delay_s duration_ms confidence degradations"
)
WHERE = "host port address pid file line"
WHAT = "delivery erasure place seq link"
KEYS = frozenset(" ".join((OF_THE_LINE, WHOSE, ABOUT, ABOUT_STEP, HOW, WHERE, WHAT)).split())
NOISY = ("httpx", "httpcore", "asyncio", "aiogram", "alembic", "uvicorn.error")  # heard from warnings on
REQUEST_ID = re.compile(r"(?!.*\d{13})[A-Za-z0-9_-]{8,64}\Z")  # what could be a card's number is no id
REQUEST_HEADER, TURN_HEADER = b"x-request-id", b"x-turn-id"
LETTERS = str.maketrans("0123456789", "ghijklmnop")
KEY_NAME = re.compile(r"[a-z_]{1,32}\Z")
DROPPED = Counter("teller_log_keys_dropped", "Keys that a log line carried and the allow-list does not know.")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]


def configure_logs(log: Log, stream: TextIO | None = None) -> None:
    """Send all logging of this process through here. Run uvicorn with `log_config=None`."""
    stream = stream or sys.stderr
    is_text = log.format == "text" or (log.format == "auto" and stream.isatty())
    shared: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        only_known_keys,
        redact,
        as_text if is_text else as_json,
    ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(log.level.upper())
    for name in NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def only_known_keys(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Keep what KEYS knows; tell the names of the rest."""
    unknown = line.keys() - KEYS
    for key in unknown:
        del line[key]
    if unknown:
        DROPPED.inc(len(unknown))
        line["dropped"] = sorted(key if KEY_NAME.match(key) else "?" for key in unknown)
    return line


def redact(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Mask what looks secret in every value, whatever its key."""
    return {key: redacted_value(value) for key, value in line.items()}


def as_json(_logger: object, _method: str, line: EventDict) -> str:
    return orjson.dumps(line, default=str).decode()


def as_text(_logger: object, _method: str, line: EventDict) -> str:
    """One short line for a person: time, level, what happened, the rest; an exception below it."""
    time, level = str(line.pop("timestamp", ""))[11:19], str(line.pop("level", ""))
    event, trace = line.pop("event", ""), line.pop("exception", "")
    line.pop("logger", None)
    rest = "".join(f"  {key}={value}" for key, value in line.items())
    return f"{time} {level:<7} {event}{rest}" + (f"\n{trace}" if trace else "")


@contextmanager
def in_turn(turn_id: object, **about: object) -> Iterator[None]:
    """Everything logged inside belongs to this turn; `about` takes further keys, such as `channel`."""
    with bound_contextvars(turn_id=str(turn_id), **about):
        yield


class RequestIds:
    """ASGI middleware: every request has an id, taken from `X-Request-ID` if it looks like one, and told back."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _given(scope, REQUEST_HEADER) or _new_id()

        async def send_with_id(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        turn_id = _given(scope, TURN_HEADER)
        with bound_contextvars(request_id=request_id, **({"turn_id": turn_id} if turn_id else {})):
            await self._app(scope, receive, send_with_id)


def _new_id() -> str:
    """An id of letters alone: thirteen digits in a row would be hidden from the log as a card number."""
    return uuid.uuid4().hex.translate(LETTERS)


def _given(scope: Scope, header: bytes) -> str | None:
    given = next((value for name, value in scope["headers"] if name == header), b"").decode("latin-1")
    return given if REQUEST_ID.match(given) else None


def current_request_id() -> str | None:
    """The id of the request being served, to be handed on in `X-Request-ID`."""
    request_id = get_contextvars().get("request_id")
    return str(request_id) if request_id else None


def carried() -> dict[str, str]:
    """The headers by which a call to a service of ours carries the ids of the request and the turn."""
    known = get_contextvars()
    headers = {"request_id": REQUEST_HEADER, "turn_id": TURN_HEADER}
    return {header.decode(): str(known[name]) for name, header in headers.items() if known.get(name)}


def whose(otherwise: object) -> dict[str, str]:
    """The ids of what is being done, to be bound where it goes on later; ``otherwise`` where nobody here began it."""
    known = get_contextvars()
    return {name: str(known.get(name) or otherwise) for name in ("request_id", "turn_id")}
