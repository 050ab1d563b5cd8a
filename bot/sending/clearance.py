"""Whether a message may leave now: not too late, not stopped, not before its time, not to somebody out of reach,
within the platform's window, and at the account's pace. It answers with what is to be sent, or with the row's end.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from bot.consents import Away, Consents
from bot.metrics import alert
from bot.pace import Pace
from bot.sending import window
from bot.store import Mark, OutboxRow, OutboxStore, Standing
from bot.switches import Switches
from channels.errors import WindowClosed
from flows.effects import DeleteInbound, OpenForm, Send
from flows.messages import OutboundMessage
from flows.ports import Channel

SWITCH_LOOK_S = 0.25  # a look into memory; the switches themselves are read once a second
UNANSWERED_LOOK_S = 5.0  # how soon a chat that waits for its customer's answer hears that another process got it
CONSENT_LOOK_S = 1.0  # CustomerAPI is away: without its answer nothing that needs a consent leaves
NAP_S = 0.02  # shorter waits are rounding


class Left(Exception):
    """The process ends while the row waits: another one takes it up."""


class Clearance:
    """Asks everything that may speak against a message. All methods raise StoreDown, ``of`` also Left."""

    def __init__(
        self,
        store: OutboxStore,
        channels: Mapping[str, Channel],
        pace: Pace,
        switches: Switches,
        clock: Callable[[], datetime],
        consents: Consents | None = None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._pace = pace
        self._switches = switches
        self._clock = clock
        self._consents = consents
        self._deferred: dict[UUID, datetime] = {}
        self._leaving = asyncio.Event()

    async def of(self, row: OutboxRow) -> OutboundMessage | Mark | None:
        """Waits until the row may leave: the message as it then goes, None for what is none, or the row's end."""
        if isinstance(row.effect, OpenForm):
            return None
        await self._switches.ready()
        if row.deferred_until is not None:
            self._not_before(row.conversation, row.deferred_until)
        while True:
            if too_late(row, self._clock()):
                return Mark(row.id, "expired", error="its time had passed")
            if await self._waited(row):
                continue
            cleared = await self._allowed(row)
            if isinstance(cleared, Mark) or await self._paced(row):
                return cleared if isinstance(cleared, Mark) else await self._consented(row, cleared)

    def leave(self) -> None:
        """The process ends: nobody waits here any more."""
        self._leaving.set()

    async def defer(self, row: OutboxRow, until: datetime) -> None:
        """Nothing goes to the row's chat before then, also not from another process."""
        self._not_before(row.conversation, until)
        await self._store.defer(row.id, until, "pace")

    def _not_before(self, conversation: UUID, until: datetime) -> None:
        self._deferred[conversation] = max(until, self._deferred.get(conversation, until))

    async def _waited(self, row: OutboxRow) -> bool:
        """Wait once for what is known to stand in the way; false when nothing does."""
        if not self._switches.is_on(row.to.channel, row.to.account):
            await self._nap(SWITCH_LOOK_S, row)
            return True
        until = self._deferred.get(row.conversation)
        if until is None:
            return False
        seconds = (until - self._clock()).total_seconds()
        if seconds <= 0:
            del self._deferred[row.conversation]
            return False
        await self._nap(seconds, row)
        return True

    async def _allowed(self, row: OutboxRow) -> OutboundMessage | Mark | None:
        """The message as it may go, after a look at the chat where one is needed."""
        if isinstance(row.effect, DeleteInbound):
            return None
        assert isinstance(row.effect, Send)
        message, capabilities = row.effect.message, self._channels[row.to.channel].capabilities
        standing = await self._standing(row, message)
        if standing is None:
            return message
        if not standing.waits:
            return Mark(row.id, "cancelled")  # it has an end already, which this one does not change
        if standing.unreachable and message.purpose == "update":
            return Mark(row.id, "unreachable", error="the customer cannot be written to until they write")
        if capabilities.unanswered_per_h is not None:
            await self._answered(row, capabilities.unanswered_per_h)
        if not window.needs_window(message) or window.is_open(standing.heard_at, self._clock(), capabilities.window_h):
            return message
        return window.templated(message, capabilities) or shut(row, WindowClosed("the customer wrote too long ago"))

    async def _consented(self, row: OutboxRow, message: OutboundMessage | None) -> OutboundMessage | Mark | None:
        """The guard, as the last thing before the message leaves: what was withdrawn a moment ago stops it."""
        while message is not None and message.consent != "service":
            try:
                allowed = self._consents is not None and await self._consents.allow(message, row.to)
            except Away:
                await self._nap(CONSENT_LOOK_S, row)
                if too_late(row, self._clock()):
                    return Mark(row.id, "expired", error="its time had passed")
                continue
            return message if allowed else Mark(row.id, "cancelled", error=f"no consent to {message.consent}")
        return message

    async def _standing(self, row: OutboxRow, message: OutboundMessage) -> Standing | None:
        """How the chat stands; None when the row says enough: it answers what the customer has just done."""
        capabilities = self._channels[row.to.channel].capabilities
        limited = capabilities.window_h is not None or capabilities.unanswered_per_h is not None
        fresh = row.heard_at is not None and window.is_open(row.heard_at, self._clock(), capabilities.window_h)
        if row.attempts == 0 and message.purpose != "update" and (fresh or not limited):
            return None
        return await self._store.standing(row)

    async def _answered(self, row: OutboxRow, most: int) -> None:
        """Wait while the customer has had as much as they may without having written."""
        told: datetime | None = None
        while (until := await self._store.unanswered(row.conversation, most)) is not None:
            if told != until:
                await self._store.defer(row.id, until, "answer")
                told = until
            await self._nap(min((until - self._clock()).total_seconds(), UNANSWERED_LOOK_S), row)
            if too_late(row, self._clock()):
                return

    async def _paced(self, row: OutboxRow) -> bool:
        """Wait for the account's pace; false when meanwhile something came in the way."""
        await self._pace.ready(row.to.channel, row.to.account)
        return self._switches.is_on(row.to.channel, row.to.account) and not too_late(row, self._clock())

    async def _nap(self, seconds: float, row: OutboxRow) -> None:
        """Wait, but not past the row's own end, and not while the process ends. Raises Left."""
        not_after = row.effect.message.not_after if isinstance(row.effect, Send) else None
        if not_after is not None:
            seconds = min(seconds, (not_after - self._clock()).total_seconds() + NAP_S)
        try:
            async with asyncio.timeout(max(NAP_S, seconds)):
                await self._leaving.wait()
        except TimeoutError:
            return
        raise Left


def too_late(row: OutboxRow, now: datetime) -> bool:
    """Whether the time of what it says has passed."""
    if not isinstance(row.effect, Send):
        return False
    not_after = row.effect.message.not_after
    return not_after is not None and not_after < now


def shut(row: OutboxRow, failure: WindowClosed) -> Mark:
    """The end of a message that came too late for free words and has no template."""
    alert("window_closed", str(failure), channel=row.to.channel, conversation=str(row.conversation))
    return Mark(row.id, "window_closed", error=str(failure))
