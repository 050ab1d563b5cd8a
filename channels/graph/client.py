"""Calls to the Graph API: ``{api_url}/v{VERSION}.0/{path}`` with a bearer token, which never stands in an address.

    a connection that could not be made  -> Transient: nothing has left
    a request that left, and no answer   -> Unclear
    an answer that says no               -> the messenger's own table reads the GraphError
    an answer that is a gateway's page   -> Transient (5xx), else the table reads it as code 0

No error of ours names an address or a token.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx
import orjson

from channels.errors import PermanentContent, SendFailure, Transient, Unclear
from channels.graph.errors import GraphError, read_error
from flows.ports import DrawnPicture

VERSION = 25  # of the Graph API; each lives for about two years
TIMES = httpx.Timeout(20.0, connect=3.0, write=10.0, pool=5.0)
# Idle connections are dropped before a server drops them: a cut one would look like a request that went out.
LIMITS = httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=4.0)
ANSWER_BYTES_MAX = 1_000_000
DOWNLOAD_S = 60.0
REDIRECTS_MAX = 3
OK_BELOW = 300
# The request was not handed to a connection at all.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TRY_LATER = frozenset({408, 425, 429})

Json = Mapping[str, Any]


class Graph:
    """One account's way to the Graph API. ``meaning`` is the messenger's table: what a refusal is for us."""

    def __init__(self, token: str, api_url: str, meaning: Callable[[GraphError], SendFailure]) -> None:
        self._token = token
        self._api_url = api_url.rstrip("/")
        self._meaning = meaning
        self._http = httpx.AsyncClient(timeout=TIMES, limits=LIMITS, trust_env=False, follow_redirects=False)

    async def post(self, *path: str, json: Json, token: str = "") -> Json:
        """Post a JSON body; ``token`` in the place of the account's own. Raises SendFailure."""
        content = orjson.dumps(json)
        headers = {"Content-Type": "application/json"}
        return await self._call(self._request("POST", path, token, content=content, headers=headers))

    async def upload(self, *path: str, fields: Mapping[str, str], file: DrawnPicture, field: str = "file") -> Json:
        """Post a form with one file in it. Raises SendFailure."""
        part = (file.file_name, file.data, file.mime)
        return await self._call(self._request("POST", path, "", data=dict(fields), files={field: part}))

    async def get(self, *path: str, query: Mapping[str, str] | None = None) -> Json:
        """Ask something. Raises SendFailure; a question that broke on the way is Transient, it can be put again."""
        try:
            return await self._call(self._request("GET", path, "", params=query))
        except Unclear as failure:
            raise Transient(failure.reason, failure.code) from None

    async def download(self, url: str, most: int, hosts: Sequence[str], *, bearer: bool = True) -> bytes:
        """What lies under an address that the platform gave us, at most ``most`` bytes.

        Only from ``hosts`` and their subdomains over https, or from where the API itself is; the same for every
        address it leads on to.

        Raises:
            PermanentContent: gone, too large, or somewhere else.
            Transient: try again.
        """
        try:
            async with asyncio.timeout(DOWNLOAD_S):
                return await self._follow(url, most, hosts, bearer)
        except httpx.InvalidURL:
            raise PermanentContent("the file's address is none", "host") from None
        except (httpx.HTTPError, TimeoutError) as error:
            raise Transient("the file could not be fetched", type(error).__name__) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _request(self, method: str, path: Sequence[str], token: str, **parts: Any) -> httpx.Request:
        if any(segment in ("", ".", "..") for segment in path):
            raise PermanentContent("an id of the platform is empty or no id", "path")
        url = "/".join([self._api_url, f"v{VERSION}.0", *(quote(segment, safe="") for segment in path)])
        headers = {"Authorization": f"Bearer {token or self._token}"} | parts.pop("headers", {})
        return self._http.build_request(method, url, headers=headers, **parts)

    async def _call(self, request: httpx.Request) -> Json:
        async with self._sent(request) as answer:
            body = await _body(answer, ANSWER_BYTES_MAX)
        if answer.status_code >= OK_BELOW:
            raise self._refusal(answer, body)
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError:
            document = None
        if not isinstance(document, dict):
            raise Unclear("the platform's answer cannot be read", f"http {answer.status_code}")
        if isinstance(document.get("error"), dict):  # refused inside a 200
            raise self._refusal(answer, body)
        return document

    @asynccontextmanager
    async def _sent(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        """Our errors name no address and no token."""
        try:
            answer = await self._http.send(request, stream=True)
            try:
                yield answer
            finally:
                await answer.aclose()
        except NOT_SENT as error:
            raise Transient("the platform cannot be reached", type(error).__name__) from None
        except httpx.HTTPError as error:
            raise Unclear("no answer came from the platform", type(error).__name__) from None

    def _refusal(self, answer: httpx.Response, body: bytes) -> SendFailure:
        error = read_error(answer.status_code, answer.headers, body)
        if error.code == 0 and error.in_trouble:
            return Transient("the platform is in trouble", error.name)
        return self._meaning(error)

    async def _follow(self, url: str, most: int, hosts: Sequence[str], bearer: bool) -> bytes:
        for _ in range(REDIRECTS_MAX + 1):
            self._check_place(url, hosts)
            headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {self._token}"} if bearer else {})
            answer = await self._http.send(self._http.build_request("GET", url, headers=headers), stream=True)
            try:
                if answer.status_code in REDIRECTS:
                    url = str(httpx.URL(url).join(answer.headers.get("location", "")))
                    continue
                return await _file(answer, most)
            finally:
                await answer.aclose()
        raise PermanentContent("the file's address leads on and on", "redirects")

    def _check_place(self, url: str, hosts: Sequence[str]) -> None:
        asked, own = httpx.URL(url), httpx.URL(self._api_url)
        theirs = any(asked.host == host or asked.host.endswith(f".{host}") for host in hosts)
        if (asked.scheme == "https" and asked.port is None and theirs) or _origin(asked) == _origin(own):
            return
        raise PermanentContent("the file's address is not the platform's", "host")


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


async def _file(answer: httpx.Response, most: int) -> bytes:
    status = answer.status_code
    if status in TRY_LATER or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise Transient("the file could not be fetched", f"http {status}")
    if status >= OK_BELOW:
        raise PermanentContent("the file is gone", f"http {status}")
    return await _body(answer, most)


async def _body(answer: httpx.Response, most: int) -> bytes:
    """The body as it streams in; a long one is left before it fills our memory."""
    parts, size = [], 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > most:
            raise PermanentContent(f"what the platform gives is larger than {most} bytes", "size")
        parts.append(part)
    return b"".join(parts)
