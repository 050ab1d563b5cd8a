"""A change on its way out: which message of the platform it is about, and what goes out where that cannot be changed.

A message that changes another names it by ``@<our id>``; the platform's own id is known only once the other has left.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from bot.store import OutboxRow, StoreDown
from bot.store.messages import Changed, MessageStore
from channels.errors import PermanentContent, Transient
from channels.taking_back import DELETE_AS_NOTICE, EDIT_AS_CORRECTION, instead
from flows.messages import OutboundMessage
from flows.ports import Capabilities, Channel

MARK = "@"
LOOK_S = 0.05
LOOKS_MAX = 100  # five seconds; a record takes milliseconds, so that more is a message that goes out once again
APPENDED_APART = "appended_apart"

Resolved = tuple[OutboundMessage, tuple[str, ...]]


def mark(message: UUID) -> str:
    """How a change names the message of ours that it changes."""
    return f"{MARK}{message}"


def _is_change(message: OutboundMessage) -> bool:
    """Whether the message waits to be told which of the platform's messages it changes."""
    return (message.edit_of or message.delete_of or "").startswith(MARK)


def predicted(kind: str | None, capabilities: Capabilities) -> tuple[str, ...]:
    """What will have to be changed about a change, as far as the channel alone decides it."""
    if kind == "delete":
        return () if capabilities.deletes else (DELETE_AS_NOTICE,)
    if kind is None or capabilities.edits:
        return ()
    return (APPENDED_APART,) if kind == "append" else (EDIT_AS_CORRECTION,)


class Changes:
    """What the outbox asks before it sends a message; satisfies ``bot.sending.attempt.Changes``."""

    def __init__(
        self,
        store: MessageStore,
        channels: Mapping[str, Channel],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._channels, self._clock = store, channels, clock

    async def resolved(self, row: OutboxRow, message: OutboundMessage) -> Resolved:
        """The message as the platform can take it, and what was changed to make it so. Raises SendFailure."""
        if not _is_change(message):
            return message, ()
        about = await self._about(row.id)
        if about.status != "done" or not about.provider_ids:
            return _without_target(about, message)
        own = self._channels[row.to.channel]
        age_s = (self._clock() - (about.ended_at or self._clock())).total_seconds()
        if about.kind == "delete":
            return await self._deleting(own, row.to.address, about, age_s, message)
        return _editing(own.capabilities, about, age_s, message)

    async def _about(self, change: UUID) -> Changed:
        """What is changed, once its sending is recorded: it went just before, and nobody waits for the record."""
        for _ in range(LOOKS_MAX):
            try:
                about = await self._store.changed(change)
            except StoreDown as error:
                raise Transient("the database is away") from error
            if about is None:
                raise PermanentContent("the message it changes is gone", "changes_nothing")
            if about.status != "new":
                return about
            await asyncio.sleep(LOOK_S)
        raise Transient("the message it changes has not left yet")

    async def _deleting(
        self, channel: Channel, address: str, about: Changed, age_s: float, message: OutboundMessage
    ) -> Resolved:
        *earlier, last = about.provider_ids
        found = replace(message, delete_of=last)
        own = channel.capabilities
        if not own.deletes or _past(own.delete_max_age_s, age_s):
            return instead(found)
        for provider_id in earlier:  # a long text left in parts, and each of them has to go
            await channel.delete(address, provider_id)
        return found, ()


def _editing(own: Capabilities, about: Changed, age_s: float, message: OutboundMessage) -> Resolved:
    """A text that left in parts is not edited: its parts would have to be cut anew at the same places."""
    *earlier, last = about.provider_ids
    found = replace(message, edit_of=last)
    if own.edits and not earlier and not _past(own.edit_max_age_s, age_s):
        return found, ()
    if about.kind == "append":
        return replace(found, text=message.text[-about.tail :], edit_of=None, reply_to=last), (APPENDED_APART,)
    return instead(found)


def _without_target(about: Changed, message: OutboundMessage) -> Resolved:
    """An addition makes sense by itself; a correction of what nobody has read does not. Raises PermanentContent."""
    if about.kind == "append":
        return replace(message, text=message.text[-about.tail :], edit_of=None), (APPENDED_APART,)
    raise PermanentContent("the message it changes has never left", "changes_nothing")


def _past(most_s: int | None, age_s: float) -> bool:
    return most_s is not None and age_s > most_s
