"""Trouble on demand that only Messenger has, beside what sandbox/graph/faults.py offers every platform of Meta."""

from sandbox.graph.faults import Refusal
from sandbox.messenger import failures

REFUSALS: dict[str, Refusal] = {
    "too_fast": lambda _: failures.too_fast(),
    "window": lambda _: failures.window_closed(),
    "blocked": lambda _: failures.unavailable_person(),
    "stranger": lambda _: failures.stranger(),
}
