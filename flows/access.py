"""Who the customer is, to this conversation, and for how long."""

from collections.abc import Mapping
from datetime import datetime

from flows import identifiers
from flows.events import AccessChanged, Value
from flows.session import Run
from flows.speaking import system
from flows.stack import drop_all, drop_run
from flows.turn import Turn

ACCESS_LIFE_MS = 8 * 3600 * 1000  # where the one who grants it names no end
IDLE_MS = 10 * 60 * 1000  # a customer who was silent for longer proves anew who it is


def settle_level(turn: Turn) -> None:
    """What has expired is gone, and so is the access of a customer who was silent for too long."""
    session = turn.session
    if session.heard and turn.now - session.heard > IDLE_MS:
        session.verified_until = session.strong_until = 0
    if session.strong_until > turn.now:
        session.level = "strong"
    elif session.verified_until > turn.now:
        session.level = "verified"
    else:
        session.level = "guest"


def grant(turn: Turn, run: Run, outputs: Mapping[str, Value]) -> None:
    """An operation proved who this is. If it is another person than before, what the first one had open is gone."""
    session = turn.session
    customer = outputs.get("customer_id")
    if isinstance(customer, str):
        if session.customer_id is not None and session.customer_id != customer:
            session.stack = [run]
            session.kept = {}
        session.customer_id = customer
    until = _until(outputs.get("expires_at"), turn.now)
    session.verified_until = max(session.verified_until, until)
    if outputs.get("level") == "strong":
        session.strong_until = until
    settle_level(turn)


def end(turn: Turn, run: Run | None = None) -> None:
    """The conversation is nobody's any more: of all that was open only ``run`` goes on, and nothing is remembered."""
    session = turn.session
    for other in [one for one in session.stack if one is not run]:
        drop_run(turn, other)
    session.customer_id = None
    session.verified_until = session.strong_until = 0
    session.kept = {}
    settle_level(turn)


def left(turn: Turn) -> None:
    """The customer has blocked the bot or left: whoever holds the phone when it comes back proves anew who it is."""
    session = turn.session
    session.verified_until = session.strong_until = 0
    drop_all(turn)
    settle_level(turn)


def changed(turn: Turn, event: AccessChanged) -> None:
    """The binding changed outside this chat. Where it is gone or another's, nothing of the customer stays open here."""
    session = turn.session
    lost = event.level == "guest" or session.customer_id not in (None, event.customer_id)
    session.customer_id = event.customer_id
    session.verified_until = turn.now + ACCESS_LIFE_MS if event.level != "guest" else 0
    session.strong_until = 0
    settle_level(turn)
    if lost:
        drop_all(turn)
        session.kept = {}
        system(turn, "access_lost")


def _until(raw: Value, now: int) -> int:
    if not isinstance(raw, str):
        return now + ACCESS_LIFE_MS
    return identifiers.milliseconds(datetime.fromisoformat(raw))
