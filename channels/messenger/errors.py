"""What the refusals of the Send API mean for us (developers.facebook.com, "Common error codes").

One code can mean several things; then its subcode tells them apart, and goes before it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from channels.clock import Clock
from channels.errors import (
    ChannelDown,
    PermanentContent,
    PermanentUser,
    SendFailure,
    Throttled,
    Transient,
    WindowClosed,
)
from channels.graph.errors import GraphError

PAUSE_S = 30.0  # when Meta says "too fast" and not for how long
TOO_MANY_REQUESTS = 429

_WINDOW = {2018278, 2018065, 2534022}
_AWAY = {1545041: "blocked us or is deactivated", 2018108: "takes no messages now", 2018001: "is not known to the page"}
_NOT_OPEN_YET = 2018028  # an app in development may write to its own testers only
_OTHER_APP = 2018300
_ATTACHMENT = {2018109: "larger than Messenger takes", 2018047: "not what its type says"}

_SLOW_DOWN = {4, 17, 32, 80006, 613}
_TROUBLE = {1, 2, 1200}
_GONE = {551: "blocked us or is deactivated", 10903: "cannot be answered"}
_DOWN: Mapping[int, str] = {
    10: "the app has no permission to write for the page",
    102: "the page's token is no longer good",
    190: "the page's token is no longer good",
    368: "Meta has shut the page out",
    2022: "Meta has shut the page out for a time",
}
_PERMISSIONS = range(200, 300)


def meaning_by(clock: Clock) -> Callable[[GraphError], SendFailure]:
    """The table, for pauses that are counted from the clock's time."""
    return lambda error: meaning(error, clock())


def meaning(error: GraphError, now: datetime) -> SendFailure:
    """The failure that a refusal is."""
    return _by_subcode(error) or _by_code(error, now)


def _by_subcode(error: GraphError) -> SendFailure | None:
    if error.subcode in _WINDOW:
        return WindowClosed("the customer wrote more than 24 hours ago", error.name)
    if error.subcode in _AWAY:
        return PermanentUser(f"the customer {_AWAY[error.subcode]}", error.name)
    if error.subcode == _NOT_OPEN_YET:
        return PermanentUser("the app is in development and the customer is none of its testers", error.name)
    if error.subcode == _OTHER_APP:
        return PermanentContent("another app leads the conversation", error.name)
    if error.subcode in _ATTACHMENT:
        return PermanentContent(f"the file is {_ATTACHMENT[error.subcode]}", error.name)
    return None


def _by_code(error: GraphError, now: datetime) -> SendFailure:
    code = error.code
    if code in _SLOW_DOWN or error.status == TOO_MANY_REQUESTS:
        pause = timedelta(seconds=PAUSE_S if error.retry_after is None else error.retry_after)
        return Throttled(now + pause, "Meta asks for a pause", error.name, scope="account")
    if code in _GONE:
        return PermanentUser(f"the customer {_GONE[code]}", error.name)
    if code in _DOWN or code in _PERMISSIONS:
        return ChannelDown(_DOWN.get(code, "the app has no permission to write for the page"), error.name)
    if code in _TROUBLE or error.in_trouble:
        return Transient("Messenger is in trouble", error.name)
    return PermanentContent(error.words(), error.name)
