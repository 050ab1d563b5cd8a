"""One request to Fineract: the tenant's header, the key of a posting, and what the end of it means.

Fineract says no with 403 and 400 and its own codes, and speaks of money in JSON numbers: both are read here, the
numbers as exact decimals. Bounds, time limits and logins are those of every wrapper.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import httpx

from core_adapters.failures import Declined, TurnedAway, Unavailable, Unclear
from core_adapters.http import DEPTH_MAX, NOT_SENT, PLAIN, body_of, is_json
from core_adapters.internal.fineract import refusals
from core_adapters.validation import Schema, incoming, outgoing

TENANT_HEADER = "Fineract-Platform-TenantId"
KEY_HEADER = "Idempotency-Key"
ASKED_TWICE = 2
NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Exchange:
    """Fineract at ``url`` (it ends in /api), for one tenant. Everything raises BankFailure."""

    client: httpx.AsyncClient
    url: str
    login: httpx.Auth
    tenant: str

    async def order(
        self, path: str, body: Mapping[str, object], key: str, sends: Schema, gives: Schema
    ) -> dict[str, object]:
        """Post something under a key: sent once here. The same key later answers what the first one did."""
        return incoming(await self._once("POST", path, outgoing(body, sends), {}, {KEY_HEADER: key}), gives)

    async def ask(self, path: str, gives: Schema, **parameters: str) -> dict[str, object]:
        """A question; a failure of the way there is tried once more."""
        return incoming(await self._twice("GET", path, None, parameters), gives)

    async def ask_with(self, path: str, body: Mapping[str, object], sends: Schema, gives: Schema) -> dict[str, object]:
        """A question that is put as a POST and has no effect."""
        return incoming(await self._twice("POST", path, outgoing(body, sends), {}), gives)

    async def _twice(
        self, method: str, path: str, body: Mapping[str, object] | None, parameters: Mapping[str, str]
    ) -> dict[str, object]:
        try:
            for _ in range(ASKED_TWICE - 1):
                try:
                    return await self._once(method, path, body, parameters, NO_HEADERS)
                except (Unavailable, Unclear):
                    continue
            return await self._once(method, path, body, parameters, NO_HEADERS)
        except Declined:
            raise TurnedAway("Fineract refused a question") from None

    async def _once(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        parameters: Mapping[str, str],
        headers: Mapping[str, str],
    ) -> dict[str, object]:
        try:
            status, data = await self._bytes(method, path, body, parameters, headers)
        except NOT_SENT as error:
            raise Unavailable(type(error).__name__) from None
        except (httpx.HTTPError, httpx.StreamError, ValueError) as error:
            raise Unclear(type(error).__name__) from None
        document = _document(data)
        if not 200 <= status < 300:
            raise refusals.failure(status, document)
        if document is None:
            raise Unclear("the answer is no JSON object")
        return document

    async def _bytes(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        parameters: Mapping[str, str],
        headers: Mapping[str, str],
    ) -> tuple[int, bytes]:
        sent = {TENANT_HEADER: self.tenant, **PLAIN, **headers}
        # None, for httpx drops the query of an address (a command's) when it is given parameters, even no parameter.
        request = self.client.stream(
            method, self.url + path, params=dict(parameters) or None, json=body, headers=sent, auth=self.login
        )
        async with request as answer:
            data = await body_of(answer)
            return answer.status_code, data if is_json(answer) else b""


def _document(data: bytes) -> dict[str, object] | None:
    """The JSON object of a body, its fractions as Decimal; None for anything else."""
    try:
        read = json.loads(data, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) and _depth(read) <= DEPTH_MAX else None


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0
