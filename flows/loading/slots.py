"""Reads slots.yml: every value that a conversation can hold."""

from collections.abc import Mapping
from dataclasses import fields as dataclass_fields
from typing import Literal, cast, get_args

from flows.expressions import FUNCTIONS
from flows.loading.draft import Reading, slot_owner
from flows.loading.fields import Fields, is_name
from flows.model import Slot, SlotType
from flows.source import Node, Scalar, Table

TYPES: tuple[str, ...] = get_args(SlotType)
KEYS = tuple(field.name for field in dataclass_fields(Slot) if field.name not in ("name", "at"))
ACCEPTS = ("text", "contact", "image", "document", "location")
MEDIA = ("image", "audio", "video", "document", "sticker")
RESERVED = frozenset({"and", "or", "not", "in", "true", "false", "END", "card", *FUNCTIONS})


def read_slots(reading: Reading, node: Node | None, context: Mapping[str, object]) -> dict[str, Slot]:
    """The table ``slots``, by name. ``context`` are the names of the read-only objects, which no slot may take."""
    if node is None:
        return {}
    table = Fields(reading, node, "slots", (), open_=True).table
    found: dict[str, Slot] = {}
    for name, body in table.entries:
        if _is_reserved(reading, name, context):
            continue
        reading.marks[slot_owner(name.text)] = body if isinstance(body, Table) else Table((), body.at)
        found[name.text] = _slot(reading, name, body)
    return found


def _is_reserved(reading: Reading, name: Scalar, context: Mapping[str, object]) -> bool:
    """Whether the name has a meaning of its own; such a slot is left out, or every use of the word would be wrong."""
    if not is_name(name.text):
        what = f"'{name.text}' cannot name a slot"
        reading.add("E205", name.at, what, "conditions could not use it", "use ASCII letters, digits and '_'")
    elif name.text in RESERVED or name.text in context:
        why = "a condition could not tell the slot from it"
        reading.add("E214", name.at, f"'{name.text}' is a reserved word", why, "call the slot something else")
        return True
    return False


def _slot(reading: Reading, name: Scalar, body: Node) -> Slot:
    fields = Fields(reading, body, f"the slot '{name.text}'", KEYS)
    fields.require("type")
    return Slot(
        name=name.text,
        type=cast("SlotType", fields.word("type", TYPES, "text")),
        at=name.at,
        from_entity=fields.optional_name("from_entity"),
        min=fields.expression("min"),
        max=fields.expression("max"),
        mask=fields.flag("mask"),
        retain=cast(
            "Literal['flow', 'session', 'forever']", fields.word("retain", ("flow", "session", "forever"), "session")
        ),
        optional=fields.flag("optional"),
        source=fields.optional_name("source", dotted=True),
        label=fields.text("label") or None,
        id=fields.optional_name("id", dotted=True),
        options=fields.names("options"),
        max_length=fields.integer("max_length"),
        pattern=fields.text("pattern") or None,
        accepts=_among(fields, "accepts", ACCEPTS) or ("text",),
        regions=fields.texts("regions"),
        kinds=_among(fields, "kinds", MEDIA),
        max_mb=fields.integer("max_mb"),
        set_by=cast("Literal['customer', 'action']", fields.word("set_by", ("customer", "action"), "customer")),
    )


def _among(fields: Fields, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    words = fields.texts(key)
    for number, word in enumerate(words):
        if word not in known:
            node = fields.items(key)[number]
            fields.wrong(node, f"'{key}' is a list of {', '.join(known)}")
    return tuple(word for word in words if word in known)
