"""A bank's brand as ImageAPI knows it."""

from core_adapters.brands import BankBrand
from image_api.look import Look


def look_of(brand: BankBrand) -> Look:
    """The part of a brand that shows on pictures."""
    return Look.of(
        brand.name, brand.time_zone, brand.colours, art=brand.art, currency=brand.currency, locales=brand.locales
    )
