"""Examples name no currency, so that every bank plays them in money of its own; its own limits hold at their edges."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from banks import BANKS, brand_file

from flows import formats
from flows.checks import check
from flows.loader import load_brand
from flows.model import Brand, Library
from flows.money import Money
from flows.testing import Report, amounts, read_tests, run

PAGE = Path(__file__).parent / "page"
CONTENT = Path(__file__).parents[3] / "flows" / "content"
HEAD = """\
dsl: "1"
tests_for: transfer_money
fixtures:
  anna: {auth: verified, locale: en, cards: [{id: c1, name: Everyday, last4: "4242", balance: 1000}]}
  petro: {auth: verified, locale: uk, cards: [{id: c1, name: Щоденна, last4: "4242", balance: 1000}]}
stubs:
  transfers.quote:   {return: {fee: 5}}
  transfers.execute: {return: {transfer_id: T-1}}
  accounts.balance:  {return: {balance: 1000}}
  access.has_password: {error: none_usable}
  sca.send_code:     {return: {sent_to: "•33"}}
tests:
"""
SENT = """\
  - test: sent
    with: anna
    turns:
      - user: send {50 UAH} to 4111 1111 1111 1111
        expect:
          - slots: {amount: 50, fee: 5, to_card: "•1111"}
          - bot_says: "Send {50} from Everyday •4242 to •1111? Fee: {5}."
      - tap: yes
        expect: [{action: transfers.execute, times: 1, with: {amount: 50}}]
"""


def library(content: Path, brand: Brand) -> Library:
    found = check(content, brand)
    assert found.library is not None, found.problems
    return found.library


def played(tmp_path: Path, brand: Brand, tests: str, bank: str = "", content: Path = PAGE) -> Report:
    folder = shutil.copytree(content, tmp_path / "content")
    shutil.rmtree(folder / "tests")
    (folder / "tests").mkdir()
    (folder / "tests" / "t.test.yml").write_text(HEAD + tests, encoding="utf-8")
    if bank:
        (folder / "tests" / "bank.yml").write_text(bank, encoding="utf-8")
    under = library(folder, brand)
    files, problems, _ = read_tests(folder, under)
    assert problems == []
    return run(under, files)


@pytest.fixture
def dinars() -> Brand:
    return load_brand(brand_file("dhow"))


@pytest.fixture
def yen() -> Brand:
    """A bank without decimals, which no folder is of yet."""
    brand = load_brand(brand_file("dhow"))
    limits: dict[str, str | tuple[str, ...]] = {name: "500000 JPY" for name in brand.limits}
    limits |= {"transfer_min": "1 JPY", "quick_amounts": ("100 JPY", "200 JPY")}
    return replace(brand, currency="JPY", limits=limits)


BANK = "limits: {transfer_min: 1, transfer_max: 9000, transfer_per_day_unidentified: 9000, step_up_from: 500}\n"


def test_one_example_is_played_in_the_money_of_each_bank(tmp_path: Path, dinars: Brand, yen: Brand) -> None:
    for number, brand in enumerate((load_brand(brand_file("sandbox")), dinars, yen)):
        report = played(tmp_path / str(number), brand, SENT, BANK)
        assert [failure.as_text() for failure in report.failures] == []
        assert report.passed == 1


def test_a_wrong_amount_is_found_under_every_bank(tmp_path: Path, dinars: Brand) -> None:
    (failure,) = played(tmp_path, dinars, SENT.replace("amount: 50,", "amount: 51,"), BANK).failures
    assert failure.what == "expected 'amount' to be '51', got '50.000 KWD'"


def test_an_amount_that_the_currency_does_not_have_is_not_played_and_is_told(tmp_path: Path, yen: Brand) -> None:
    report = played(tmp_path, yen, SENT + SENT.replace("test: sent", "test: half").replace("50", "50.5"), BANK)
    assert (report.passed, report.left_out, report.failures) == (1, 1, [])
    assert report.as_text() == "1 passed, 0 failed. 1 not played: they are of other currencies."
    assert json.loads(report.as_json())["left_out"] == 1


def test_an_example_of_some_currencies_is_played_under_their_banks_alone(tmp_path: Path, dinars: Brand) -> None:
    of_dinars = SENT.replace("    with: anna\n", "    with: anna\n    only_in: [KWD]\n")
    of_hryvnias = of_dinars.replace("test: sent", "test: others").replace("[KWD]", "[UAH, EUR]")
    report = played(tmp_path, dinars, of_dinars + of_hryvnias, BANK)
    assert (report.passed, report.left_out, report.failures) == (1, 1, [])


def test_limits_of_the_examples_go_before_those_of_the_bank(tmp_path: Path, dinars: Brand) -> None:
    assert played(tmp_path / "with", dinars, SENT, BANK).failures == []
    (failure,) = played(tmp_path / "without", dinars, SENT).failures
    assert failure.what.startswith("expected 'transfers.execute'"), "from 20 dinars this bank wants a code"


def test_a_mistake_in_the_bank_of_the_examples_is_told_with_its_place(tmp_path: Path, dinars: Brand) -> None:
    folder = shutil.copytree(PAGE, tmp_path / "content")
    (folder / "tests" / "bank.yml").write_text("limts: {transfer_min: 1}\n")
    _, problems, _ = read_tests(folder, library(folder, dinars))
    assert [(problem.at.file, problem.at.line) for problem in problems] == [("tests/bank.yml", 1)]


def test_words_for_money_are_those_of_the_bank_whoever_writes_them() -> None:
    assert amounts.typed("send {50 грн} now", "KWD") == "send 50 KWD now"
    assert amounts.typed("{двісті гривень}", "KWD") == "двісті KWD"
    assert amounts.typed("{₴50}, {50 dollars}", "KWD") == "KWD50, 50 KWD"
    assert amounts.typed("{50 грн}", "UAH") == "50 грн"
    assert amounts.in_braces("send 50 грн to [card •1111] or 60", "UAH") == "send {50 грн} to [card •1111] or 60"


def in_digits(amount: Money) -> str:
    """As customers type it, and in no way that may be meant otherwise: `1.000` might be a thousand."""
    digits = str(amount).split()[0]
    return f"{digits}0" if len(digits.rpartition(".")[2]) == 3 else digits


def limit(brand: Brand, name: str) -> Money:
    return Money.parse(str(brand.limits[name]))


def asked(name: str, amount: str, *then: str, person: str = "anna") -> str:
    """An example that comes to the amount, says it or taps it, and goes on."""
    first = ("- user: /send", '- user: "4111111111111111"', amount)
    rows = "".join(f"      {row}\n" for row in (*first, *then))
    return f'  - test: "{name}"\n    with: {person}\n    turns:\n{rows}'


@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("person", ["anna", "petro"])
def test_the_limits_of_a_bank_hold_at_their_edges(tmp_path: Path, bank: str, person: str) -> None:
    brand = load_brand(brand_file(bank))
    least, most, one = limit(brand, "transfer_min"), limit(brand, "transfer_max"), Money(1, brand.currency)
    said = ((least - one, "too_small"), (least, "summary"), (most + one, "too_large"))
    tests = [
        asked(str(amount), f'- user: "{in_digits(amount)}"', f"  expect: [{{bot: {then}}}]", person=person)
        for amount, then in said
    ]
    report = played(tmp_path, brand, "".join(tests), content=CONTENT)
    assert (report.passed, [failure.as_text() for failure in report.failures]) == (3, [])


@pytest.mark.parametrize("bank", BANKS)
def test_each_quick_amount_of_a_bank_can_be_tapped(tmp_path: Path, bank: str) -> None:
    brand = load_brand(brand_file(bank))
    quick = [Money.parse(amount) for amount in brand.limits["quick_amounts"]]
    tests = [
        asked(
            str(amount),
            f'- tap: "{formats.money(amount, "en")}"',
            f"  expect: [{{bot: summary}}, {{slots: {{amount: {amount}}}}}]",
        )
        for amount in quick
    ]
    report = played(tmp_path, brand, "".join(tests), content=CONTENT)
    assert (report.passed, [failure.as_text() for failure in report.failures]) == (len(quick), [])


@pytest.mark.parametrize("bank", BANKS)
def test_a_code_is_wanted_from_the_sum_that_the_bank_names(tmp_path: Path, bank: str) -> None:
    brand = load_brand(brand_file(bank))
    wanted = limit(brand, "step_up_from")
    tests = [
        asked(
            f"{times} times sent",
            f'- user: "{in_digits(amount)}"',
            "- tap: yes",
            f"  expect: [{{action: transfers.execute, times: {times}}}, {{action: sca.send_code, times: {1 - times}}}]",
        )
        for amount, times in ((wanted - Money(1, brand.currency), 1), (wanted, 0))
    ]
    report = played(tmp_path, brand, "".join(tests), content=CONTENT)
    assert (report.passed, [failure.as_text() for failure in report.failures]) == (2, [])
