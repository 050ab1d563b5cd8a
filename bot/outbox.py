"""Sending: one queue a chat, in order; what to do after a failure is read off its class.

Messages are at-least-once: after a crash, or a request whose answer was lost (``Unclear``), the same message goes
out again under the same key; a platform that knows keys drops the second. Losing one would be worse.

    Throttled         the chat (or account) waits until then, the same message again; others go on
    Transient, Unclear  again with growing pauses, TRIES_MAX times
    ChannelDown       the account rests, staff are told, then the same message again
    PermanentUser     the chat is marked unreachable
    PermanentContent  recorded as failed, staff are told, and a customer who waits that the answer cannot be shown
    WindowClosed      the approved template goes instead; without one that is recorded and staff are told

Five messages of one turn arrive in their order. If the second can never be sent, the other three go all the same: each
says something of its own, and a chat that falls silent tells the customer nothing.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars

from bot.consents import Consents
from bot.lanes import Lanes
from bot.logs import whose
from bot.metrics import SENDS, alert, counted
from bot.pace import Pace
from bot.sending import window
from bot.sending.attempt import Attempt, Changes, Pages, Pictures
from bot.sending.clearance import Clearance, Left, shut
from bot.store import Mark, OutboxRow, OutboxStore, StoreDown
from bot.switches import Switches
from bot.tracing import span
from channels.errors import ChannelDown, PermanentContent, PermanentUser, SendFailure, Throttled, Unclear, WindowClosed
from channels.words import Word, say
from flows.messages import OutboundMessage
from flows.ports import Channel

TRIES_MAX = 8
BACK_OFF_S = 0.5
BACK_OFF_S_MAX = 30.0
CHANNEL_REST_S = 60.0
AHEAD_PAUSE_S = 0.05
AHEAD_PAUSE_S_MAX = 1.0  # what is ahead may wait for hours
REQUEUE_PAUSE_S = 0.005  # lets the loop breathe while what goes first is being recorded
STORE_PAUSE_S = 0.5
UNCLEAR = "unclear"  # the code of a message that may have arrived: whoever asks after it is told so

Answer = TypeVar("Answer")

log = structlog.get_logger("bot.outbox")


@dataclass(slots=True)
class _Item:
    """A message in its chat's queue, the rows that must leave before it, and the turn it is of."""

    row: OutboxRow
    ahead: frozenset[UUID]
    turn: Mapping[str, str]


class Outbox:
    """All that this process sends."""

    def __init__(
        self,
        store: OutboxStore,
        channels: Mapping[str, Channel],
        pictures: Pictures,
        pace: Pace,
        switches: Switches,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        pages: Pages | None = None,
        changes: Changes | None = None,
        consents: Consents | None = None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._pace = pace
        self._switches = switches
        self._clock = clock
        self._clearance = Clearance(store, channels, pace, switches, clock, consents)
        self._attempt = Attempt(channels, pictures, pages, clock, changes)
        self._lanes: Lanes[_Item] = Lanes(self._work)
        self._held: dict[UUID, float] = {}
        self._queued: set[UUID] = set()
        self._left: set[UUID] = set()
        self._tasks: set[asyncio.Future[bool] | asyncio.Future[None]] = set()

    def put(self, row: OutboxRow, ahead: frozenset[UUID] = frozenset()) -> None:
        """Queue a message; the rows ``ahead`` of it leave first, whoever holds them."""
        if row.id in self._held:
            return
        self._held[row.id] = time.monotonic()
        self._queue(_Item(row, ahead, whose(row.id)))

    def held(self, longer_than_s: float) -> list[UUID]:
        """The rows queued for so long that their lease needs renewing."""
        before = time.monotonic() - longer_than_s
        return [id_ for id_, since in self._held.items() if since <= before]

    async def drain(self) -> None:
        """Wait until every queue is empty and every end is recorded."""
        await self._lanes.drain()
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self, timeout_s: float = 0) -> None:
        """Let messages leave for a while, then drop them: their leases run out and another process sends them.

        What waits for a switch, for its time or for an answer is left at once.
        """
        until = time.monotonic() + timeout_s
        self._clearance.leave()
        await self._lanes.stop(timeout_s)
        tasks = list(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=max(until - time.monotonic(), 1))
        for task in tasks:
            task.cancel()

    def _queue(self, item: _Item) -> None:
        self._queued.add(item.row.id)
        self._lanes.put(item.row.conversation, item)

    async def _is_next(self, item: _Item) -> bool:
        """Wait until nothing is ahead; false when that stands behind it in this very queue, and the two change places.

        Two processes may hold every other row of a chat: if one that another process waits for stood behind one that
        waits for that process, neither would ever move.
        """
        pause_s = AHEAD_PAUSE_S
        while item.ahead and item.row.conversation not in self._left:
            if item.ahead & self._queued:
                self._queue(item)
                await asyncio.sleep(REQUEUE_PAUSE_S)
                return False
            others = frozenset(id_ for id_ in item.ahead if id_ not in self._held)  # ours have left by now
            item.ahead = await self._until_stored(partial(self._store.still_ahead, others)) if others else frozenset()
            if item.ahead:
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, AHEAD_PAUSE_S_MAX)
        return True

    async def _work(self, conversation: UUID, item: _Item) -> None:
        self._queued.discard(item.row.id)
        if not await self._is_next(item):
            return
        mark = None if conversation in self._left else await self._delivered_or_left(item)
        if mark is None:
            self._left.add(conversation)  # what stands behind it must not go first
            self._held.pop(item.row.id, None)
            return
        counted(SENDS, item.row.to.channel, mark.status).inc()
        recorded = self._record(mark, conversation)
        if self._channels[item.row.to.channel].capabilities.unanswered_per_h is not None:
            await asyncio.wait([recorded])  # the next one is counted against what is recorded

    async def _delivered_or_left(self, item: _Item) -> Mark | None:
        row = item.row
        try:
            with bound_contextvars(**item.turn, outbox_id=str(row.id)), span("send", channel=row.to.channel):
                return await self._delivered(row)
        except Left:
            return None

    async def _delivered(self, row: OutboxRow) -> Mark:
        """Send until there is an end to record."""
        tries = 0
        while True:
            cleared = await self._until_stored(partial(self._clearance.of, row))
            if isinstance(cleared, Mark):
                return cleared
            try:
                return await self._sent(row, cleared)
            except SendFailure as failure:
                if not failure.retried:
                    await self._told(row, cleared, failure.words)
                    return self._ended(row, failure)
                tries += not isinstance(failure, (Throttled, ChannelDown))
                if tries >= TRIES_MAX:
                    return _given_up(row, failure)
                await self._rest(row, failure, tries)
            except Exception as error:  # a fault of ours in rendering must not hold up the chat for ever
                log.error("send_failed", channel=row.to.channel, error=type(error).__name__, exc_info=error)
                await self._told(row, cleared, PermanentContent.words)
                return _given_up(row, error)

    async def _sent(self, row: OutboxRow, message: OutboundMessage | None) -> Mark:
        """One attempt; a second one with the template if the platform sees the window closed. Raises a SendFailure."""
        try:
            return await self._attempt.at(row, message)
        except WindowClosed:
            capabilities = self._channels[row.to.channel].capabilities
            template = None if message is None else window.templated(message, capabilities)
            if template is None:
                raise
            return await self._attempt.at(row, template)

    async def _told(self, row: OutboxRow, message: OutboundMessage | None, words: Word | None) -> None:
        """A customer who waits for an answer that cannot be shown hears that much; silence would say nothing at all."""
        if words is None or message is None or message.answers is None or message.purpose != "response":
            return
        instead = OutboundMessage(f"{message.key}:words", say(words, message.locale), locale=message.locale)
        try:
            await self._channels[row.to.channel].send(instead, row.to.address, None)
        except SendFailure as failure:
            log.info("words_not_sent", channel=row.to.channel, reason=failure.reason)

    def _ended(self, row: OutboxRow, failure: SendFailure) -> Mark:
        """The end that a failure means which is not tried again."""
        if isinstance(failure, PermanentUser):
            self._spawn(self._until_stored(partial(self._store.unreachable, row.conversation, str(failure))))
            return Mark(row.id, "unreachable", error=str(failure))
        if isinstance(failure, WindowClosed):
            return shut(row, failure)
        return _given_up(row, failure)

    async def _rest(self, row: OutboxRow, failure: SendFailure, tries: int) -> None:
        """Wait as the failure asks."""
        channel, account = row.to.channel, row.to.account
        log.info("send_delayed", channel=channel, reason=failure.reason, code=failure.code, tries=tries)
        SENDS.labels(channel, type(failure).__name__.lower()).inc()
        if isinstance(failure, ChannelDown):
            self._switches.rest(channel, account, CHANNEL_REST_S, str(failure))
        elif isinstance(failure, Throttled) and failure.scope == "account":
            self._pace.hold(channel, account, max(0.0, (failure.until - self._clock()).total_seconds()))
        elif isinstance(failure, Throttled):
            await self._until_stored(partial(self._clearance.defer, row, failure.until))
        else:
            await asyncio.sleep(min(BACK_OFF_S * 2 ** (tries - 1), BACK_OFF_S_MAX))

    def _record(self, mark: Mark, conversation: UUID) -> "asyncio.Future[bool]":
        """Write the end down; the next message need not wait for that."""
        recorded = self._store.mark(mark)
        self._tasks.add(recorded)
        recorded.add_done_callback(partial(self._after_record, mark, conversation))
        return recorded

    def _after_record(self, mark: Mark, conversation: UUID, recorded: "asyncio.Future[bool]") -> None:
        self._tasks.discard(recorded)
        if recorded.cancelled():
            return
        if isinstance(recorded.exception(), StoreDown):
            self._spawn(self._recorded_later(mark, conversation))
            return
        if recorded.exception() is not None:
            alert("send_not_recorded", type(recorded.exception()).__name__, conversation=str(conversation))
        self._held.pop(mark.id, None)

    async def _recorded_later(self, mark: Mark, conversation: UUID) -> None:
        await asyncio.sleep(STORE_PAUSE_S)
        self._record(mark, conversation)

    async def _until_stored(self, ask: Callable[[], Coroutine[None, None, Answer]]) -> Answer:
        while True:
            try:
                return await ask()
            except StoreDown:
                await asyncio.sleep(STORE_PAUSE_S)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _given_up(row: OutboxRow, failure: Exception) -> Mark:
    reason = str(failure) if isinstance(failure, SendFailure) else type(failure).__name__
    if isinstance(failure, Unclear):
        reason = f"{failure.reason} ({UNCLEAR})"
    alert("message_not_sent", reason, channel=row.to.channel, conversation=str(row.conversation))
    return Mark(row.id, "failed", error=reason)
