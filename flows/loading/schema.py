"""The JSON Schema of flow files and slots.yml for editors, made from the same tables that read the files.

It knows shapes, not meanings: an editor completes keys with it, and the checks say whether a flow holds together.
Every scalar is a text (an amount, too), as it is when the files are read.
"""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from flows.loading.flow_files import DSL
from flows.loading.flow_files import KEYS as FLOW_KEYS
from flows.loading.responses import BUTTON_KEYS, PLURALS
from flows.loading.responses import KEYS as RESPONSE_KEYS
from flows.loading.slots import ACCEPTS, MEDIA, TYPES
from flows.loading.slots import KEYS as SLOT_KEYS
from flows.loading.steps import ANY, KINDS, REQUIRED
from flows.model import AUTH_ORDER

Schema: TypeAlias = dict[str, object]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": "string"}
SCALAR: Schema = {"type": ["string", "number", "boolean"]}
NAME: Schema = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}
DURATION: Schema = {"type": "string", "pattern": "^[1-9][0-9]{0,5}[smhd]$"}
NUMBER: Schema = {"type": "integer", "minimum": 1}
FLAG: Schema = {"type": "boolean"}
NAMES: Schema = {"type": "array", "items": NAME}
TEXTS: Schema = {"type": "array", "items": SCALAR}
MAP: Schema = {"type": "object", "additionalProperties": SCALAR}
LOCALES = "^[a-z]{2,3}(-[A-Z][a-zA-Z]{1,3})?$"


def one_of(words: Iterable[str]) -> Schema:
    """One of some words."""
    return {"enum": list(words)}


def table(keys: Mapping[str, Schema], required: Iterable[str] = (), locales: Schema | None = None) -> Schema:
    """A table with these keys and no others, but for locales where they may stand."""
    found: Schema = {"type": "object", "properties": dict(keys), "additionalProperties": False}
    if needed := list(required):
        found["required"] = needed
    if locales is not None:
        found["patternProperties"] = {LOCALES: locales}
    return found


STEPS: Schema = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}}
BRANCH: Schema = {"anyOf": [NAME, STEPS]}
REJECT: Schema = {"type": "array", "items": table({"if": SCALAR, "say": NAME}, ("if", "say"))}
# The keys of steps by what stands under them; a key that is not named here holds a name.
_STEP: Mapping[str, Schema] = {
    "note": TEXT, "action": TEXT, "wait": TEXT, "reason": TEXT, "if": SCALAR, "skip_if": SCALAR, "then": BRANCH,
    "else": BRANCH, "reject": REJECT, "optional": FLAG, "ask_before_filling": FLAG, "max_attempts": NUMBER,
    "show": NAMES, "editable": NAMES, "share": NAMES, "expires_after": DURATION, "timeout": DURATION, "with": MAP,
    "save": MAP, "match": MAP, "on_error": MAP, "on_event": MAP, "set_slots": {"type": "object"},
}  # fmt: skip
_SLOT: Mapping[str, Schema] = {
    "type": one_of(TYPES), "mask": FLAG, "optional": FLAG, "retain": one_of(("flow", "session", "forever")),
    "set_by": one_of(("customer", "action")), "options": NAMES, "max_length": NUMBER, "max_mb": NUMBER,
    "accepts": {"type": "array", "items": one_of(ACCEPTS)}, "kinds": {"type": "array", "items": one_of(MEDIA)},
    "regions": TEXTS,
}  # fmt: skip
_SETTINGS: Mapping[str, Schema] = {
    "expires_after": DURATION, "max_attempts": NUMBER, "migrate": MAP,
    "digressions": one_of(("never", "resume_silently", "ask_to_resume")),
    "when_published": one_of(("finish_on_old", "migrate")),
}  # fmt: skip


def flow_schema() -> Schema:
    """The schema of flows/*.flow.yml."""
    starts = table({"intents": NAMES, "commands": TEXTS, "deep_links": TEXTS, "examples": TEXTS})
    requires = table({"auth": one_of(AUTH_ORDER), "flags": NAMES})
    known: dict[str, Schema] = {
        "dsl": {"const": DSL}, "flow": NAME, "title": TEXT, "owner": TEXT, "starts_on": starts, "requires": requires,
        "settings": table(_SETTINGS), "steps": STEPS,
        "responses": {"type": "object", "additionalProperties": {"$ref": "#/$defs/response"}},
    }  # fmt: skip
    whole = table({key: known[key] for key in FLOW_KEYS}, ("dsl", "flow", "title", "steps"))
    return {"$schema": DRAFT, "title": "A flow", **whole, "$defs": {"step": _step(), "response": _response()}}


def slots_schema() -> Schema:
    """The schema of slots.yml."""
    slot = table({key: _SLOT.get(key, SCALAR) for key in SLOT_KEYS}, ("type",))
    slots: Schema = {"type": "object", "additionalProperties": slot}
    return {"$schema": DRAFT, "title": "Slots", **table({"dsl": {"const": DSL}, "slots": slots}, ("dsl", "slots"))}


def _step() -> Schema:
    kinds = [_kind((*ANY, kind, *keys), (kind, *REQUIRED.get(kind, ()))) for kind, keys in KINDS.items()]
    return {"anyOf": [*kinds, _kind(ANY, ("next",))]}


def _kind(keys: Iterable[str], required: Iterable[str]) -> Schema:
    return table({key: _STEP.get(key, NAME) for key in keys}, required)


def _response() -> Schema:
    plural = table(dict.fromkeys(PLURALS, SCALAR))
    wording: Schema = {"anyOf": [SCALAR, TEXTS, plural]}
    variants: Schema = {"type": "object", "additionalProperties": table({}, (), wording)}
    does = {key: MAP if key == "set" else TEXT for key in BUTTON_KEYS}
    buttons: Schema = {"anyOf": [TEXT, {"type": "array", "items": table(does, (), SCALAR)}]}
    known: dict[str, Schema] = {
        "buttons": buttons, "image": table({"template": NAME, "with": MAP}, ("template",)), "count": TEXT,
        "persona": variants, "channels": variants,
    }  # fmt: skip
    return table({key: known[key] for key in RESPONSE_KEYS}, (), wording)
