"""Reads an expression into its tree, by recursive descent; the loosest binding word is on top."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from flows.expressions.evaluation import Run, compile_node
from flows.expressions.functions import FUNCTIONS
from flows.expressions.nodes import Call, Comparison, Junction, ListOf, Literal, Name, Node, Not, Operator, walk
from flows.expressions.tokens import ExpressionError, Token, nearest, tokenise
from flows.money import Money

DEPTH_MAX = 12  # brackets and nots inside each other
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was read without fault. ``source`` is the text, ``names`` the slots and context it uses."""

    source: str
    names: frozenset[str]
    root: Node = field(repr=False, compare=False)
    run: Run = field(repr=False, compare=False)


def parse(source: str) -> Expression:
    """Read an expression.

    Raises:
        ExpressionError: with the offset of the fault; the text may be shown to staff.
    """
    root = _Reader(tokenise(source)).whole()
    return _expression(source, root)


def literal(value: Money | str | int | bool) -> Expression:
    """The expression that is just this value, for values that stand in a flow as plain words."""
    source = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return _expression(source, Literal(value, 0, len(source)))


def _expression(source: str, root: Node) -> Expression:
    names = frozenset(node.path for node in walk(root) if isinstance(node, Name))
    return Expression(source, names, root, compile_node(root))


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens, self._at, self._depth = tokens, 0, 0

    def whole(self) -> Node:
        if self._ended:
            raise ExpressionError("nothing is written here", 0, fix="write a condition such as empty(purpose)")
        root = self._or()
        if not self._ended:
            raise self._unexpected("the condition could have ended here; join two conditions with 'and' or 'or'")
        return root

    @property
    def _ended(self) -> bool:
        return self._now.kind == "end"

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    def _take(self, *texts: str, kind: str | None = None) -> Token | None:
        token = self._now
        if token.kind == kind or (token.text in texts and token.kind in ("word", "operator", "punctuation")):
            self._at += 1
            return token
        return None

    def _unexpected(self, fix: str) -> ExpressionError:
        token = self._now
        if token.kind == "end":
            return ExpressionError("the condition stops in the middle", max(token.start - 1, 0), fix=fix)
        return ExpressionError(f"'{token.text}' cannot stand here", token.start, token.end, fix=fix)

    def _deeper(self, read: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            what = f"more than {DEPTH_MAX} brackets or nots stand inside each other"
            raise ExpressionError(what, self._now.start, fix="split it into two steps")
        node = read()
        self._depth -= 1
        return node

    def _or(self) -> Node:
        node = self._and()
        while self._take("or"):
            right = self._and()
            node = Junction("or", node, right, node.start, right.end)
        return node

    def _and(self) -> Node:
        node = self._not()
        while self._take("and"):
            right = self._not()
            node = Junction("and", node, right, node.start, right.end)
        return node

    def _not(self) -> Node:
        word = self._take("not")
        if word is None:
            return self._comparison()
        operand = self._deeper(self._not)
        return Not(operand, word.start, operand.end)

    def _comparison(self) -> Node:
        left = self._operand()
        sign = self._take(*_COMPARISONS, "in")
        if sign is None:
            return left
        right = self._operand()
        if self._now.text in _COMPARISONS and self._now.kind == "operator":
            raise self._unexpected("compare two values at a time and join with 'and'")
        return Comparison(cast("Operator", sign.text), left, right, left.start, right.end)

    def _operand(self) -> Node:
        token = self._now
        if token.value is not None:
            self._at += 1
            return Literal(token.value, token.start, token.end)
        if self._take("true", "false"):
            return Literal(token.text == "true", token.start, token.end)
        if self._take(kind="name"):
            return self._call(token) if self._now.text == "(" else Name(token.text, token.start, token.end)
        if self._take("("):
            node = self._deeper(self._or)
            self._close(")")
            return node
        if self._take("["):
            items, end = self._items("]")
            return ListOf(items, token.start, end)
        raise self._unexpected("a slot, an amount, a number or a text in double quotes stands here")

    def _call(self, name: Token) -> Node:
        known = FUNCTIONS.get(name.text)
        if known is None:
            fix = nearest(name.text, list(FUNCTIONS)) or "the checks are " + ", ".join(FUNCTIONS)
            raise ExpressionError(f"there is no check called '{name.text}'", name.start, name.end, code="E304", fix=fix)
        self._take("(")
        arguments, end = self._items(")")
        if len(arguments) != len(known.takes):
            what = f"'{name.text}' takes {len(known.takes)} in its brackets, not {len(arguments)}"
            raise ExpressionError(what, name.start, end, fix=f"write {name.text}({', '.join(known.takes)})")
        if known.of_slot and not isinstance(arguments[0], Name):
            raise ExpressionError(f"'{name.text}' asks about a slot", name.start, end, fix="name a choice slot in it")
        return Call(name.text, arguments, name.start, end)

    def _items(self, closing: str) -> tuple[tuple[Node, ...], int]:
        items: list[Node] = []
        if (end := self._take(closing)) is not None:
            return (), end.end
        while True:
            items.append(self._deeper(self._or))
            if self._take(",") is None:
                return tuple(items), self._close(closing)

    def _close(self, closing: str) -> int:
        end = self._take(closing)
        if end is None:
            raise self._unexpected(f"'{closing}' is missing before this")
        return end.end
