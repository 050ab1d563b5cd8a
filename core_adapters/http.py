"""One request to somebody else's HTTP service, and what its end means in our failures.

The bound on the reply, the time limits and the reading of statuses are the same for all; what a document must look
like is each wrapper's own Cerberus schema.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from core_adapters.bounded import Bounded
from core_adapters.breaker import Breaker, Call, Resting
from core_adapters.carrying import Carrying
from core_adapters.failures import BankFailure, Declined, Missing, TurnedAway, Unavailable, Unclear
from core_adapters.logins.marking import NO_EFFECT

REPLY_BYTES_MAX = 1_000_000
DEPTH_MAX = 20  # levels of nesting; a deeper reply is an attack on the parser or a bug
TIMES = httpx.Timeout(8.0, connect=2.0, write=5.0, pool=2.0)
# Idle connections are dropped before a server drops them: a cut one would look like a request that went out.
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=1.0)
# How often a question is put, all in all: once more, at once. Whoever asks is a person who waits, and a core that is
# ill has a breaker. An order is put once, whatever happens.
ASKED_TWICE = 2
PLAIN = {"accept-encoding": "identity"}  # unpacked, a small answer may have no end
_JSON = re.compile(r"application/(?:[a-z0-9.-]+\+)?json", re.ASCII)
NO_CONTENT = 204
# The request was not handed to a connection at all.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)
# Statuses below 500 after which the request may still be at work.
MAYBE_AT_WORK = frozenset({408, 409, 425})


@dataclass(frozen=True, slots=True)
class Reply:
    """A 2xx answer whose body is a JSON object."""

    status: int
    document: Mapping[str, object]


def client(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client with our bounds: no redirects, no proxies of the environment."""
    inner = transport or httpx.AsyncHTTPTransport(limits=LIMITS, trust_env=False)
    return httpx.AsyncClient(timeout=TIMES, trust_env=False, transport=Bounded(Carrying(inner), REPLY_BYTES_MAX))


@dataclass(frozen=True, slots=True)
class Service:
    """Somebody's HTTP service: where it is and how one logs in; its breaker is its own unless one is given."""

    client: httpx.AsyncClient
    url: str
    login: httpx.Auth
    breaker: Breaker = field(default_factory=Breaker, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.breaker.name_if_nameless(urlsplit(self.url).netloc.rpartition("@")[2])

    def rest_s(self) -> float:
        """Seconds until an order may be sent here; 0: now. Satisfies core_adapters.breaker.CanRest."""
        return self.breaker.rest_s()

    async def order(self, method: str, path: str, body: Mapping[str, object]) -> Reply:
        """Send something that has an effect: once, never repeated here. Raises BankFailure."""
        return await self._once(_Request(method, path, body, {}, has_effect=True))

    async def ask(self, path: str, parameters: Mapping[str, str] | None = None) -> Reply:
        """Ask a question; a failure of the way there is tried once more. Raises BankFailure."""
        return await self._twice(_Request("GET", path, None, parameters or {}, has_effect=False))

    async def ask_with(self, path: str, body: Mapping[str, object]) -> Reply:
        """A question that is put as a POST, because it holds what an address must not. Raises BankFailure."""
        return await self._twice(_Request("POST", path, body, {}, has_effect=False))

    async def _twice(self, request: "_Request") -> Reply:
        for _ in range(ASKED_TWICE - 1):
            try:
                return await self._once(request)
            except Resting:
                raise
            except (Unavailable, Unclear):
                continue
        return await self._once(request)

    async def _once(self, request: "_Request") -> Reply:
        with self.breaker.call() as call:
            status, document = await self._answered(request, call)
        if not 200 <= status < 300:
            raise _failure(status, document)
        if document is None:
            raise Unclear("the answer is no JSON object")
        return Reply(status, document)

    async def _answered(self, request: "_Request", call: Call) -> tuple[int, Mapping[str, object] | None]:
        try:
            status, document = await self._exchange(request)
        except Unavailable:  # the login has no token, so nothing was sent
            call.health = "ill"
            raise
        except NOT_SENT as error:
            call.health = "ill"
            raise Unavailable(type(error).__name__) from None
        except httpx.TransportError as error:
            call.health = "ill"
            raise Unclear(type(error).__name__) from None
        except (httpx.HTTPError, httpx.StreamError, ValueError) as error:
            raise Unclear(type(error).__name__) from None
        call.health = "ill" if status >= 500 else "well"
        return status, document

    async def _exchange(self, request: "_Request") -> tuple[int, Mapping[str, object] | None]:
        sent = self.client.stream(
            request.method,
            self.url + request.path,
            json=request.body,
            params=dict(request.parameters),
            headers=PLAIN,
            auth=self.login,
            extensions={NO_EFFECT: not request.has_effect},
        )
        async with sent as answer:
            data = await body_of(answer)
            if answer.status_code == NO_CONTENT:
                return NO_CONTENT, {}
            return answer.status_code, _document(data) if is_json(answer) else None


async def body_of(answer: httpx.Response, bytes_max: int = REPLY_BYTES_MAX) -> bytes:
    """The body of an answer that is being read. Raises ValueError for one that is packed, or too large."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise ValueError("the answer is packed")
    data = bytearray()
    async for chunk in answer.aiter_raw():
        data += chunk
        if len(data) > bytes_max:
            raise ValueError("the answer is too large")
    return bytes(data)


def label_of(answer: httpx.Response) -> str:
    """What an answer says that it is: ``application/json``."""
    return str(answer.headers.get("content-type", "")).partition(";")[0].strip().lower()


def is_json(answer: httpx.Response) -> bool:
    """What is not labelled as JSON comes from something that stands before the service, and is not read as its word."""
    return _JSON.fullmatch(label_of(answer)) is not None


@dataclass(frozen=True, slots=True)
class _Request:
    """What is sent. ``has_effect`` tells the login whether it may send it once more with another token."""

    method: str
    path: str
    body: Mapping[str, object] | None = field(repr=False)
    parameters: Mapping[str, str] = field(repr=False)
    has_effect: bool


def _failure(status: int, document: Mapping[str, object] | None) -> BankFailure:
    code = document.get("code") if document else None
    if status == 422 and isinstance(code, str) and code:
        return Declined(code)
    if status == 404 and document is not None:  # without a word of the service's it is the address that is unknown
        return Missing(f"HTTP {status}")
    if 400 <= status < 500 and status not in MAYBE_AT_WORK:
        return TurnedAway(f"HTTP {status}")
    return Unclear(f"HTTP {status}")


def _document(data: bytes) -> Mapping[str, object] | None:
    """The JSON object of a body; None for anything else, a body without end or depth included."""
    try:
        read = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) and _depth(read) <= DEPTH_MAX else None


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0
