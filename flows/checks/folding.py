"""Conditions whose answer stands before anybody has said anything."""

from enum import Enum

from flows.expressions import EvaluationError
from flows.expressions.evaluation import compile_node
from flows.expressions.nodes import Comparison, Junction, ListOf, Literal, Name, Node, Not
from flows.loading.draft import Draft

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_OF_SAME = {"==": True, "<=": True, ">=": True, "!=": False, "<": False, ">": False}
_TOGETHER = ({"<", ">="}, {">", "<="}, {"==", "!="}, {"<=", ">="})


class Truth(Enum):
    """What is known about a condition without any value."""

    TRUE = 1
    FALSE = 0
    UNKNOWN = -1


class _NoScope:
    """Constant expressions never ask it."""

    def value(self, name: str) -> object:
        raise EvaluationError(name)

    def options(self, slot: str) -> int:
        raise EvaluationError(slot)

    def today(self) -> "object":
        raise EvaluationError("today")


def fold(draft: Draft, node: Node) -> Truth:
    """Whether the condition is always true or always false."""
    if isinstance(node, Literal):
        return _truth(node.value) if isinstance(node.value, bool) else Truth.UNKNOWN
    if isinstance(node, Not):
        return _turned(fold(draft, node.operand))
    if isinstance(node, Junction):
        return _junction(draft, node)
    return _comparison(draft, node) if isinstance(node, Comparison) else Truth.UNKNOWN


def _truth(value: bool) -> Truth:
    return Truth.TRUE if value else Truth.FALSE


def _turned(truth: Truth) -> Truth:
    return truth if truth is Truth.UNKNOWN else _truth(truth is Truth.FALSE)


def _junction(draft: Draft, node: Junction) -> Truth:
    decides = Truth.FALSE if node.word == "and" else Truth.TRUE
    left, right = fold(draft, node.left), fold(draft, node.right)
    if decides in (left, right) or opposite(node.left, node.right):
        return decides
    return left if left is right else Truth.UNKNOWN


def _comparison(draft: Draft, node: Comparison) -> Truth:
    if isinstance(node.left, Name) and isinstance(node.right, Name) and node.left.path == node.right.path:
        return _truth(_OF_SAME[node.operator]) if node.operator in _OF_SAME else Truth.UNKNOWN
    if isinstance(node.left, Literal) and isinstance(node.right, Literal | ListOf):
        return _of_literals(node)
    return _outside_options(draft, node)


def _of_literals(node: Comparison) -> Truth:
    try:
        return _truth(compile_node(node)(_NoScope()) is True)  # type: ignore[arg-type]  # never asked for a date
    except EvaluationError:
        return Truth.UNKNOWN


def _outside_options(draft: Draft, node: Comparison) -> Truth:
    """A choice is never what is not among its options."""
    name, value = (node.left, node.right) if isinstance(node.left, Name) else (node.right, node.left)
    slot = draft.slots.get(name.path) if isinstance(name, Name) else None
    if slot is None or not slot.options or node.operator not in ("==", "!=") or not isinstance(value, Literal):
        return Truth.UNKNOWN
    return Truth.UNKNOWN if value.value in slot.options else _truth(node.operator == "!=")


def shape(node: Node) -> str:
    """The condition without its place, for comparing."""
    if isinstance(node, Literal):
        return repr(node.value)
    if isinstance(node, Name):
        return node.path
    if isinstance(node, Not):
        return f"not({shape(node.operand)})"
    if isinstance(node, Junction):
        return f"({shape(node.left)} {node.word} {shape(node.right)})"
    if isinstance(node, Comparison):
        return f"({shape(node.left)} {node.operator} {shape(node.right)})"
    inner = node.items if isinstance(node, ListOf) else node.arguments
    return f"{getattr(node, 'function', '')}[{', '.join(map(shape, inner))}]"


def opposite(one: Node, other: Node) -> bool:
    """Whether exactly one of the two is true, whatever the values are."""
    if isinstance(one, Not):
        return shape(one.operand) == shape(other)
    if isinstance(other, Not):
        return shape(other.operand) == shape(one)
    if isinstance(one, Comparison) and isinstance(other, Comparison) and one.operator in _OPPOSITE:
        same = shape(one.left) == shape(other.left) and shape(one.right) == shape(other.right)
        return same and _OPPOSITE[one.operator] == other.operator
    return False


def covers_all(one: Node, other: Node) -> bool:
    """Whether at least one of the two is true, whatever the values are."""
    if opposite(one, other):
        return True
    if isinstance(one, Comparison) and isinstance(other, Comparison):
        same = shape(one.left) == shape(other.left) and shape(one.right) == shape(other.right)
        return same and {one.operator, other.operator} in _TOGETHER
    return False
