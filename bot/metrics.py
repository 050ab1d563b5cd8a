"""What Prometheus sees of the turn, and the one way to call staff: ``alert``."""

from functools import lru_cache

import structlog
from prometheus_client import Counter, Gauge, Histogram

log = structlog.get_logger("bot")

WEBHOOKS = Counter("teller_webhooks", "Webhook calls, by channel and HTTP status.", ["channel", "status"])
EVENTS = Counter(
    "teller_events", "Inbound events, by channel; a duplicate is one that was known.", ["channel", "taken"]
)
TURNS = Counter("teller_turns", "Turns, by how they ended.", ["result"])
TURN_SECONDS = Histogram(
    "teller_turn_seconds",
    "From a turn's start to its save.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
FACTS = Counter("teller_facts", "Facts asked for during turns, by kind and result.", ["kind", "result"])
NLU_CONFIDENCE = Histogram(
    "teller_nlu_confidence", "Confidence of the best intent.", buckets=(0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
)
UNHEARD = Counter("teller_unheard", "Sentences that were not understood: kept for review, left, or lost.", ["what"])
PARSES = Counter(
    "teller_nlu_parses",
    "Sentences by the engine whose word was taken, where Rasa is set, and why.",
    ["engine", "reason"],
)
SENDS = Counter("teller_sends", "Messages to customers, by channel and result.", ["channel", "result"])
RECEIPTS = Counter("teller_receipts", "What platforms tell about messages that left, by channel and state.",
    ["channel", "state"])  # fmt: skip
OPERATIONS = Counter("teller_operation_handovers", "Operations handed to their provider, by result.", ["result"])
HANDED = Counter(
    "teller_turns_handed", "Turns handed from webhooks to workers: given, kept, taken, taken again.", ["what"]
)
INBOX_WAITING = Gauge("teller_inbox_waiting", "Inbox rows without a finished turn.")
INBOX_LAG_SECONDS = Gauge("teller_inbox_lag_seconds", "Age of the oldest of them.")
OUTBOX_WAITING = Gauge("teller_outbox_waiting", "Outbox rows that have not left yet.")
OUTBOX_LAG_SECONDS = Gauge("teller_outbox_lag_seconds", "Age of the oldest of them.")
REDIS_DOWN = Gauge("teller_redis_down", "1 while the Redis that is set does not answer: each process paces itself.")
ALERTS = Counter("teller_alerts", "Things staff must look at, by code.", ["code"])


@lru_cache(maxsize=512)
def counted(counter: Counter, *labels: str) -> Counter:
    """The counter of these labels. To look it up costs more than to count, so it is kept."""
    return counter.labels(*labels)


def alert(code: str, reason: str, **ids: str) -> None:
    """Tell staff: a log line at error level and a counter to alarm on. ``reason`` and ``ids`` hold no secrets."""
    ALERTS.labels(code).inc()
    log.error("alert", code=code, reason=reason, **ids)
