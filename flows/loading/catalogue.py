"""Reads what flows may ask of the bank: operations, events, sources of choices, and read-only objects."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from flows.loading.draft import Reading
from flows.loading.fields import Fields
from flows.loading.flow_files import check_dsl
from flows.loading.slots import TYPES
from flows.model import BankEventKind, BankOperation, Catalogue, Input, SlotType
from flows.source import Node, Scalar

OPERATION = (
    "effect", "provider", "inputs", "outputs", "errors", "soft_errors", "timeout_s", "idempotent", "status",
    "sets_access", "ends_access", "public", "own_accounts", "late_done", "late_failed",
)  # fmt: skip
CONTEXT_TYPES = (*TYPES, "money_list")


def read_catalogue(reading: Reading, nodes: Iterable[Node]) -> Catalogue:
    """All files of a catalogue as one."""
    operations: dict[str, BankOperation] = {}
    events: dict[str, BankEventKind] = {}
    sources: dict[str, Mapping[str, SlotType]] = {}
    context: dict[str, Mapping[str, str]] = {}
    for node in nodes:
        top = Fields(reading, node, "the catalogue", ("dsl", "operations", "events", "sources", "context"), code="E201")
        check_dsl(top)
        operations |= {name: _operation(reading, name, body) for name, body in _entries(top, "operations")}
        events |= {name: _event(reading, name, body) for name, body in _entries(top, "events")}
        sources |= {
            name: _types(Fields(reading, body, name, (), open_=True)) for name, body in _entries(top, "sources")
        }
        for name, body in _entries(top, "context"):  # each file may add fields to an object
            context[name] = {**context.get(name, {}), **_context(Fields(reading, body, name, (), open_=True))}
    return Catalogue(operations, events, sources, context)


def _entries(top: Fields, key: str) -> list[tuple[str, Node]]:
    part = top.part(key, key, (), open_=True)
    return [(name.text, body) for name, body in part.table.entries] if part else []


def _operation(reading: Reading, name: str, body: Node) -> BankOperation:
    fields = Fields(reading, body, f"the operation '{name}'", OPERATION)
    fields.require("effect")
    inputs = fields.part("inputs", "inputs", (), open_=True)
    return BankOperation(
        name=name,
        effect=cast("Any", fields.word("effect", ("none", "reversible", "irreversible"), "irreversible")),
        provider=cast("Any", fields.word("provider", ("core_adapters", "customer_api"), "core_adapters")),
        inputs={key.text: _input(reading, node) for key, node in inputs.table.entries} if inputs else {},
        outputs=_types(fields.part("outputs", "outputs", (), open_=True)),
        errors=fields.names("errors"),
        soft_errors=fields.names("soft_errors"),
        timeout_s=fields.integer("timeout_s") or 10,
        idempotent=fields.flag("idempotent", True),
        status=fields.optional_name("status", dotted=True),
        sets_access=fields.flag("sets_access"),
        ends_access=fields.flag("ends_access"),
        public=fields.flag("public"),
        own_accounts=fields.flag("own_accounts"),
        late_done=fields.optional_name("late_done"),
        late_failed=fields.optional_name("late_failed"),
    )


def _input(reading: Reading, node: Node) -> Input:
    fields = Fields(reading, node, "an input", ("type", "shown", "optional"))
    fields.require("type")
    type_ = cast("SlotType", fields.word("type", TYPES, "text"))
    return Input(type_, shown=fields.flag("shown"), optional=fields.flag("optional"))


def _event(reading: Reading, name: str, body: Node) -> BankEventKind:
    fields = Fields(reading, body, f"the event '{name}'", ("match", "outputs", "outcomes", "late"))
    match, outputs = (_types(fields.part(key, key, (), open_=True)) for key in ("match", "outputs"))
    return BankEventKind(name, match, outputs, fields.names("outcomes") or ("ok",), fields.name_map("late"))


def _types(fields: Fields | None) -> dict[str, SlotType]:
    entries = fields.table.entries if fields else ()
    return {key.text: cast("SlotType", fields.word(key.text, TYPES, "text")) for key, _ in entries if fields}


def _context(fields: Fields) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, node in fields.table.entries:
        found[key.text] = node.text if isinstance(node, Scalar) else ""
        fields.word(key.text, CONTEXT_TYPES, "text")
    return found
