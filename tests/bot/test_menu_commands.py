"""The commands that a messenger shows are those of today's flows, named in each language."""

from dataclasses import replace
from pathlib import Path

from bot.menu import commands
from flows.checks import check
from flows.loader import load_brand

ROOT = Path(__file__).parents[2]


def test_each_command_has_its_name_in_every_language_and_what_is_off_has_none() -> None:
    brand = load_brand(ROOT / "core_adapters" / "internal" / "sandbox" / "brand.yml")
    library = check(ROOT / "flows" / "content", brand).library
    assert library is not None
    shown = commands(library)
    assert shown["en"].keys() == shown["uk"].keys()
    assert shown["uk"]["services"] == "Усе, що я вмію"
    assert shown["uk"]["rates"] == "Курси валют"
    off = replace(library, brand=replace(brand, features={**brand.features, "exchange_rates_enabled": False}))
    assert "rates" not in commands(off)["en"]
    assert list(shown["en"])[:4] == ["card", "send", "topup", "balance"]
