"""Who the billers are: partners that one talks to, and behind each the providers that are paid."""

from dataclasses import dataclass
from typing import Literal

from sandbox.failures import NotFound

CURRENCY = "UAH"  # what all of them bill in


@dataclass(frozen=True, slots=True)
class Provider:
    """One that is paid. ``account`` is what its account numbers look like; ``monthly``: there is a bill to pay."""

    partner: str
    id: str
    name: str
    account: str
    asks_for: Literal["amount", "meter"] = "amount"
    monthly: bool = True

    @property
    def biller(self) -> str:
        """The name that the bank knows it by: `utilities-water`."""
        return f"{self.partner}-{self.id}"


PHONE = r"\+380[0-9]{9}"
BILL = r"[0-9]{4,12}"
XML_PARTNERS = ("mobile", "tv")
JSON_PARTNERS = ("utilities", "internet", "transport")
PROVIDERS = (
    Provider("mobile", "vega", "Vega", PHONE, monthly=False),
    Provider("tv", "garden", "Garden TV", BILL),
    Provider("tv", "lighthouse", "Lighthouse Cable", BILL),
    Provider("utilities", "water", "City Water", BILL),
    Provider("utilities", "power", "Power Grid", BILL, asks_for="meter", monthly=False),
    Provider("utilities", "heating", "Warm Homes", BILL),
    Provider("internet", "fibre", "Fibre Lane", BILL),
    Provider("internet", "rooftop", "Rooftop Radio", BILL),
    Provider("transport", "city", "City Transport", r"[0-9]{6,12}", monthly=False),
)


def of(partner: str, wanted: str = "") -> list[Provider]:
    """The providers of a partner whose name or id holds the words."""
    words = wanted.casefold()
    return [one for one in PROVIDERS if one.partner == partner and words in f"{one.id} {one.name}".casefold()]


def provider(partner: str, provider_id: str) -> Provider:
    """:raises NotFound: when the partner has no such provider."""
    found = next((one for one in of(partner) if one.id == provider_id), None)
    if found is None:
        raise NotFound("There is no such provider.", "provider_unknown")
    return found
