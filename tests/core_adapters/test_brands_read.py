"""A bank's brand.yml as it is read: what is wrong is said with its place, and nothing runs under half a brand."""

from importlib.resources import files

import pytest

from core_adapters import brands
from core_adapters.brands import BrandUnusable

WRITTEN = files("core_adapters.internal").joinpath("sandbox", "brand.yml").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of banks of this test alone; what is read from it is not kept."""
    monkeypatch.setattr("core_adapters.brands.files", lambda _: tmp_path)
    yield tmp_path
    brands.load.cache_clear()


def write(folder, bank, text):
    place = folder / bank / "brand.yml"
    place.parent.mkdir()
    place.write_text(text, encoding="utf-8")


def test_a_brand_that_stands_in_a_folder_is_read_and_the_bank_is_listed(folder):
    write(folder, "copy", WRITTEN)
    (folder / "not_a_bank").mkdir()
    assert brands.load("copy").bank == "copy"
    assert brands.names() == ("copy",)


def test_flows_see_the_limits_as_the_file_has_them_and_neither_colours_nor_cores():
    seen = brands.load("sandbox").for_flows()
    assert (seen.name, seen.currency, seen.limits["transfer_max"]) == ("Teller Bank", "UAH", "29999.00 UAH")
    assert seen.limits["quick_amounts"] == ("100.00 UAH", "200.00 UAH", "500.00 UAH")
    assert seen.features["transfers_enabled"] is True
    assert "#" not in repr(seen)


@pytest.mark.parametrize("name", ["", "../sandbox", "sandbox/../sandbox", "first bank", "1st"])
def test_what_is_no_name_of_a_folder_is_not_looked_for(name):
    with pytest.raises(BrandUnusable, match="is not a bank's name"):
        brands.load(name)


def test_a_bank_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(BrandUnusable, match=r"nowhere/brand\.yml is missing; there are .*sandbox"):
        brands.load("nowhere")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("currency: UAH", "currency: EUR", "limits are in EUR, but .*UAH stands there"),
        ("transfer_min: 1.00 UAH", "transfer_min: one hryvnia", "one hryvnia"),
        ("transfer_min: 1.00 UAH", "transfer_least: 1.00 UAH", "transfer_min"),
        ("currency: UAH", "currency: [UAH", "while parsing"),
    ],
)
def test_a_brand_that_is_wrong_is_refused_with_its_place(folder, before, after, said):
    assert before in WRITTEN
    write(folder, "wrong", WRITTEN.replace(before, after))
    with pytest.raises(BrandUnusable, match=rf"(?s)wrong/brand\.yml: .*{said}"):
        brands.load("wrong")
