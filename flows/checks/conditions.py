"""Conditions: names nobody knows, values that do not compare, and answers that are always the same."""

from collections.abc import Iterator

from flows.checks.folding import Truth, covers_all, fold
from flows.checks.names import expressions_of as expressions_in
from flows.checks.names import known_names, names_in, owner_of, type_of, type_of_name
from flows.expressions import FUNCTIONS, Expression
from flows.expressions.nodes import Call as FunctionCall
from flows.expressions.nodes import Comparison, Junction, ListOf, Literal, Name, Node, Not, walk
from flows.loading.draft import UNREADABLE, Draft, Owner, flow_owner, slot_owner
from flows.model import Action, Call, Collect, Confirm, Handoff, If, Place, SetSlots, Step, Wait
from flows.money import Money
from flows.problems import Problem, unknown_word

# Kinds that compare though their names differ: an option by its id, a code or address by its text.
_TEXTS = frozenset({"text", "choice", "url", "phone", "iban", "code"})
_ORDERED = frozenset({"money", "integer", "percent", "date"})
_NUMBERS = frozenset({"integer", "percent"})
Path = tuple[str | int, ...]


def check_names(draft: Draft) -> Iterator[Problem]:
    """E303: a slot or context name that nobody knows, in conditions and wherever else a slot is named."""
    yield from _unknown_flags(draft)
    for owner, path, expression in _all(draft):
        for name in names_in(expression.root):
            if type_of_name(draft, name.path) is None:
                yield _unknown(draft, draft.inside(owner, path, name.start, name.end), name.path)
    for flow, step in draft.all_steps():
        owner = owner_of(flow, step)
        for path, slot in _named(step):
            if slot and slot not in draft.slots:
                at = draft.key_at(owner, *path) if path[0] in ("set_slots", "save") else draft.at(owner, *path)
                yield _unknown(draft, at, slot)


def _all(draft: Draft) -> Iterator[tuple[Owner, Path, Expression]]:
    for flow, step in draft.all_steps():
        for written in expressions_in(step):
            yield owner_of(flow, step), written.path, written.expression
    for slot in draft.slots.values():
        for key, expression in (("min", slot.min), ("max", slot.max)):
            if expression is not None:
                yield slot_owner(slot.name), (key,), expression


def _named(step: Step) -> Iterator[tuple[Path, str]]:
    """Slots that stand by their bare name: where, and which."""
    if isinstance(step, Collect):
        yield ("collect",), step.slot
    elif isinstance(step, Confirm):
        yield from ((("show", number), slot) for number, slot in enumerate(step.show))
        yield from ((("editable", number), slot) for number, slot in enumerate(step.editable))
    elif isinstance(step, Handoff):
        yield from ((("share", number), slot) for number, slot in enumerate(step.share))
    elif isinstance(step, SetSlots):
        yield from ((("set_slots", slot), slot) for slot in step.values)
    elif isinstance(step, Action | Wait | Call):
        yield from ((("save", slot), slot) for slot in step.save)


def _unknown(draft: Draft, at: Place, name: str) -> Problem:
    why = "it would always be empty"
    return unknown_word(
        "E303", at, f"there is no slot '{name}'", why, name, known_names(draft), "write it in slots.yml"
    )


def _unknown_flags(draft: Draft) -> Iterator[Problem]:
    known = (*draft.brand.features, *draft.catalogue.context.get("feature", ()))
    for flow in draft.flows.values():
        for number, flag in enumerate(flow.flags):
            if flag not in known:
                at = draft.at(flow_owner(flow.id), "requires", "flags", number)
                what, why = f"the bank has no feature '{flag}'", "the flow would never start"
                yield unknown_word("E303", at, what, why, flag, known, "the features are " + ", ".join(known))


def check_types(draft: Draft) -> Iterator[Problem]:
    """E305: money with text, UAH with USD, a card where a yes or no is asked. W308: a currency in a flow."""
    for owner, path, expression in _all(draft):
        for node in walk(expression.root):
            fault = _fault(draft, node)
            if fault is not None:
                why = "the condition could not be decided when a customer comes to it"
                yield Problem(
                    "E305", draft.inside(owner, path, node.start, node.end), fault, why, "compare values of one kind"
                )
            elif isinstance(node, Literal) and isinstance(node.value, Money) and owner[0] == "step":
                at, what = draft.inside(owner, path, node.start, node.end), f"'{node.value}' names a currency in a flow"
                yield Problem(
                    "W308",
                    at,
                    what,
                    "another bank would need another flow",
                    "use a limit of the brand, such as limits.step_up_from",
                )
        if path[-1] in ("if", "skip_if") and expression is not UNREADABLE and not _is_yes_or_no(draft, expression.root):
            what = f"'{expression.source}' is neither true nor false"
            yield Problem(
                "E305", draft.at(owner, *path), what, "the flow would not know where to go", "compare it with something"
            )


def _is_yes_or_no(draft: Draft, node: Node) -> bool:
    return type_of(draft, node) in ("flag", None)


def _fault(draft: Draft, node: Node) -> str | None:
    if isinstance(node, Comparison):
        return _compares(draft, node)
    if isinstance(node, Junction | Not):
        parts = (node.operand,) if isinstance(node, Not) else (node.left, node.right)
        odd = next((part for part in parts if not _is_yes_or_no(draft, part)), None)
        return f"'{_said(odd)}' is neither true nor false" if odd is not None else None
    return _argument(draft, node) if isinstance(node, FunctionCall) else None


def _argument(draft: Draft, node: FunctionCall) -> str | None:
    for argument, wanted in zip(node.arguments, FUNCTIONS[node.function].takes, strict=True):
        kind = type_of(draft, argument)
        if (
            wanted != "any"
            and kind is not None
            and kind not in wanted.split("|")
            and not (kind == "money_list" and "list" in wanted)
        ):
            return f"'{node.function}' takes a {wanted.replace('|', ' or ')}, and '{_said(argument)}' is a {kind}"
    return None


def _compares(draft: Draft, node: Comparison) -> str | None:
    left, right = type_of(draft, node.left), type_of(draft, node.right)
    if left is None or right is None:
        return None
    if node.operator == "in":
        return _contains(draft, node, left, right)
    if left != right and not ({left, right} <= _TEXTS or {left, right} <= _NUMBERS):
        return f"a {left} is compared with a {right}"
    if node.operator not in ("==", "!=") and left not in _ORDERED:
        return f"a {left} is neither greater nor less than another"
    return _currencies(draft, node)


def _contains(draft: Draft, node: Comparison, left: str, right: str) -> str | None:
    if isinstance(node.right, ListOf):
        odd = next(
            (
                kind
                for item in node.right.items
                if (kind := type_of(draft, item)) != left and not {str(kind), left} <= _TEXTS
            ),
            None,
        )
        return f"a {left} is looked for in a list that holds a {odd}" if odd else None
    if right == "money_list":
        return None if left == "money" else f"a {left} is looked for in a list of amounts"
    return f"'in' needs a list on its right, not a {right}"


def _currencies(draft: Draft, node: Comparison) -> str | None:
    """Slots and limits are in the bank's currency."""
    for side, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(side, Literal) and isinstance(side.value, Money):
            against = (
                other.value.currency
                if isinstance(other, Literal) and isinstance(other.value, Money)
                else draft.brand.currency
            )
            if side.value.currency != against:
                return f"{side.value.currency} is compared with {against}"
    return None


def _said(node: Node) -> str:
    if isinstance(node, Name):
        return node.path
    if isinstance(node, Literal):
        return str(node.value)
    return node.function if isinstance(node, FunctionCall) else "this"


def check_constant(draft: Draft) -> Iterator[Problem]:
    """E306: a condition that is always true or always false. E313: a reject through which no value passes."""
    for flow, step in draft.all_steps():
        owner = owner_of(flow, step)
        if isinstance(step, If):
            yield from _constant(draft, owner, ("if",), step.condition)
        if isinstance(step, Collect) and step.skip_if is not None:
            yield from _constant(draft, owner, ("skip_if",), step.skip_if)
        if isinstance(step, Collect):
            yield from _rejects(draft, owner, step)


def _constant(draft: Draft, owner: Owner, path: Path, expression: Expression) -> Iterator[Problem]:
    truth = Truth.UNKNOWN if expression is UNREADABLE else fold(draft, expression.root)
    if truth is not Truth.UNKNOWN:
        word = "true" if truth is Truth.TRUE else "false"
        what, why = f"'{expression.source}' is always {word}", "one side of it can never happen"
        yield Problem("E306", draft.at(owner, *path), what, why, "compare with a value that can differ, or remove it")


def _rejects(draft: Draft, owner: Owner, step: Collect) -> Iterator[Problem]:
    why = f"no customer could ever answer '{step.slot}'"
    for number, reject in enumerate(step.reject):
        path: Path = ("reject", number, "if")
        if reject.condition is UNREADABLE:
            continue
        if fold(draft, reject.condition.root) is Truth.TRUE:
            what = f"'{reject.condition.source}' rejects every value"
            yield Problem("E313", draft.at(owner, *path), what, why, "say only what is wrong with a value")
        else:
            yield from _constant(draft, owner, path, reject.condition)
        for earlier in step.reject[:number]:
            if earlier.condition is not UNREADABLE and covers_all(earlier.condition.root, reject.condition.root):
                what = f"'{earlier.condition.source}' and '{reject.condition.source}' together reject every value"
                yield Problem("E313", draft.at(owner, *path), what, why, "leave some values between them")
