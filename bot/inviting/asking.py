"""What the page asks: whether there is such a code, and what a friend gets by it."""

from importlib.resources import files

import httpx

from core_adapters.brands import BankBrand
from customer_api.referrals.rules import Rules, read

FILE = "referrals.yml"


class Codes:
    """Codes as CustomerAPI knows them."""

    def __init__(self, customers: httpx.AsyncClient) -> None:
        self._customers = customers

    async def gift(self, code: str) -> str | None:
        """What a friend gets, as an amount; None for no code of ours or a closed programme. Raises httpx.HTTPError."""
        answer = await self._customers.get(f"/api/v1/referrals/codes/{code}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        answer.raise_for_status()
        return str(answer.json()["newcomer"])


def rules_of(brand: BankBrand) -> Rules:
    """What a bank has set in its folder; without a file, or with referrals off, nobody is rewarded.

    Raises:
        RulesUnusable: when the file is wrong.
    """
    place = files("core_adapters.internal").joinpath(brand.bank, FILE)
    if not brand.features.get("referrals_enabled") or not place.is_file():
        return Rules()
    return read(place.read_text(encoding="utf-8"), brand.currency, brand.time_zone)
