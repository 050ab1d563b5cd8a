"""Traces for a collector, where TELLER_TRACES__URL is set and the extra ``traces`` is installed; nothing elsewhere.

    with span("turn", channel="viber"):
        ...

A trace is a request: its id is made from the request id, which travels with every call and every queue already, so that
what belongs together finds together in any process, without a header of its own. A span tells what a log line may tell,
by the same list and through the same mask; of an exception it tells the class.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog

from bot.logs import KEYS, Asgi, Receive, Scope, Send, current_request_id
from bot.redaction import redacted_value

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider

PATH = "/v1/traces"  # of OTLP over HTTP
SEND_EVERY_MS = 2_000
COLLECTOR_S = 2.0  # one that is away holds up no stop for longer
LOOKED_AT = ("/healthz", "/readyz", "/metrics")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ELSEWHERE = "elsewhere"  # a path that nobody serves
ASKED = "asked"  # what core_adapters ask somebody else

log = structlog.get_logger("bot.tracing")

Span = Callable[..., AbstractContextManager[None]]


class _Traces:
    """What this process draws with; nothing until it is opened."""

    span: Span | None = None
    provider: "TracerProvider | None" = None


def span(name: str, **about: object) -> AbstractContextManager[None]:
    """Something that takes time, as part of the request at hand."""
    return nullcontext() if _Traces.span is None else _Traces.span(name, **about)


class Traced:
    """ASGI middleware: each request is a span, named by its method and the first part of its path.

    The rest of a path may be a token, and one that is not ``served`` may be anything: it is drawn without its words.
    Those who ask whether we live, and for figures, are not drawn.
    """

    def __init__(self, app: Asgi, served: Iterable[str]) -> None:
        self._app = app
        self._served = frozenset({_first(path) for path in served} | {"/"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry."""
        first = _first(str(scope.get("path", ""))) if scope["type"] == "http" else ""
        if _Traces.span is None or not first or first in LOOKED_AT:
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        with span(f"{method} {first if first in self._served else ELSEWHERE}"):
            await self._app(scope, receive, send)


def _first(path: str) -> str:
    """The first part of a path; "/" where there is none."""
    return "/" + path.lstrip("/").partition("/")[0]


def open_traces(url: str, role: str) -> bool:
    """Draw from now on, for the collector at ``url``; false where there is none, or nothing to draw with."""
    if not url:
        return False
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        log.warning("traces_not_drawn", reason="the extra 'traces' is not installed")
        return False
    provider = TracerProvider(resource=Resource({"service.namespace": "teller", "service.name": role}))
    exporter = OTLPSpanExporter(endpoint=url.rstrip("/") + PATH, timeout=COLLECTOR_S)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=SEND_EVERY_MS))
    _Traces.provider, _Traces.span = provider, _drawing(provider)
    return True


def close_traces() -> None:
    """Send what is drawn, and draw no more."""
    provider, _Traces.provider, _Traces.span = _Traces.provider, None, None
    if provider is not None:
        provider.shutdown()


def _drawing(provider: "TracerProvider") -> Span:
    from opentelemetry.trace import Status, StatusCode

    tracer = provider.get_tracer("teller")

    @contextmanager
    def drawn(name: str, **about: object) -> Iterator[None]:
        told = {key: _told(value) for key, value in about.items() if key in KEYS}
        with tracer.start_as_current_span(
            name, _within(current_request_id()), attributes=told, record_exception=False, set_status_on_exception=False
        ) as own:
            try:
                yield
            except Exception as error:
                own.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    return drawn


def _told(value: object) -> str | int | float | bool:
    masked = redacted_value(value)
    return masked if isinstance(masked, str | int | float) else str(masked)


def _within(request_id: str | None) -> "Context | None":
    """Inside the span at hand if it is of this request, else directly inside the request."""
    from opentelemetry import trace

    if request_id is None:
        return None
    digest = sha256(request_id.encode()).digest()
    trace_id, root = int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])
    if trace.get_current_span().get_span_context().trace_id == trace_id:
        return None
    request = trace.SpanContext(trace_id, root, is_remote=True, trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED))
    return trace.set_span_in_context(trace.NonRecordingSpan(request))
