"""Calls to Viber's REST API, and what its answers mean for us. HTTP 200 is not success: ``status`` 0 is."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import orjson

from channels.clock import Clock
from channels.errors import (
    ChannelDown,
    PermanentContent,
    PermanentUser,
    SendFailure,
    Throttled,
    Transient,
    Unclear,
    WindowClosed,
)
from channels.fetching import fetch, same_origin

TIMES = httpx.Timeout(20.0, connect=3.0, write=10.0, pool=5.0)
# Idle connections are dropped before a server drops them: a cut one would look like a request that went out.
LIMITS = httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=4.0)
# The request was not handed to a connection at all.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
TOKEN_HEADER = "X-Viber-Auth-Token"  # noqa: S105 - the header's name, not a secret
MEDIA_HOST = ".viber.com"
# Viber does not say how long to wait. It counts by the customer and by the account and does not say which was too
# much; only the chat waits, since an account that is too fast meets the answer again in every chat.
PAUSE_S = 60
WORDS_MAX = 100
OK, INVALID_URL, TOO_MANY = 0, 1, 12

_REFUSALS: Mapping[int, tuple[type[SendFailure], str]] = {
    1: (PermanentContent, "Viber cannot use an address that we gave"),
    2: (ChannelDown, "Viber refuses the bot's token"),
    3: (PermanentContent, "Viber cannot read the message"),
    4: (PermanentContent, "Viber misses a part of the message"),
    5: (PermanentUser, "the customer is not on Viber"),
    6: (PermanentUser, "the customer is not subscribed to the bot"),
    7: (ChannelDown, "Viber has blocked the bot's account"),
    8: (ChannelDown, "Viber knows no such account"),
    9: (ChannelDown, "Viber has suspended the bot's account"),
    10: (ChannelDown, "the bot has no webhook at Viber"),
    11: (PermanentUser, "the customer's device takes no bots"),
    15: (ChannelDown, "Viber does not let the account send"),
    16: (PermanentContent, "this message may not be sent into a chat"),
    17: (PermanentContent, "the account is not one for inline messages"),
    18: (PermanentContent, "the account has no public chat"),
    19: (PermanentContent, "the message may not be broadcast"),
    20: (PermanentContent, "the account may not broadcast"),
    21: (PermanentUser, "Viber does not deliver such a message in the customer's country"),
    22: (PermanentContent, "the bot may not send payments"),
    # Both concern messages outside a session only: what answers a customer still goes out.
    23: (WindowClosed, "the month's free messages outside of a session are used up"),
    24: (WindowClosed, "the account's balance does not allow messages outside of a session"),
}
_TOO_NEW = frozenset({13, 14})


def without_numbers(words: str) -> str:
    """What Viber says, in a line and without the long numbers (phones, cards) that it may repeat of a message."""
    return re.sub(r"\+?\d[\d ]{5,}\d", "…", " ".join(words.split()))[:WORDS_MAX]


class TooNew(PermanentContent):
    """The customer's client, or the account, does not know what the message asks for."""


class ViberCalls:
    """One bot's connection to ``{api_url}/pa/{method}``. The token stands in a header, never in an address."""

    def __init__(self, token: str, api_url: str, clock: Clock) -> None:
        self._token = token
        self._api_url = api_url.rstrip("/")
        self._clock = clock
        self._http: httpx.AsyncClient | None = None

    async def make(self, method: str, body: Mapping[str, Any]) -> str | None:
        """Make one call and give the message's number where the answer has one.

        Raises:
            SendFailure: its class says what to do; TooNew for what a simpler message may cure.
        """
        headers = {TOKEN_HEADER: self._token, "Content-Type": "application/json"}
        try:
            answer = await self._client().post(
                f"{self._api_url}/pa/{method}", content=orjson.dumps(body), headers=headers
            )
        except NOT_SENT as error:
            raise Transient("Viber cannot be reached", type(error).__name__) from None
        except httpx.HTTPError as error:
            raise Unclear("no answer came from Viber", type(error).__name__) from None
        return self._read(answer)

    async def fetch(self, url: str, most: int) -> bytes:
        """What lies at Viber under the address. The token is not sent along: it is none of a file server's business.

        Raises:
            SendFailure: PermanentContent when it is gone, too large or elsewhere.
        """
        return await fetch(self._client(), url, most, self._is_vibers)

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()

    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(timeout=TIMES, limits=LIMITS, trust_env=False, follow_redirects=False)
        return self._http

    def _is_vibers(self, url: httpx.URL) -> bool:
        public = url.scheme == "https" and url.port is None and url.host.endswith(MEDIA_HOST)
        return public or same_origin(url, httpx.URL(self._api_url))

    def _read(self, answer: httpx.Response) -> str | None:
        if answer.status_code != httpx.codes.OK:
            raise self._http_failure(answer.status_code)
        try:
            said = orjson.loads(answer.content)
        except orjson.JSONDecodeError:
            said = None
        status = said.get("status") if isinstance(said, dict) else None
        if not isinstance(said, dict) or not isinstance(status, int):
            raise Unclear("Viber's answer cannot be read", "http 200")
        if status != OK:
            raise self.meaning(status, said.get("status_message"))
        token = said.get("message_token")
        return str(token) if isinstance(token, int | str) and not isinstance(token, bool) else None

    def meaning(self, status: int, words: object) -> SendFailure:
        """What a ``status`` other than 0 is for us."""
        if status == TOO_MANY:
            return Throttled(self._clock() + timedelta(seconds=PAUSE_S), "Viber asks for a pause", str(status))
        if status in _TOO_NEW:
            return TooNew("the customer's Viber is too old for the message", str(status))
        kind, reason = _REFUSALS.get(status, (Transient, "Viber is in trouble"))
        if kind is PermanentContent and isinstance(words, str) and words:
            reason = f"{reason}: {without_numbers(words)}"
        return kind(reason, str(status))

    def _http_failure(self, code: int) -> SendFailure:
        if code == httpx.codes.TOO_MANY_REQUESTS:
            return Throttled(self._clock() + timedelta(seconds=PAUSE_S), "Viber asks for a pause", f"http {code}")
        if code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            return ChannelDown("Viber refuses the bot's token", f"http {code}")
        if code >= httpx.codes.INTERNAL_SERVER_ERROR:
            return Transient("Viber is in trouble", f"http {code}")
        return PermanentContent("Viber refuses the request", f"http {code}")
