"""Who a customer is, asked of CustomerAPI for the wrappers of the bank."""

from datetime import datetime

import httpx

from core_adapters.ports import Person


class Directory:
    """Satisfies ``core_adapters.ports.Directory``."""

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
            identified=found["identified"],
            watched_since=_moment(found.get("watched_since")),
            watched_until=_moment(found.get("watched_until")),
            locale=found.get("locale") or "en",
        )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
