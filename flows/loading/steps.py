"""Reads the steps of a flow and flattens their branches.

A step is found by its kind, the one key of ``KINDS`` it has. A step with ``next`` alone only jumps; in the model it
is a ``SetSlots`` that sets nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.expressions import Expression, literal
from flows.loading.draft import Reading, step_owner
from flows.loading.fields import Fields, read_duration
from flows.model import (
    END,
    Action,
    Call,
    Collect,
    Confirm,
    Handoff,
    If,
    Link,
    Place,
    Reject,
    Say,
    SetSlots,
    Slot,
    Step,
    Wait,
)  # fmt: skip
from flows.problems import nearest, unknown_word
from flows.source import Listing, Node, Scalar, Table

ANY = ("id", "next", "note")
# Each kind with the keys that only it takes; the first of a pair must be there.
KINDS: Mapping[str, tuple[str, ...]] = {
    "say": (),
    "collect": ("ask", "reject", "skip_if", "optional", "ask_before_filling", "max_attempts", "on_failure"),
    "confirm": ("show", "editable", "expires_after", "on_no"),
    "action": ("with", "save", "on_error"),
    "set_slots": (),
    "if": ("then", "else"),
    "call": ("with", "save"),
    "link": ("with",),
    "wait": ("match", "tell", "timeout", "on_timeout", "on_event", "save"),
    "handoff": ("reason", "share"),
}
REQUIRED = {"collect": ("ask",), "confirm": ("show",), "if": ("then",)}


@dataclass(slots=True)
class _Planned:
    """A step whose id is known and whose neighbours are not yet."""

    id: str
    kind: str
    fields: Fields
    branches: dict[str, "list[_Planned] | str"] = field(default_factory=dict)


class StepReader:
    """Reads the steps of one flow; ``read`` gives them by id, in the order of writing."""

    def __init__(self, reading: Reading, flow: str, slots: Mapping[str, Slot]) -> None:
        self._reading, self._flow, self._slots = reading, flow, slots
        self._ids: dict[str, Place] = {}
        self._steps: dict[str, Step] = {}

    def read(self, items: tuple[Node, ...]) -> dict[str, Step]:
        """All steps, flat."""
        self._build(self._plan(items, "step"), None)
        return {id_: self._steps[id_] for id_ in self._ids if id_ in self._steps}

    def _plan(self, items: tuple[Node, ...], prefix: str) -> list[_Planned]:
        return [self._plan_one(node, f"{prefix}.{number}") for number, node in enumerate(items, 1)]

    def _plan_one(self, node: Node, implicit: str) -> _Planned:
        kinds = [key for key, _ in node.entries if key.text in KINDS] if isinstance(node, Table) else []
        kind = kinds[0].text if kinds else ""
        if len(kinds) > 1:
            self._two_kinds(kinds)
        keys = (*ANY, *(key.text for key in kinds), *(name for key in kinds for name in KINDS[key.text]))
        if not kind and isinstance(node, Table):
            self._no_kind(node)
        fields = Fields(
            self._reading,
            node,
            f"a '{kind}' step" if kind else "a step",
            keys,
            open_=not kind and isinstance(node, Table),
        )
        fields.require(*REQUIRED.get(kind, ()))
        planned = _Planned(self._id(fields, implicit), kind, fields)
        self._reading.marks[step_owner(self._flow, planned.id)] = fields.table
        if kind == "if":
            planned.branches = {side: self._branch(planned, side) for side in ("then", "else") if fields.has(side)}
        return planned

    def _branch(self, planned: _Planned, side: str) -> "list[_Planned] | str":
        node = planned.fields.table.get(side)
        if isinstance(node, Listing) and node.items:
            return self._plan(node.items, f"{planned.id}.{side}")
        if isinstance(node, Scalar):
            return planned.fields.name(side)
        if node is not None:
            planned.fields.wrong(node, "a step's id or a list of steps stands here")
        return ""

    def _id(self, fields: Fields, implicit: str) -> str:
        id_ = fields.name("id") or implicit
        place = fields.place("id")
        if id_ == END:
            self._reading.add(
                "E214", place, "'END' is a reserved word", "it ends a flow", "call the step something else"
            )
            id_ = f"{END}~{place.line}"
        if id_ in self._ids:
            what, why = f"the step '{id_}' stands here twice", f"the first one is in line {self._ids[id_].line}"
            self._reading.add("E210", place, what, why, "give one of them another id")
            id_ = f"{id_}~{place.line}"
        self._ids[id_] = place
        return id_

    def _two_kinds(self, kinds: list[Scalar]) -> None:
        what = f"'{kinds[0].text}' and '{kinds[1].text}' stand in one step"
        self._reading.add("E203", kinds[1].at, what, "a step does exactly one thing", "make two steps of it")

    def _no_kind(self, table: Table) -> None:
        strange = [key for key, _ in table.entries if key.text not in ANY]
        at = strange[0].at if strange else table.at
        if strange or table.get("next") is None:
            self._reading.gaps.add(self._flow)
        why = "a step does exactly one thing: " + ", ".join(KINDS)
        for key in strange:
            if nearest(key.text, KINDS) or not any(key.text in keys for keys in KINDS.values()):
                what = f"there is no kind of step called '{key.text}'"
                otherwise = "write one of these kinds"
                self._reading.problems.append(unknown_word("E202", key.at, what, why, key.text, KINDS, otherwise))
                return
        if strange or table.get("next") is None:
            self._reading.add("E206", at, "this step does nothing", why, "add a kind, such as 'say: …'")

    def _build(self, planned: list[_Planned], following: str | None) -> None:
        """``following`` comes after the last step; None when nobody has said what does."""
        for place, step in enumerate(planned):
            after = planned[place + 1].id if place + 1 < len(planned) else following
            self._build_one(step, after)

    def _build_one(self, planned: _Planned, following: str | None) -> None:
        fields = planned.fields
        if following is None and not fields.has("next") and not fields.has("else"):
            self._reading.falling.add((self._flow, planned.id))
        after = END if following is None else following
        common: dict[str, Any] = {
            "id": planned.id, "at": fields.at, "next": fields.optional_name("next"), "after": after,
            "note": fields.text("note"),
        }  # fmt: skip
        if planned.kind == "if":
            follows = common["next"] if common["next"] is not None else following
            sides = {side: self._side(planned, side, follows) for side in ("then", "else")}
            condition = fields.expression("if")
            assert condition is not None
            self._steps[planned.id] = If(**common, condition=condition, then=sides["then"], otherwise=sides["else"])
        elif planned.kind == "set_slots":
            self._steps[planned.id] = SetSlots(**common, values=self._values(fields))
        else:
            self._steps[planned.id] = _BUILDERS[planned.kind](fields, common)

    def _side(self, planned: _Planned, side: str, follows: str | None) -> str:
        branch = planned.branches.get(side)
        if branch is None:
            return END if follows is None else follows
        if isinstance(branch, str):
            return branch
        self._build(branch, follows)
        return branch[0].id

    def _values(self, fields: Fields) -> dict[str, Expression | None]:
        table = fields.table.get("set_slots")
        if not isinstance(table, Table):
            fields.expression_map("set_slots")
            return {}
        return {name.text: self._value(fields, name.text, node) for name, node in table.entries}

    def _value(self, fields: Fields, slot: str, node: Node) -> Expression | None:
        """A quoted word and an option's name are text; ``null`` and nothing clear the slot."""
        if isinstance(node, Scalar):
            if not node.quoted and node.text in ("", "~", "null"):
                return None
            known = self._slots.get(slot)
            if (known is not None and node.text in known.options) or (node.quoted and not node.text.startswith('"')):
                return literal(node.text)
        return fields.expression_of(node)


def _say(fields: Fields, common: dict[str, Any]) -> Step:
    return Say(**common, response=fields.name("say"))


def _collect(fields: Fields, common: dict[str, Any]) -> Step:
    return Collect(
        **common,
        slot=fields.name("collect"),
        ask=fields.name("ask"),
        reject=tuple(_reject(fields, item) for item in fields.items("reject")),
        skip_if=fields.expression("skip_if"),
        optional=fields.flag("optional"),
        ask_before_filling=fields.flag("ask_before_filling"),
        max_attempts=fields.integer("max_attempts"),
        on_failure=fields.optional_name("on_failure"),
    )


def _reject(fields: Fields, node: Node) -> Reject:
    reject = Fields(fields.reading, node, "a 'reject' entry", ("if", "say"))
    reject.require("if", "say")
    return Reject(reject.expression("if") or literal(False), reject.name("say"), reject.at)


def _confirm(fields: Fields, common: dict[str, Any]) -> Step:
    return Confirm(
        **common,
        response=fields.name("confirm"),
        show=fields.names("show"),
        editable=fields.names("editable"),
        expires_after=fields.duration("expires_after"),
        on_no=fields.optional_name("on_no"),
    )


def _action(fields: Fields, common: dict[str, Any]) -> Step:
    return Action(
        **common,
        action=fields.name("action", dotted=True),
        inputs=fields.expression_map("with"),
        save=fields.name_map("save"),
        on_error=fields.name_map("on_error"),
    )


def _call(fields: Fields, common: dict[str, Any]) -> Step:
    return Call(**common, flow=fields.name("call"), inputs=fields.expression_map("with"), save=fields.name_map("save"))


def _link(fields: Fields, common: dict[str, Any]) -> Step:
    return Link(**common, flow=fields.name("link"), inputs=fields.expression_map("with"))


def _wait(fields: Fields, common: dict[str, Any]) -> Step:
    """``wait: 20m`` waits for time alone: its event is empty."""
    written = fields.table.get("wait")
    pause = read_duration(written.text) if isinstance(written, Scalar) else None
    return Wait(
        **common,
        event="" if pause else fields.name("wait", dotted=True),
        match=fields.expression_map("match"),
        tell=fields.optional_name("tell"),
        timeout=pause or fields.duration("timeout"),
        on_timeout=fields.optional_name("on_timeout"),
        on_event=fields.name_map("on_event"),
        save=fields.name_map("save"),
    )


def _handoff(fields: Fields, common: dict[str, Any]) -> Step:
    return Handoff(**common, queue=fields.name("handoff"), reason=fields.text("reason"), share=fields.names("share"))


def _jump(_: Fields, common: dict[str, Any]) -> Step:
    return SetSlots(**common, values={})


_BUILDERS: Mapping[str, Callable[[Fields, dict[str, Any]], Step]] = {
    "say": _say, "collect": _collect, "confirm": _confirm, "action": _action, "call": _call, "link": _link,
    "wait": _wait, "handoff": _handoff, "": _jump,
}  # fmt: skip
