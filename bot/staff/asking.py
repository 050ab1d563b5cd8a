"""What the pages ask of CustomerAPI, as the member of staff whose token it is: what they may not, the pages do not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

PATH = "/api/v1/partners"


class NotAllowed(Exception):
    """The token is none of staff's, or not any more."""


class NotThere(Exception):
    """There is no such partner or webhook."""


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner as the list shows it. ``stopped`` is empty or why nothing is sent."""

    partner: str
    name: str
    state: str
    url: str
    stopped: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook of ours."""

    id: str
    webhook_id: str
    type: str
    state: str
    tries: int
    told: str
    created_at: datetime
    next_at: datetime | None


class Partners:
    """Partners and what was sent to them. Raises NotAllowed, NotThere, httpx.HTTPError."""

    def __init__(self, customers: httpx.AsyncClient) -> None:
        self._customers = customers

    async def all(self, token: str) -> Sequence[Partner]:
        """The registry."""
        rows = await self._asked(token, "GET", PATH)
        return [_partner(row) for row in rows]

    async def one(self, token: str, partner: str) -> Partner:
        return _partner(await self._asked(token, "GET", f"{PATH}/{quote(partner, safe='')}"))

    async def told(self, token: str, partner: str, state: str) -> Sequence[Delivery]:
        """The newest fifty, in one state where it is given."""
        path = f"{PATH}/{quote(partner, safe='')}/deliveries"
        return [_delivery(row) for row in await self._asked(token, "GET", path, {"state": state} if state else {})]

    async def again(self, token: str, partner: str, delivery: str) -> bool:
        """Send one again under its own id; False where nothing may go out."""
        path = f"{PATH}/{quote(partner, safe='')}/deliveries/{quote(delivery, safe='')}/replay"
        return await self._asked(token, "POST", path) is not None

    async def _asked(self, token: str, method: str, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The answer's JSON; None for a conflict."""

        def as_staff(request: httpx.Request) -> httpx.Request:
            request.headers["authorization"] = f"Bearer {token}"
            return request

        answer = await self._customers.request(method, path, params=query, auth=as_staff)
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise NotAllowed
        if answer.status_code in (httpx.codes.NOT_FOUND, httpx.codes.UNPROCESSABLE_ENTITY):
            raise NotThere
        if answer.status_code == httpx.codes.CONFLICT:
            return None
        return answer.raise_for_status().json()


def _partner(row: Mapping[str, Any]) -> Partner:
    return Partner(row["partner"], row["name"], row["state"], row["out_url"] or "", row["out_stopped"] or "")


def _delivery(row: Mapping[str, Any]) -> Delivery:
    next_at = datetime.fromisoformat(row["next_at"]) if row["next_at"] else None
    return Delivery(
        row["delivery_id"], row["webhook_id"], row["type"], row["state"], row["tries"], row["told"] or "",
        datetime.fromisoformat(row["created_at"]), next_at,
    )  # fmt: skip
