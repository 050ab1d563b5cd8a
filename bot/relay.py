"""Who works on what has come in: this process, or one of the workers that it is handed to.

The inbox in Postgres is the truth either way, and orders a conversation's turns by itself. A relay only says sooner,
and to one worker a conversation, that something is there. What it loses is taken up when the row's lease runs out,
which is short for a row that is handed over.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from bot.store import Accepted, Claimed, Inbox

if TYPE_CHECKING:
    from bot.relay_redis import Giving
    from bot.relay_worker import Taking

HANDED_S = 3.0  # a worker takes a row up in milliseconds; after this, whoever looks takes it


class Relay(Protocol):
    """``bot.relay_redis.Giving`` where workers run beside the webhooks and share a Redis with them."""

    def reaches(self, conversation: UUID) -> bool:
        """Whether a worker stands ready for this conversation."""
        ...

    def give(self, conversation: UUID, inbox: UUID, otherwise: Callable[[], None]) -> None:
        """Hand a row of the inbox over. Returns at once; ``otherwise`` is called if it could not be handed over."""
        ...


def giving_at(redis_url: str, role: str) -> "Giving | None":
    """The webhooks' side, where there is a Redis. Raises SettingsWrong."""
    if not redis_url or role != "webhooks":
        return None
    from bot.relay_redis import Giving  # here, for its import takes time, and a laptop has no Redis

    return Giving.at(redis_url)


def taking_at(
    redis_url: str, role: str, inbox: Inbox, resume: Callable[[Claimed, Accepted], Awaitable[None]]
) -> "Taking | None":
    """The workers' side, where there is a Redis. Raises SettingsWrong."""
    if not redis_url or role != "worker":
        return None
    from bot.relay_worker import Taking

    return Taking.at(redis_url, inbox, resume)
