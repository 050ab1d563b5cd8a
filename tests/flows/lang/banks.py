"""Every bank that there is: its folder in core_adapters/internal has a brand. A new one is found by itself."""

from pathlib import Path

INTERNAL = Path(__file__).parents[3] / "core_adapters" / "internal"
BANKS = sorted(brand.parent.name for brand in INTERNAL.glob("*/brand.yml"))


def brand_file(bank: str) -> Path:
    return INTERNAL / bank / "brand.yml"
