"""From rows of the outbox to what callers read of a message."""

import re
from typing import Literal

from bot.messages_api.answers import Changed, Message, State, Trouble
from bot.messages_api.changing import predicted
from bot.outbox import UNCLEAR
from bot.store.messages import Line, Thread
from flows.ports import Capabilities

STATES: dict[str, State] = {
    "new": "queued",
    "scheduled": "queued",
    "done": "sent",
    "window_closed": "window_closed",
    "failed": "failed",
    "unreachable": "failed",
    "expired": "failed",
    "cancelled": "failed",
}
DELIVERIES: tuple[Literal["none", "sent", "failed", "delivered", "read"], ...] = (
    "none", "sent", "failed", "delivered", "read",
)  # fmt: skip
REASONS = {"cancelled": "it was taken back before it left", "expired": "its time had passed"}
_WITH_CODE = re.compile(r"(?s)(.*) \(([^()]{1,60})\)")


def shown(thread: Thread, capabilities: Capabilities | None) -> Message:
    """A message and what became of its changes; of those that wait, what ``capabilities`` let foresee."""
    line, changes = thread.message, [_changed(change, capabilities) for change in thread.changes]
    words = [*line.degradations, *(word for change in changes for word in change.degradations)]
    told = {"changes": changes} if changes else {}
    return Message(
        message_id=line.id,
        state=_state(line),
        delivery=DELIVERIES[line.delivery],
        provider_ids=list(line.provider_ids),
        degradations=list(dict.fromkeys(words)),
        error=_trouble(line),
        **told,
    )


def _changed(line: Line, capabilities: Capabilities | None) -> Changed:
    assert line.kind is not None
    words = line.degradations
    if line.status == "new" and capabilities is not None:
        words = predicted(line.kind, capabilities)
    return Changed(change=line.kind, state=_state(line), degradations=list(words), error=_trouble(line))


def _state(line: Line) -> State:
    if line.status == "done" and DELIVERIES[line.delivery] == "failed":
        return "failed"  # the platform took it and said later that it did not arrive
    if line.status == "failed" and (line.error or "").endswith(f" ({UNCLEAR})"):
        return "unknown"
    return "deferred" if line.status == "new" and line.deferred else STATES[line.status]


def _trouble(line: Line) -> Trouble | None:
    """The platform's code stands in brackets at the error's end; without one the row's state says it."""
    if line.status in ("new", "scheduled") or (line.status == "done" and line.error is None):
        return None
    reason = line.error or REASONS.get(line.status, line.status)
    found = _WITH_CODE.fullmatch(reason)
    return Trouble(code=found[2], reason=found[1]) if found else Trouble(code=line.status, reason=reason)
