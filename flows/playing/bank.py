"""A bank that always has an answer, made from the catalogue, and writes down what it answered."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.model import Library, SlotType
from flows.testing.script import Answer, Stubs

# What stands for a value of each type; an id counts on, so that two payments are told apart.
SAMPLES: Mapping[str, str] = {
    "url": "https://pay.example/1", "flag": "true", "integer": "1", "date": "2026-03-02", "period": "2026-03",
    "percent": "1", "phone": "+380501112233", "iban": "UA213223130000026007233566001", "code": "123456",
}  # fmt: skip
BY_NAME: Mapping[str, str] = {"sent_to": "•33"}


@dataclass(slots=True)
class PlayBank:
    """Says yes to everything until it is told to fail."""

    library: Library
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    failing: dict[str, deque[str]] = field(default_factory=dict)

    def fail(self, operation: str, error: str) -> None:
        """Answer the next call of an operation with an error."""
        self.failing.setdefault(operation, deque()).append(error)

    def answer(self, operation: str, known: Mapping[str, object] | None = None) -> Answer:
        """As of any bank of flows.testing.world; never raises."""
        given = self.answers.setdefault(operation, [])
        waiting = self.failing.get(operation)
        if waiting:
            answer = Answer(error=waiting.popleft())
        elif known is not None:
            answer = Answer({name: str(value) for name, value in known.items()})
        else:
            kind = self.library.catalogue.operations.get(operation)
            answer = Answer(self.sample(kind.outputs, len(given) + 1) if kind else {})
        given.append(answer)
        return answer

    def sample(self, outputs: Mapping[str, SlotType], number: int = 1) -> dict[str, str]:
        """Made-up outputs: ``{transfer_id: T-1}``."""
        return {name: self._value(name, type_, number) for name, type_ in outputs.items()}

    def _value(self, name: str, type_: SlotType, number: int) -> str:
        if type_ == "money":
            return f"{'0.00' if 'fee' in name else '1000.00'} {self.library.brand.currency}"
        return BY_NAME.get(name) or SAMPLES.get(type_) or f"{name[0].upper()}-{number}"

    def stubs(self) -> Stubs:
        """What was answered, as a test says it: the last answer stays, so that its repetitions need no writing."""
        return {operation: _without_repeats(given) for operation, given in self.answers.items() if given}


def _without_repeats(given: list[Answer]) -> tuple[Answer, ...]:
    kept = list(given)
    while len(kept) > 1 and kept[-1] == kept[-2]:
        kept.pop()
    return tuple(kept)
