"""The states of an operation and the moves between them. The database has a trigger with the same table."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where an operation is. What comes before APPROVED lives in the conversation."""

    APPROVED = "APPROVED"
    SENDING = "SENDING"
    POSTED = "POSTED"
    REJECTED = "REJECTED"
    UNKNOWN = "UNKNOWN"
    HOLD = "HOLD"
    VOID = "VOID"
    REVERSING = "REVERSING"  # another operation is taking this one back
    REVERSED = "REVERSED"


MOVES: Mapping[State, frozenset[State]] = {
    State.APPROVED: frozenset({State.SENDING, State.VOID}),
    State.SENDING: frozenset({State.POSTED, State.REJECTED, State.UNKNOWN, State.VOID}),
    State.UNKNOWN: frozenset({State.SENDING, State.POSTED, State.REJECTED, State.HOLD}),
    State.HOLD: frozenset({State.POSTED, State.REJECTED}),
    State.POSTED: frozenset({State.REVERSING}),
    State.REVERSING: frozenset({State.REVERSED, State.POSTED}),
    State.REJECTED: frozenset(),
    State.VOID: frozenset(),
    State.REVERSED: frozenset(),
}

# What its own sending ends in. Only another operation moves a posted one on.
FINAL = frozenset({State.POSTED, State.REJECTED, State.VOID, State.REVERSED})
# What ends without money moved: the limit reserved for it is free again.
NOTHING_MOVED = frozenset({State.REJECTED, State.VOID})


def may_move(before: State, after: State) -> bool:
    return after in MOVES[before]
