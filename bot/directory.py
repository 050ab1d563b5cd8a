"""Who a customer is, where they are written to and what they wish to hear, asked of CustomerAPI for the bank's side."""

from datetime import datetime

import httpx

from channels.ids import conversation_id
from core_adapters.ports import Person, Reach


class Directory:
    """Satisfies ``core_adapters.ports.Directory`` and ``Contacts``."""

    def __init__(self, customers: httpx.AsyncClient) -> None:
        self._customers = customers

    async def person(self, customer_id: str) -> Person:
        """The person behind an id.

        Raises:
            LookupError: there is no such customer.
            httpx.HTTPError: CustomerAPI could not be asked.
        """
        answer = await self._customers.get(f"/api/v1/customers/{customer_id}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise LookupError("there is no such customer")
        answer.raise_for_status()
        found = answer.json()
        return Person(
            phone=found["phone"],
            first_name=found["first_name"],
            last_name=found["last_name"],
            full_name=found.get("full_name") or "",
            identified=found["identified"],
            watched_since=_moment(found.get("watched_since")),
            watched_until=_moment(found.get("watched_until")),
            locale=found.get("locale") or "en",
        )

    async def reach(self, customer_id: str, kind: str) -> Reach:
        """The newest chat of a customer, and whether they want messages of a kind. Raises as ``person`` does."""
        answer = await self._customers.get(f"/api/v1/customers/{customer_id}/notices")
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise LookupError("there is no such customer")
        answer.raise_for_status()
        found = answer.json()
        chat, wish = found["chat"], found["kinds"].get(kind, "off")
        where = None if chat is None else conversation_id(chat["channel"], chat["account"], chat["address"])
        return Reach(where, wish, found["locale"])

    async def customer_with(self, phone: str) -> str | None:
        """The customer who proved a phone. Raises httpx.HTTPError."""
        answer = await self._customers.get("/api/v1/customers", params={"phone": phone})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        answer.raise_for_status()
        return str(answer.json()["customer_id"])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
