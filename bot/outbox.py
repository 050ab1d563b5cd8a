"""Sending: one queue a chat, in order; what to do after a failure is read off its class.

Messages are at-least-once: after a crash, or a request whose answer was lost (``Unclear``), the same message goes
out again under the same key; a platform that knows keys drops the second. Losing one would be worse.

    Throttled         the chat (or account) waits until then, the same message again; others go on
    Transient, Unclear  again with growing pauses, TRIES_MAX times
    ChannelDown       the account rests, staff are told, then the same message again
    PermanentUser     the chat is marked unreachable
    PermanentContent  recorded as failed, staff are told, the next message goes on
    WindowClosed      recorded; a free-form message may not follow
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeVar
from uuid import UUID

import structlog

from bot.lanes import Lanes
from bot.metrics import SENDS, alert, counted
from bot.pace import Pace
from bot.store import Mark, OutboxRow, OutboxStore, StoreDown
from channels.errors import (
    ChannelDown,
    PermanentUser,
    SendFailure,
    Throttled,
    Transient,
    Unclear,
    WindowClosed,
)
from flows.effects import DeleteInbound, OpenForm, Send
from flows.messages import OutboundMessage, Picture
from flows.ports import Channel, DrawnPicture

TRIES_MAX = 8
BACK_OFF_S = 0.5
BACK_OFF_S_MAX = 30.0
CHANNEL_REST_S = 60.0
AHEAD_PAUSE_S = 0.05
REQUEUE_PAUSE_S = 0.005  # lets the loop breathe while what goes first is being recorded
STORE_PAUSE_S = 0.5

Answer = TypeVar("Answer")

log = structlog.get_logger("bot.outbox")


class Pictures(Protocol):
    """Draws what a message shows."""

    async def draw(self, picture: Picture, locale: str, customer_id: str | None) -> DrawnPicture:
        """May raise anything: the message then goes as text."""
        ...


class Pages(Protocol):
    """Opens one-time pages, in the chat's order so that a page is there before its link."""

    async def open(self, row: OutboxRow, effect: OpenForm) -> None:
        """Raises StoreDown."""
        ...

    def linked(self, message: OutboundMessage) -> OutboundMessage:
        """The message with the addresses of its pages."""
        ...


@dataclass(slots=True)
class _Item:
    """A message in its chat's queue, and rows of other processes that must leave before it."""

    row: OutboxRow
    ahead: frozenset[UUID]


class Outbox:
    """All that this process sends."""

    def __init__(
        self,
        store: OutboxStore,
        channels: Mapping[str, Channel],
        pictures: Pictures,
        pace: Pace,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        pages: Pages | None = None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._pictures = pictures
        self._pace = pace
        self._clock = clock
        self._pages = pages
        self._lanes: Lanes[_Item] = Lanes(self._work)
        self._held: dict[UUID, float] = {}
        self._tasks: set[asyncio.Future[bool] | asyncio.Future[None]] = set()

    def put(self, row: OutboxRow, ahead: frozenset[UUID] = frozenset()) -> None:
        """Queue a message. Of ``ahead``, what this process holds stands in the queue already."""
        if row.id in self._held:
            return
        foreign = frozenset(id_ for id_ in ahead if id_ not in self._held)
        self._held[row.id] = time.monotonic()
        self._lanes.put(row.conversation, _Item(row, foreign))

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
        """Let messages leave for a while, then drop them: their leases run out and another process sends them."""
        await self._lanes.stop(timeout_s)
        tasks = list(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=max(timeout_s, 1))
        for task in tasks:
            task.cancel()

    async def _work(self, conversation: UUID, item: _Item) -> None:
        while item.ahead:
            ours = frozenset(id_ for id_ in item.ahead if id_ in self._held)  # taken up by this process meanwhile
            if ours and self._lanes.waiting(conversation):
                self._lanes.put(conversation, item)
                await asyncio.sleep(REQUEUE_PAUSE_S)
                return
            item.ahead = await self._until_stored(partial(self._store.still_ahead, item.ahead - ours))
            if item.ahead:
                await asyncio.sleep(AHEAD_PAUSE_S)
        mark = await self._delivered(item.row)
        counted(SENDS, item.row.to.channel, mark.status).inc()
        self._record(mark, conversation)

    async def _delivered(self, row: OutboxRow) -> Mark:
        """Send until there is an end to record."""
        tries = 0
        while True:
            if isinstance(row.effect, Send) and _too_late(row.effect.message, self._clock()):
                return Mark(row.id, "expired", error="its time had passed")
            if not isinstance(row.effect, OpenForm):
                await self._pace.ready(row.to.channel, row.to.account)
            try:
                return await self._once(row)
            except (Transient, Unclear, Throttled, ChannelDown) as failure:
                tries += isinstance(failure, (Transient, Unclear))
                if tries >= TRIES_MAX:
                    return _given_up(row, failure)
                await self._rest(row, failure, tries)
            except PermanentUser as failure:
                return Mark(row.id, "unreachable", error=str(failure))
            except WindowClosed as failure:
                return Mark(row.id, "window_closed", error=str(failure))
            except SendFailure as failure:
                return _given_up(row, failure)
            except Exception as error:  # a fault of ours in rendering must not hold up the chat for ever
                log.error("send_failed", channel=row.to.channel, error=type(error).__name__, exc_info=error)
                return _given_up(row, error)

    async def _once(self, row: OutboxRow) -> Mark:
        """One attempt. Raises a SendFailure."""
        channel, effect = self._channels[row.to.channel], row.effect
        if isinstance(effect, DeleteInbound):
            deleted = await channel.delete(row.to.address, effect.message_id)
            return Mark(row.id, "done", error=None if deleted else "the platform does not delete it")
        if isinstance(effect, OpenForm):
            return await self._opened(row, effect)
        assert isinstance(effect, Send)
        message, drawn, undrawn = await self._drawn(effect.message, row)
        message = message if self._pages is None else self._pages.linked(message)
        sent = await channel.send(message, row.to.address, drawn)
        return Mark(row.id, "done", sent.provider_ids, sent.degradations + undrawn)

    async def _opened(self, row: OutboxRow, effect: OpenForm) -> Mark:
        if self._pages is None:
            return Mark(row.id, "failed", error="this process opens no pages")
        try:
            await self._pages.open(row, effect)
        except StoreDown as error:
            raise Transient("the database is away") from error
        return Mark(row.id, "done")

    async def _drawn(
        self, message: OutboundMessage, row: OutboxRow
    ) -> tuple[OutboundMessage, DrawnPicture | None, tuple[str, ...]]:
        """The message with its picture; without it, as text alone, when it cannot be drawn."""
        if message.picture is None:
            return message, None, ()
        try:
            return message, await self._pictures.draw(message.picture, message.locale, row.to.customer_id), ()
        except Exception as error:  # whatever is wrong with the picture, the customer gets the words
            log.error("picture_not_drawn", template=message.picture.template, error=type(error).__name__)
            text = message.text or message.picture.alt
            return replace(message, picture=None, text=text), None, ("picture_not_drawn",)

    async def _rest(self, row: OutboxRow, failure: SendFailure, tries: int) -> None:
        """Wait as the failure asks."""
        channel, account = row.to.channel, row.to.account
        log.info("send_delayed", channel=channel, reason=failure.reason, code=failure.code, tries=tries)
        SENDS.labels(channel, type(failure).__name__.lower()).inc()
        if isinstance(failure, ChannelDown):
            alert("channel_down", str(failure), channel=channel)
            self._pace.hold(channel, account, CHANNEL_REST_S)
        elif isinstance(failure, Throttled):
            seconds = max(0.0, (failure.until - self._clock()).total_seconds())
            if failure.scope == "account":
                self._pace.hold(channel, account, seconds)
            else:
                await asyncio.sleep(seconds)
        else:
            await asyncio.sleep(min(BACK_OFF_S * 2 ** (tries - 1), BACK_OFF_S_MAX))

    def _record(self, mark: Mark, conversation: UUID) -> None:
        """Write the end down; the next message need not wait for that."""
        recorded = self._store.mark(mark)
        self._tasks.add(recorded)
        recorded.add_done_callback(partial(self._after_record, mark, conversation))

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
        if mark.status == "unreachable":
            self._spawn(self._until_stored(partial(self._store.unreachable, conversation, mark.error or "")))

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


def _too_late(message: OutboundMessage, now: datetime) -> bool:
    return message.not_after is not None and message.not_after < now


def _given_up(row: OutboxRow, failure: Exception) -> Mark:
    reason = str(failure) if isinstance(failure, SendFailure) else type(failure).__name__
    alert("message_not_sent", reason, channel=row.to.channel, conversation=str(row.conversation))
    return Mark(row.id, "failed", error=reason)
