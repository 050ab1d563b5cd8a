"""Who answers a question of the catalogue: CustomerAPI what is about people and partners, the bank all the rest."""

from collections.abc import Mapping

import httpx

OF_CUSTOMERS = ("consents.", "referrals.", "offers.")


async def asked(
    core: httpx.AsyncClient, customers: httpx.AsyncClient, verb: str, body: Mapping[str, object]
) -> httpx.Response:
    """The answer of whoever knows. Raises httpx.HTTPError."""
    if verb.startswith(OF_CUSTOMERS):
        return await customers.post(f"/api/v1/customers/questions/{verb}", json=body)
    return await core.post(f"/api/v1/core/{verb}", json=body)
