"""Which accounts are stopped, by whom, and which rest by themselves; what waits to leave, by account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store.link import Link

# A rest that is over is forgotten when it is read, not deleted: the next one writes over it.
READ = """
select channel, account, sending, reason, who, at, case when rests_until > now() then rests_until end as rests_until,
    rests_for from bot.switch"""
TURN = """
insert into bot.switch as s(channel, account, sending, reason, who, at) values ($1, $2, $3, $4, $5, now())
on conflict (channel, account) do update set sending = excluded.sending, reason = excluded.reason, who = excluded.who,
    at = excluded.at"""
# Who stops a whole channel or lets it go means every account of it.
FORGET = """
update bot.switch set sending = $2, reason = $3, who = $4, at = now()
where channel = $1 and account <> '' and at is not null"""
REST = """
insert into bot.switch as s(channel, account, rests_until, rests_for)
values ($1, $2, now() + $3::float8 * interval '1 s', $4)
on conflict (channel, account) do update set rests_until = greatest(s.rests_until, excluded.rests_until),
    rests_for = excluded.rests_for"""
WAITING = """
select channel, account, count(*) as waiting,
    coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as oldest_s
from bot.outbox where status = 'new' and kind = 'send' and channel is not null group by channel, account"""


@dataclass(frozen=True, slots=True)
class Switch:
    """One account, or with account "" a whole channel. ``at`` is None where nobody has switched anything."""

    channel: str
    account: str
    sending: bool = True
    reason: str = ""
    who: str = ""
    at: datetime | None = None
    rests_until: datetime | None = None
    rests_for: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """How many messages wait, and for how many seconds the oldest has."""

    waiting: int = 0
    oldest_s: float = 0.0


class SwitchStore:
    """Every method raises StoreDown when the database is away."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def read(self) -> Sequence[Switch]:
        """All that was ever switched or has rested."""
        return [Switch(**row) for row in await self._link.fetch(READ)]

    async def turn(self, channel: str, account: str, sending: bool, reason: str, who: str) -> None:
        """Stop an account or let it go; with account "" the channel with all its accounts."""
        await self._link.fetch(TURN, channel, account, sending, reason, who)
        if not account:
            await self._link.fetch(FORGET, channel, sending, reason, who)

    async def rest(self, channel: str, account: str, seconds: float, reason: str) -> None:
        """Note that an account rests by itself, for all to see."""
        await self._link.fetch(REST, channel, account, seconds, reason)

    async def waiting(self) -> dict[tuple[str, str], Queue]:
        """What waits to leave, by channel and account."""
        rows = await self._link.fetch(WAITING)
        return {(row["channel"], row["account"]): Queue(row["waiting"], row["oldest_s"]) for row in rows}
