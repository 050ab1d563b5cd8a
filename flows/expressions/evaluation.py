"""Turns a tree into closures once, so that running an expression costs microseconds.

An empty slot equals nothing but another empty one, and nothing is in a list. To ask whether an empty value is
greater or less is an error, not ``false``: a limit that is not known must never let money pass.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from flows.cards import CardNumber
from flows.expressions import functions
from flows.expressions.nodes import Call, Comparison, Junction, ListOf, Literal, Name, Node, Not
from flows.expressions.values import Option, Scope
from flows.money import Money

if TYPE_CHECKING:
    from flows.expressions.parsing import Expression

Run: TypeAlias = Callable[[Scope], object]
_ORDER: Mapping[str, Callable[..., bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_PLAIN: Mapping[str, Callable[..., object]] = {
    "luhn_ok": functions.luhn_ok,
    "same_card": functions.same_card,
    "tax_id_ok": functions.tax_id_ok,
    "empty": functions.empty,
    "len": functions.length,
}


class EvaluationError(ValueError):
    """Two values cannot be compared: one is missing, or they are of different kinds or currencies."""


def evaluate(expression: "Expression", scope: Scope) -> object:
    """The expression's value; see ``flows.expressions.values.Value`` for the kinds.

    Raises:
        EvaluationError: when values do not compare. Whatever the scope raises goes through.
    """
    return expression.run(scope)


def holds(expression: "Expression", scope: Scope) -> bool:
    """Whether a condition is true. An empty flag is false; errors as ``evaluate``."""
    return _truth(expression.run(scope))


def compile_node(node: Node) -> Run:
    """The closure that computes a node."""
    match node:
        case Literal(value):
            return lambda _: value
        case Name(path):
            return lambda scope: scope.value(path)
        case ListOf(items):
            runs = tuple(compile_node(item) for item in items)
            return lambda scope: tuple(run(scope) for run in runs)
        case Not(operand):
            run = compile_node(operand)
            return lambda scope: not _truth(run(scope))
        case Junction():
            return _junction(node)
        case Comparison():
            return _comparison(node)
        case Call():
            return _call(node)


def _junction(node: Junction) -> Run:
    left, right = compile_node(node.left), compile_node(node.right)
    if node.word == "and":
        return lambda scope: _truth(left(scope)) and _truth(right(scope))
    return lambda scope: _truth(left(scope)) or _truth(right(scope))


def _comparison(node: Comparison) -> Run:
    left, right = compile_node(node.left), compile_node(node.right)
    if node.operator == "==":
        return lambda scope: _equal(left(scope), right(scope))
    if node.operator == "!=":
        return lambda scope: not _equal(left(scope), right(scope))
    if node.operator == "in":
        return lambda scope: _contains(right(scope), left(scope))
    compare = _ORDER[node.operator]
    return lambda scope: _ordered(compare, left(scope), right(scope))


def _call(node: Call) -> Run:
    if node.function == "today":
        return lambda scope: scope.today()
    if node.function == "only_one":
        slot = node.arguments[0]
        assert isinstance(slot, Name)
        path = slot.path
        return lambda scope: scope.options(path) == 1
    function = _PLAIN[node.function]
    runs = tuple(compile_node(argument) for argument in node.arguments)
    if len(runs) == 1:
        only = runs[0]
        return lambda scope: function(only(scope))
    return lambda scope: function(*(run(scope) for run in runs))


def _truth(value: object) -> bool:
    if isinstance(value, bool) or value is None:
        return value is True
    raise EvaluationError("a condition is neither true nor false")


def _comparable(value: object) -> object:
    if value is None or isinstance(value, str | int | Money | CardNumber | date | tuple):
        return value  # asked first, because asking a Protocol is slow
    return value.id if isinstance(value, Option) else value


def _equal(left: object, right: object) -> bool:
    left, right = _comparable(left), _comparable(right)
    if isinstance(left, Money) and isinstance(right, Money) and left.currency != right.currency:
        raise EvaluationError(f"{left.currency} and {right.currency} cannot be compared")
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def _ordered(compare: Callable[..., bool], left: object, right: object) -> bool:
    if isinstance(left, Money) and isinstance(right, Money):
        if left.currency != right.currency:
            raise EvaluationError(f"{left.currency} and {right.currency} cannot be compared")
        return compare(left.minor, right.minor)
    if _is_number(left) and _is_number(right):
        return compare(left, right)
    if isinstance(left, date) and isinstance(right, date):
        return compare(left, right)
    raise EvaluationError("greater and less need two amounts, two numbers or two dates, and one of them is missing")


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _contains(many: object, one: object) -> bool:
    if not isinstance(many, tuple):
        raise EvaluationError("'in' needs a list on its right")
    return one is not None and any(_equal(one, item) for item in many)
