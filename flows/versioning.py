"""What makes one version of the content another one: its logic, and its texts apart.

The logic is all that decides: steps, conditions, slots, buttons. The texts are what customers read and the sentences
that staff gave as examples. A version that changes only texts reaches conversations that are under way. What a
customer agrees to counts as logic: the wording of a confirm, of a question for a flag, and of yes, no and change.
Places, notes and owners are neither.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta

from flows.expressions import Expression
from flows.model import Button, Collect, Confirm, Flow, Library, Response

# What stands on the buttons of an agreement is a part of it.
AGREEING = frozenset({"label_yes", "label_no", "label_change"})
_NEITHER = frozenset({"at", "note", "owner"})


@dataclass(frozen=True, slots=True)
class Hashes:
    """Three SHA-256 in hex: of the files as they are, of the logic, of the texts."""

    whole: str
    logic: str
    texts: str


def hash_of_files(files: Mapping[str, str]) -> str:
    """The hash of exactly these files; what is approved is this."""
    digest = hashlib.sha256()
    for name, text in sorted(files.items()):
        digest.update(f"{name}\0{len(text)}\0{text}".encode())
    return digest.hexdigest()


def hashes(library: Library, files: Mapping[str, str]) -> Hashes:
    """The hashes of a version. The catalogue and the brand are the bank's and belong to no version."""
    return Hashes(hash_of_files(files), _digest(_logic(library)), _digest(_texts(library)))


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _logic(library: Library) -> object:
    agreed = {name for flow in library.flows.values() for name in _agreed(flow, library) if name not in flow.responses}
    whole = AGREEING | agreed
    system = {name: _structure(one, whole=name in whole) for name, one in library.system.items()}
    flows = {flow.id: _logic_of(flow, library) for flow in library.flows.values()}
    return {"slots": _plain(library.slots), "system": system, "flows": flows}


def _logic_of(flow: Flow, library: Library) -> object:
    agreed = set(_agreed(flow, library))
    starts = flow.starts_on
    return {
        "starts": [_plain(starts.intents), _plain(starts.commands), _plain(starts.deep_links)],
        "requires": [flow.auth, _plain(flow.flags)],
        "settings": _plain(flow.settings),
        "order": _plain(flow.order),
        "steps": _plain(flow.steps),
        "responses": {name: _structure(one, whole=name in agreed) for name, one in flow.responses.items()},
    }


def _agreed(flow: Flow, library: Library) -> Iterator[str]:
    """The responses by which a customer agrees to something."""
    for step in flow.steps.values():
        if isinstance(step, Confirm):
            yield step.response
        elif isinstance(step, Collect) and step.slot in library.slots and library.slots[step.slot].type == "flag":
            yield step.ask


def _structure(response: Response, *, whole: bool) -> object:
    """What a response does, beside its words; with ``whole`` its words, too."""
    buttons = response.buttons
    drawn = buttons if isinstance(buttons, str) else [_button(button) for button in buttons]
    return [drawn, _plain(response.image), response.count, _wording(response) if whole else None]


def _button(button: Button) -> object:
    return [_plain(button.set), button.url, button.flow, button.command, button.request]


def _wording(response: Response) -> object:
    titles = [] if isinstance(response.buttons, str) else [_plain(button.titles) for button in response.buttons]
    return [_plain(response.texts), _plain(response.persona), _plain(response.channels), titles]


def _texts(library: Library) -> object:
    return {
        "system": {name: _wording(one) for name, one in library.system.items()},
        "flows": {
            flow.id: [
                flow.title,
                _plain(flow.starts_on.examples),
                {name: _wording(one) for name, one in flow.responses.items()},
            ]
            for flow in library.flows.values()
        },
    }


def _plain(value: object) -> object:
    """A value of the model as JSON has it, without places."""
    if isinstance(value, Expression):
        return value.source
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        named = {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name not in _NEITHER}
        return [type(value).__name__, named]
    return value
