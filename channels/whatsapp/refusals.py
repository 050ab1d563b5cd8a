"""What a refusal of WhatsApp's means for us, the same for an answer and for a status that comes later.

Codes: developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes.
"""

from datetime import datetime, timedelta

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

# For how many seconds the whole number holds its breath where WhatsApp does not say: a throughput of messages a
# second is over at once, a quota of calls lasts, a limit put on for spam or quality is not lifted by asking again.
ACCOUNT_PAUSES_S = {
    130429: 5, 4: 60, 17: 60, 32: 60, 613: 60, 80007: 60, 133016: 3600, 131048: 600, 131064: 600,
}  # fmt: skip
TOO_MANY_PAUSE_S = 5
PAIR = 131056
PAIR_PAUSE_S = 6  # WhatsApp lets one message in six seconds through to one customer, once the burst is used up
WINDOW = 131047
# Not on WhatsApp or too old a version; not among a test number's recipients; ourselves; a country closed to us.
UNREACHABLE = frozenset({131026, 131030, 131021, 130497})
# About this customer and this kind of message only: marketing held back, an experiment, a code by BSUID.
NOT_TO_THIS_ONE = frozenset({131049, 131050, 130472, 131062})
STOPPED = frozenset({3, 10, 33, 190, 368, 131005, 131031, 131037, 131042, 131045, 133010, *range(200, 300)})
NO_SUCH_NUMBER = (100, 33)
STOPPED_STATUSES = frozenset({401, 403, 404})
TROUBLE = frozenset({1, 2, 131000, 131016, 131057})
# The upload went wrong on their side or ours; the channel itself tries it once more.
MEDIA_NOT_TAKEN = 131053
TOO_MANY_REQUESTS = 429


def meaning(error: GraphError, now: datetime) -> SendFailure:
    """The failure whose class says what to do; what no line here knows is the fault of the message."""
    code, name, words = error.code, error.name, error.words()
    if code == PAIR:
        return Throttled(_until(error, now, PAIR_PAUSE_S), "too many messages to one customer", name, "chat")
    if code in ACCOUNT_PAUSES_S or error.status == TOO_MANY_REQUESTS:
        pause_s = ACCOUNT_PAUSES_S.get(code, TOO_MANY_PAUSE_S)
        return Throttled(_until(error, now, pause_s), "WhatsApp asks the number for a pause", name, "account")
    if code == WINDOW:
        return WindowClosed("the customer wrote more than 24 hours ago", name)
    if code in UNREACHABLE:
        return PermanentUser(f"WhatsApp does not reach the customer: {words}", name)
    if _is_stopped(error):
        return ChannelDown(f"WhatsApp refuses our account: {words}", name)
    if code in NOT_TO_THIS_ONE:
        return PermanentContent(f"WhatsApp keeps this kind of message from the customer: {words}", name)
    if code in TROUBLE or code == MEDIA_NOT_TAKEN or error.in_trouble:
        return Transient(f"WhatsApp is in trouble: {words}", name)
    return PermanentContent(f"WhatsApp refuses the message: {words}", name)


def _is_stopped(error: GraphError) -> bool:
    """Code 0 is "no code" as well as "who are you"; a message's own fault always has a code."""
    if error.code == 0:
        return error.status in STOPPED_STATUSES
    return error.code in STOPPED or (error.code, error.subcode) == NO_SUCH_NUMBER


def _until(error: GraphError, now: datetime, pause_s: float) -> datetime:
    return now + timedelta(seconds=pause_s if error.retry_after is None else error.retry_after)
