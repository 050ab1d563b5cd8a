"""Conditions and values as staff write them: ``amount >= limits.step_up_from``, ``not luhn_ok(to_card)``.

``parse`` reads a text once, ``evaluate`` and ``holds`` run it in microseconds over a ``Scope``. There is no way to
reach anything but the names the scope knows and the functions of ``flows.expressions.functions``.
"""

from flows.expressions.evaluation import EvaluationError, evaluate, holds
from flows.expressions.functions import FUNCTIONS, Function
from flows.expressions.parsing import Expression, literal, parse
from flows.expressions.tokens import ExpressionError
from flows.expressions.values import Option, Scope, Value

__all__ = [
    "FUNCTIONS",
    "EvaluationError",
    "Expression",
    "ExpressionError",
    "Function",
    "Option",
    "Scope",
    "Value",
    "evaluate",
    "holds",
    "literal",
    "parse",
]
