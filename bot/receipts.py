"""What became of messages after they left: sent, delivered, read, failed, as the platforms tell later.

News is kept in the inbox like everything that comes in, before the platform has its 200, but holds up no turn. Many
are noted in one statement; a rank only grows, whatever order they come in. News that overtakes the record of its
sending is looked at again, a few times; news of messages that we never sent is dropped.

A ``failed`` one is read by its channel as one of the failures that sending can raise:

    PermanentUser     the chat is marked unreachable
    WindowClosed      the same row leaves once more as its approved template; without one it is ``window_closed``
    ChannelDown       the account rests, staff are told
    Throttled, Transient, Unclear   the same row leaves once more
    PermanentContent  recorded, staff are told
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.metrics import EVENTS, RECEIPTS, alert, counted
from bot.pace import Pace
from bot.sending import window
from bot.store import OutboxRow, OutboxStore, Receipt, ReceiptStore, StoreDown
from bot.store.batcher import Batcher
from bot.switches import Switches
from channels.errors import ChannelDown, PermanentUser, SendFailure, Throttled, WindowClosed
from flows.effects import Send
from flows.messages import InboundEvent, OutboundMessage
from flows.ports import Channel

RANKS = {"sent": 1, "delivered": 3, "read": 4}
TRIES_MAX = 6  # with the pauses between them about half a minute: no sending takes longer to be recorded
PAUSE_S = 0.5  # after the first try, then twice as long each time
SWEEP_S = 0.5
CHANNEL_REST_S = 60.0

log = structlog.get_logger("bot.receipts")


class Receipts:
    """All news of messages that reaches this process. ``run`` takes up what was put off or left behind."""

    def __init__(
        self,
        store: ReceiptStore,
        outbox: OutboxStore,
        channels: Mapping[str, Channel],
        pace: Pace,
        switches: Switches,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._channels = channels
        self._pace = pace
        self._switches = switches
        self._clock = clock
        self._notes: Batcher[Receipt, None] = Batcher(self._note)
        self._tasks: set[asyncio.Task[None]] = set()

    async def receive(self, events: Sequence[InboundEvent]) -> None:
        """Keep what is new and begin to note it. Raises StoreDown (send it again) or BadRow (never do)."""
        kept = await asyncio.gather(*[self._store.keep(event) for event in events])
        for event, fresh in zip(events, kept, strict=True):
            counted(EVENTS, event.channel, "new" if fresh else "duplicate").inc()
            if fresh:
                self._begin(event, tries=1)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.once()
            except StoreDown as error:
                log.warning("store_unreachable", reason=str(error))
            except Exception as error:  # it must outlive everything: what was put off would stay so
                alert("receipts_failed", type(error).__name__)
            await asyncio.sleep(SWEEP_S)

    async def once(self) -> None:
        """Take up what is due now. Raises StoreDown."""
        while claimed := await self._store.claim():
            for id_, event, attempts in claimed:
                if event is None:
                    alert("receipt_unreadable", "its body cannot be opened", event_id=str(id_))
                else:
                    self._begin(event, attempts)
            await self.drain()

    async def drain(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        """Drop what is under way: the inbox has it for the next process."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, event: InboundEvent, tries: int) -> None:
        task = asyncio.create_task(self._guarded(event, tries))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, event: InboundEvent, tries: int) -> None:
        try:
            await self._deal(event, tries)
        except StoreDown as error:  # its lease ends, and it is taken up again
            log.warning("store_unreachable", reason=str(error))
        except Exception as error:
            log.error("receipt_failed", channel=event.channel, error=type(error).__name__, exc_info=error)
            await self._put_off(event, tries)

    async def _deal(self, event: InboundEvent, tries: int) -> None:
        state, until = event.details.get("state", ""), _moment(event.details.get("watermark_ms"))
        counted(RECEIPTS, event.channel, state if state in RANKS or state == "failed" else "unknown").inc()
        if state == "failed" and event.in_reply_to:
            await self._failed(event, event.in_reply_to, tries)
        elif state in RANKS and (event.in_reply_to or until):
            rank = RANKS[state]
            await self._notes.submit(Receipt(event.id, event.conversation, event.in_reply_to, rank, until, tries))
        else:
            await self._store.end(event.conversation, event.id)

    async def _note(self, receipts: Sequence[Receipt]) -> Sequence[None]:
        await self._store.note(receipts, PAUSE_S, TRIES_MAX)
        return [None] * len(receipts)

    async def _failed(self, event: InboundEvent, provider_id: str, tries: int) -> None:
        """What a message that failed later means, each way guarded in the database, so that twice does nothing."""
        found, on_its_way = await self._store.find(event.conversation, provider_id)
        if found is None and on_its_way and tries < TRIES_MAX:
            await self._put_off(event, tries)
            return
        if found is not None:
            failure = self._channels[event.channel].failure(event)
            await self._met(found, failure if isinstance(failure, SendFailure) else None, event)
        await self._store.end(event.conversation, event.id)

    async def _met(self, row: OutboxRow, failure: SendFailure | None, event: InboundEvent) -> None:
        reason = str(failure) if failure is not None else event.details.get("title", "it failed")
        if isinstance(failure, ChannelDown):
            self._switches.rest(row.to.channel, row.to.account, CHANNEL_REST_S, reason)
        if isinstance(failure, Throttled) and failure.scope == "account":
            seconds = (failure.until - self._clock()).total_seconds()
            self._pace.hold(row.to.channel, row.to.account, max(0.0, seconds))
        if failure is not None and await self._sent_again(row, failure, reason):
            log.info("sent_again", channel=row.to.channel, reason=failure.reason, outbox_id=str(row.id))
            return
        shut = isinstance(failure, WindowClosed)
        if not await self._store.failed(row.id, reason, window_closed=shut):
            return
        if isinstance(failure, PermanentUser):
            await self._outbox.unreachable(row.conversation, reason)
        elif failure is None or failure.alarms or failure.retried:
            code = "window_closed" if shut else "message_failed"
            alert(code, reason, channel=row.to.channel, conversation=str(row.conversation))

    async def _sent_again(self, row: OutboxRow, failure: SendFailure, reason: str) -> bool:
        """Let the row leave once more, where that may help; false when it does not, or was done before."""
        if not isinstance(row.effect, Send):
            return False
        message: OutboundMessage | None = None
        if isinstance(failure, WindowClosed):
            message = window.templated(row.effect.message, self._channels[row.to.channel].capabilities)
        elif failure.retried:
            message = row.effect.message
        if message is None:
            return False
        wait = failure.until if isinstance(failure, Throttled) and failure.scope == "chat" else None
        return await self._store.again(replace(row, effect=Send(message)), reason, wait)

    async def _put_off(self, event: InboundEvent, tries: int) -> None:
        """Look at it again soon; after the last try it is dropped."""
        if tries >= TRIES_MAX:
            await self._store.end(event.conversation, event.id)
            return
        await self._store.later(event.conversation, event.id, tries, PAUSE_S * 2**tries)


def _moment(watermark_ms: str | None) -> datetime | None:
    """A watermark as a time; None for none, or for one outside a clock."""
    try:
        return (
            None if watermark_ms is None else datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(watermark_ms))
        )
    except (ValueError, OverflowError):
        return None
