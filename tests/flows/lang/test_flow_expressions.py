"""Conditions say what they say, fail where they fail, and never let an unknown limit pass."""

from collections.abc import Mapping
from datetime import date

import pytest

from flows.cards import CardNumber
from flows.expressions import EvaluationError, ExpressionError, evaluate, holds, literal, parse
from flows.money import Money
from flows.values import Chosen

CARD = CardNumber("t1", "1111", "visa", True, "same")
VALUES: Mapping[str, object] = {
    "amount": Money(50000, "UAH"),
    "fee": Money(0, "UAH"),
    "dollars": Money(100, "USD"),
    "limits.step_up_from": Money(50000, "UAH"),
    "limits.quick_amounts": (Money(10000, "UAH"), Money(50000, "UAH")),
    "to_card": CARD,
    "mistyped": CardNumber("t2", "1112", "visa", False, "other"),
    "from_card": Chosen("c1", {"fingerprint": "same", "last4": "1111"}),
    "source": Chosen("request_link"),
    "purpose": "rent",
    "tax_id": "1234567899",
    "agreed": True,
    "born": date(2000, 1, 1),
    "tries": 3,
}


class Scope:
    def value(self, name: str) -> object:
        return VALUES.get(name)

    def options(self, slot: str) -> int:
        return 1

    def today(self) -> date:
        return date(2026, 3, 2)


@pytest.mark.parametrize(
    "source",
    [
        "amount >= limits.step_up_from",
        "not amount > limits.step_up_from",
        "amount == 500 UAH and fee < 0.01 UAH",
        "amount in limits.quick_amounts",
        'source == "request_link"',
        'source in ["other_card", "request_link"]',
        "luhn_ok(to_card) and not luhn_ok(mistyped)",
        "same_card(to_card, from_card)",
        "not same_card(mistyped, from_card)",
        "only_one(from_card)",
        "tax_id_ok(tax_id)",
        "empty(nothing) and not empty(fee)",
        "len(purpose) == 4 and len(nothing) == 0",
        "born < today()",
        "agreed and not unset or tries == 4",
        'nothing != "x"',
        "(tries > 2 or tries > 5) and true",
        "not not true",
    ],
)
def test_a_condition_holds(source: str) -> None:
    assert holds(parse(source), Scope()) is True


@pytest.mark.parametrize(
    ("source", "code", "offset", "end"),
    [
        ("amount = 5 UAH", "E301", 7, 8),
        ("amount && fee", "E302", 7, 9),
        ("amount > 5000.50", "E302", 9, 16),
        ("amount > 5uah", "E302", 9, 13),
        ("amount > 5.555 UAH", "E302", 9, 18),
        ("luhn(to_card)", "E304", 0, 4),
        ("len()", "E302", 0, 5),
        ("(amount", "E302", 6, 7),
        ("source == 'x'", "E302", 10, 11),
        ('source == "x', "E302", 10, 11),
        ("a.b.c", "E302", 0, 5),
        ("amount fee", "E302", 7, 10),
        ("1 < tries < 5", "E302", 10, 11),
        ("", "E302", 0, 1),
        ("amount + fee", "E302", 7, 8),
        ("__import__(os)", "E304", 0, 10),
    ],
)
def test_a_fault_is_told_at_its_character(source: str, code: str, offset: int, end: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(source)
    assert (caught.value.code, caught.value.offset, caught.value.end) == (code, offset, end)
    assert caught.value.fix


@pytest.mark.parametrize(
    "source", ["amount > limits.unknown", "nothing < 5 UAH", "amount > dollars", "purpose", "amount > 5"]
)
def test_what_cannot_be_compared_is_an_error_and_not_false(source: str) -> None:
    with pytest.raises(EvaluationError):
        holds(parse(source), Scope())


def test_a_condition_has_bounds() -> None:
    with pytest.raises(ExpressionError, match="longer"):
        parse("a" * 501)
    with pytest.raises(ExpressionError, match="inside each other"):
        parse("(" * 13 + "a" + ")" * 13)


def test_names_are_those_that_stand_in_it() -> None:
    assert parse("amount > limits.transfer_max and luhn_ok(to_card)").names == {
        "amount",
        "limits.transfer_max",
        "to_card",
    }


def test_a_plain_word_is_a_value() -> None:
    assert evaluate(literal("digital"), Scope()) == "digital"
    assert evaluate(parse("amount"), Scope()) == Money(50000, "UAH")
