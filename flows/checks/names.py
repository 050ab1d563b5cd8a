"""Where names and expressions stand in a flow, and what kind of value each name has."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from flows.expressions import FUNCTIONS, Expression
from flows.expressions.nodes import Call as FunctionCall
from flows.expressions.nodes import Comparison, Junction, ListOf, Literal, Name, Node, Not
from flows.loading.draft import Draft, Owner, response_owner, step_owner
from flows.model import (
    Action,
    Call,
    Collect,
    Confirm,
    Flow,
    If,
    Link,
    Place,
    Response,
    Say,
    SetSlots,
    Step,
    Wait,
    Wording,
)  # fmt: skip
from flows.money import Money
from flows.source import Listing

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# Parts of a value that a dot reaches, beside the fields of a choice's source.
PARTS: Mapping[str, Mapping[str, str]] = {
    "contact": {"phone": "phone", "own": "flag", "first_name": "text", "last_name": "text", "proof": "text"},
    "card_number": {"last4": "text", "scheme": "text"},
    "choice": {"id": "text"},
}
# What the engine itself puts into texts.
GIVEN = frozenset({"bank"})


@dataclass(frozen=True, slots=True)
class Written:
    """An expression and the keys under which it stands in its step."""

    path: tuple[str | int, ...]
    expression: Expression


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text, with its place."""

    name: str
    at: Place
    locale: str


def expressions_of(step: Step) -> Iterator[Written]:
    """Every expression of a step, in the order a reader meets them."""
    if isinstance(step, If):
        yield Written(("if",), step.condition)
    elif isinstance(step, Collect):
        if step.skip_if is not None:
            yield Written(("skip_if",), step.skip_if)
        for number, reject in enumerate(step.reject):
            yield Written(("reject", number, "if"), reject.condition)
    elif isinstance(step, Action | Call | Link):
        yield from (Written(("with", name), value) for name, value in step.inputs.items())
    elif isinstance(step, Wait):
        yield from (Written(("match", name), value) for name, value in step.match.items())
    elif isinstance(step, SetSlots):
        yield from (Written(("set_slots", name), value) for name, value in step.values.items() if value is not None)


def responses_of(step: Step) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every response that a step sends, with the keys under which its name stands."""
    if isinstance(step, Say):
        yield ("say",), step.response
    elif isinstance(step, Confirm):
        yield ("confirm",), step.response
    elif isinstance(step, Wait) and step.tell is not None:
        yield ("tell",), step.tell
    elif isinstance(step, Collect):
        yield ("ask",), step.ask
        yield from ((("reject", number, "say"), reject.say) for number, reject in enumerate(step.reject))


def written_names(draft: Draft, owner: Owner, written: Written) -> Iterator[tuple[Name, Place]]:
    """The names in an expression, each with its exact place."""
    for node in names_in(written.expression.root):
        yield node, draft.inside(owner, written.path, node.start, node.end)


def names_in(node: Node) -> Iterator[Name]:
    """The names below a node."""
    if isinstance(node, Name):
        yield node
    elif isinstance(node, Junction | Comparison):
        yield from names_in(node.left)
        yield from names_in(node.right)
    elif isinstance(node, Not):
        yield from names_in(node.operand)
    elif isinstance(node, FunctionCall):
        for argument in node.arguments:
            yield from names_in(argument)


def wordings(response: Response) -> Iterator[tuple[tuple[str, ...], str, Wording]]:
    """Every wording of a response: the keys before the locale, the locale, the wording."""
    for locale, wording in response.texts.items():
        yield (), locale, wording
    for key, variants in (("persona", response.persona), ("channels", response.channels)):
        for name, texts in variants.items():
            yield from (((key, name), locale, wording) for locale, wording in texts.items())


def texts_of(wording: Wording, path: tuple[str, ...], listed: bool) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every line or plural form of a wording with its full path."""
    for category, form in wording.plural.items():
        yield (*path, category), form
    for number, line in enumerate(wording.lines):
        if listed:
            yield (*path, number), line
        else:
            yield path, line


def response_texts(draft: Draft, flow: str, response: Response) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Every text of a response: its path, its locale, the text."""
    owner = response_owner(flow, response.name)
    for before, locale, wording in wordings(response):
        listed = isinstance(draft.node(owner, *before, locale), Listing)
        for path, text in texts_of(wording, (*before, locale), listed):
            yield path, locale, text


def mentions(draft: Draft, flow: str, response: Response) -> tuple[Mention, ...]:
    """Every placeholder of a response's texts and button addresses."""
    known = draft.remembered.get((flow, response.name))
    if known is None:
        known = draft.remembered[flow, response.name] = tuple(_mentions(draft, flow, response))
    return cast("tuple[Mention, ...]", known)


def _mentions(draft: Draft, flow: str, response: Response) -> Iterator[Mention]:
    owner = response_owner(flow, response.name)
    for path, locale, text in response_texts(draft, flow, response):
        for match in PLACEHOLDER.finditer(text):
            yield Mention(match[1], draft.inside(owner, path, match.start(1), match.end(1)), locale)
    for number, button in enumerate(response.buttons if not isinstance(response.buttons, str) else ()):
        for match in PLACEHOLDER.finditer(button.url or ""):
            yield Mention(match[1], draft.inside(owner, ("buttons", number, "url"), match.start(1), match.end(1)), "")


def type_of_name(draft: Draft, name: str) -> str | None:
    """The kind of value a name has: a slot type, ``money_list``, or None when nobody knows the name."""
    head, dot, part = name.partition(".")
    slot = draft.slots.get(head)
    if not dot:
        return slot.type if slot is not None else None
    if slot is not None:
        return PARTS.get(slot.type, {}).get(part) or draft.catalogue.sources.get(slot.source or "", {}).get(part)
    if head == "limits" and part in draft.brand.limits:
        return "money" if isinstance(draft.brand.limits[part], str) else "money_list"
    if head == "feature" and part in draft.brand.features:
        return "flag"
    return draft.catalogue.context.get(head, {}).get(part)


def known_names(draft: Draft) -> list[str]:
    """Everything a condition may name, for suggestions."""
    context = [f"{head}.{part}" for head, parts in draft.catalogue.context.items() for part in parts]
    return [*draft.slots, *context]


def type_of(draft: Draft, node: Node) -> str | None:
    """The kind of value an expression has; None when it cannot be told."""
    if isinstance(node, Name):
        return type_of_name(draft, node.path)
    if isinstance(node, FunctionCall):
        return FUNCTIONS[node.function].gives
    if isinstance(node, Not | Junction | Comparison):
        return "flag"
    if isinstance(node, ListOf):
        return "list"
    return _type_of_literal(node)


def _type_of_literal(node: Literal) -> str:
    if isinstance(node.value, bool):
        return "flag"
    if isinstance(node.value, Money):
        return "money"
    return "integer" if isinstance(node.value, int) else "text"


def head_slot(draft: Draft, name: str) -> str | None:
    """The slot a name begins with, if it is one."""
    head = name.partition(".")[0]
    return head if head in draft.slots else None


def owner_of(flow: Flow, step: Step) -> Owner:
    """The mark of a step."""
    return step_owner(flow.id, step.id)


def unread_words(draft: Draft) -> frozenset[str]:
    """Every word of the flows that could not be read whole: what they name may be used there."""
    texts = [draft.sources.get(f"flows/{flow}.flow.yml", "") for flow in (*draft.unreadable, *draft.gaps)]
    return frozenset(word for text in texts for word in re.findall(r"\w+", text))
