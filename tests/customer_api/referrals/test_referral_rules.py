"""referrals.yml: what a bank may write there, and what is refused before anybody is promised it."""

from importlib.resources import files

import pytest

from customer_api.referrals.rules import RulesUnusable, read
from flows.money import Money

GOOD = files("core_adapters.internal").joinpath("sandbox", "referrals.yml").read_text(encoding="utf-8")


def test_the_sandboxs_rules_are_read() -> None:
    rules = read(GOOD, "UAH", "Europe/Kyiv")
    assert rules.programmes["welcome"].newcomer == Money.parse("100.00 UAH")
    assert rules.window.days == 30
    assert rules.counts("purchase", Money.parse("20.00 UAH"))
    assert not rules.counts("purchase", Money.parse("19.99 UAH"))


def test_a_programme_that_is_left_out_is_closed() -> None:
    lines = [line for line in GOOD.splitlines() if not line.strip().startswith("recommend:")]
    assert [*read("\n".join(lines), "UAH", "UTC").programmes] == ["welcome"]


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("newcomer: 100.00 UAH", "newcomer: 0 UAH"),
        ("newcomer: 100.00 UAH", "newcomer: -5.00 UAH"),
        ("newcomer: 100.00 UAH", "newcomer: 10000.01 UAH"),
        ("newcomer: 100.00 UAH", "newcomer: 100.00 EUR"),
        ("newcomer: 100.00 UAH", "newcomer: 100"),
        ("window_days: 30", "window_days: 0"),
        ("window_days: 30", "window_days: 366"),
        ("window_days: 30", "window_days: true"),
        ("use_within_days: 90", "use_within_days: '90'"),
        ("first_use: [purchase]", "first_use: []"),
        ("first_use: [purchase]", "first_use: [refund]"),
        ("at_least: 20.00 UAH", "at_least: 20.00 USD"),
        ("friends_per_person: 50", "friends_per_person: 0"),
        ("friends_per_month: 10", "friends_per_month: 1001"),
        ("friends_per_month: 10", "friends_a_month: 10"),
        ("  welcome:", "  winter:"),
        ("programmes:", "programmes: ["),
    ],
)
def test_what_cannot_be_meant_is_refused(written: str, instead: str) -> None:
    assert written in GOOD
    with pytest.raises(RulesUnusable, match=r"referrals\.yml"):
        read(GOOD.replace(written, instead, 1), "UAH", "UTC")
