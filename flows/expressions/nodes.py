"""The syntax tree of an expression. ``start`` and ``end`` are character offsets into its text."""

from dataclasses import dataclass
from typing import Literal as Word
from typing import TypeAlias

from flows.money import Money

Operator: TypeAlias = Word["==", "!=", "<", "<=", ">", ">=", "in"]


@dataclass(frozen=True, slots=True)
class Literal:
    """``5000 UAH``, ``"request_link"``, ``16``, ``true``."""

    value: Money | str | int | bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Name:
    """``amount``, ``limits.transfer_max``."""

    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ListOf:
    """``["telegram", "viber"]``."""

    items: tuple["Node", ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Call:
    """``luhn_ok(to_card)``."""

    function: str
    arguments: tuple["Node", ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Not:
    """``not feature.top_up_offer``."""

    operand: "Node"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Junction:
    """``a and b``, ``a or b``."""

    word: Word["and", "or"]
    left: "Node"
    right: "Node"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """``amount >= limits.step_up_from``, ``channel.name in ["viber"]``."""

    operator: Operator
    left: "Node"
    right: "Node"
    start: int
    end: int


Node: TypeAlias = Literal | Name | ListOf | Call | Not | Junction | Comparison


def children(node: Node) -> tuple[Node, ...]:
    """The parts directly below a node, from left to right."""
    if isinstance(node, Junction | Comparison):
        return (node.left, node.right)
    if isinstance(node, Not):
        return (node.operand,)
    if isinstance(node, Call):
        return node.arguments
    return node.items if isinstance(node, ListOf) else ()


def walk(node: Node) -> tuple[Node, ...]:
    """The node and everything below it, the node first."""
    return (node, *(inner for child in children(node) for inner in walk(child)))
