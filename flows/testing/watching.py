"""Watches the engine from inside the content: which response a message came from, and which ways were gone.

Every text is marked with an invisible number that is taken off again before anybody sees it; conditions and branches
note when they are asked. The engine itself runs unchanged.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from flows.expressions import Expression, Scope
from flows.model import Action, Collect, Flow, If, Library, Response, Step, Wait, Wording

MARK = re.compile("\ue000([0-9]+)\ue001")
V = TypeVar("V")
LABELS = ("label_", "slot_")  # titles: they are compared with what customers type, so they stay as they are

# What can be covered: ("step", flow, step), ("if", flow, step, "true"), ("on_error", flow, step, code), …
Way = tuple[str, ...]


@dataclass(slots=True)
class Watch:
    """What was seen so far; ``steps`` since it was last emptied, in order."""

    names: list[tuple[str, str]] = field(default_factory=list)
    ways: set[Way] = field(default_factory=set)
    steps: list[tuple[str, str]] = field(default_factory=list)

    def apart(self) -> "Watch":
        """A watch for another version of the content: the same conversation, but its ways are not the content's."""
        return Watch(self.names, set(), self.steps)

    def mark(self, flow: str, response: str) -> str:
        """An invisible number for a response; '' is the flow of the system's."""
        self.names.append((flow, response))
        return f"\ue000{len(self.names) - 1}\ue001"

    def read(self, text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """A text without its marks, the responses it was made of, and its parts, one a response."""
        found = list(MARK.finditer(text))
        parts: list[tuple[int, str]] = []
        for mark, after in zip(found, [*found[1:], None], strict=False):
            piece = text[mark.end() : after.start() if after else len(text)]
            if parts and parts[-1][0] == int(mark[1]):
                parts[-1] = (parts[-1][0], parts[-1][1] + piece)
            else:
                parts.append((int(mark[1]), piece))
        names = tuple(dict.fromkeys(self.names[number][1] for number, _ in parts))
        return MARK.sub("", text), names, tuple(piece.strip() for _, piece in parts)


class Noting(dict[str, V]):
    """A table that notes which of its keys were asked for."""

    def __init__(self, items: Mapping[str, V], note: "Note") -> None:
        super().__init__(items)
        self._note = note

    def __getitem__(self, key: str) -> V:
        self._note(key)
        return super().__getitem__(key)

    def get(self, key: str, default: object = None) -> object:  # type: ignore[override]  # one shape is enough here
        """As of any table."""
        if key not in self:
            return default
        return self[key]


class Note:
    """Writes what was asked for into a watch."""

    def __init__(self, watch: Watch, kind: str, flow: str, step: str = "") -> None:
        self._watch, self._kind, self._flow, self._step = watch, kind, flow, step

    def __call__(self, key: str) -> None:
        if self._kind == "step":
            self._watch.steps.append((self._flow, key))
            self._watch.ways.add(("step", self._flow, key))
        else:
            self._watch.ways.add((self._kind, self._flow, self._step, key))


def watched(library: Library, watch: Watch) -> Library:
    """The same library, under watch. Its version stays, so that buttons and sessions do."""
    flows = {id_: _flow(flow, watch) for id_, flow in library.flows.items()}
    return replace(library, flows=flows, system=_system(library, watch))


def _flow(flow: Flow, watch: Watch) -> Flow:
    steps = {id_: _step(flow.id, step, watch) for id_, step in flow.steps.items()}
    return replace(
        flow, steps=Noting(steps, Note(watch, "step", flow.id)), responses=_responses(flow.responses, flow.id, watch)
    )


def _system(library: Library, watch: Watch) -> dict[str, Response]:
    """The engine's own responses; titles of flows stay as they are, too."""
    titles = {f"flow_{flow}" for flow in library.flows}
    marked = _responses({name: one for name, one in library.system.items() if name not in titles}, "", watch)
    return {**library.system, **marked}


def _responses(responses: Mapping[str, Response], flow: str, watch: Watch) -> dict[str, Response]:
    return {
        name: response if not flow and name.startswith(LABELS) else _response(response, watch.mark(flow, name))
        for name, response in responses.items()
    }


def _response(response: Response, mark: str) -> Response:
    return replace(
        response,
        texts=_texts(response.texts, mark),
        persona={name: _texts(texts, mark) for name, texts in response.persona.items()},
        channels={name: _texts(texts, mark) for name, texts in response.channels.items()},
    )


def _texts(texts: Mapping[str, Wording], mark: str) -> dict[str, Wording]:
    return {
        locale: Wording(
            tuple(mark + line for line in wording.lines), {key: mark + text for key, text in wording.plural.items()}
        )
        for locale, wording in texts.items()
    }


def _step(flow: str, step: Step, watch: Watch) -> Step:
    if isinstance(step, If):
        return replace(step, condition=_asked(step.condition, watch, ("if", flow, step.id)))
    if isinstance(step, Collect):
        rejects = tuple(
            replace(one, condition=_asked(one.condition, watch, ("reject", flow, step.id, str(number))))
            for number, one in enumerate(step.reject, 1)
        )
        return replace(step, reject=rejects)
    if isinstance(step, Action):
        return replace(step, on_error=Noting(step.on_error, Note(watch, "on_error", flow, step.id)))
    if isinstance(step, Wait):
        return replace(step, on_event=Noting(step.on_event, Note(watch, "on_event", flow, step.id)))
    return step


def _asked(expression: Expression, watch: Watch, way: Way) -> Expression:
    run = expression.run

    def noting(scope: Scope) -> object:
        answer = run(scope)
        watch.ways.add((*way, "true" if answer is True else "false"))
        return answer

    return replace(expression, run=noting)


def all_ways(library: Library) -> Iterator[Way]:
    """Everything that a test could reach."""
    for flow in library.flows.values():
        for step in flow.steps.values():
            yield ("step", flow.id, step.id)
            yield from _ways_of(flow.id, step)


def _ways_of(flow: str, step: Step) -> Iterator[Way]:
    if isinstance(step, If):
        yield from (("if", flow, step.id, side) for side in ("true", "false"))
    elif isinstance(step, Collect):
        yield from (("reject", flow, step.id, str(number), "true") for number in range(1, len(step.reject) + 1))
        if step.on_failure is not None:
            yield ("on_failure", flow, step.id, step.on_failure)
    elif isinstance(step, Action):
        yield from (("on_error", flow, step.id, code) for code in step.on_error)
    elif isinstance(step, Wait):
        yield from (("on_event", flow, step.id, outcome) for outcome in step.on_event)
        if step.on_timeout is not None:
            yield ("on_timeout", flow, step.id, step.on_timeout)
