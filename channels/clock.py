"""The time, for a channel that is not given a clock."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now_utc() -> datetime:
    """The time by this machine's clock."""
    return datetime.now(UTC)
