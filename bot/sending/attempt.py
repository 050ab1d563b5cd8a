"""One attempt to send what an outbox row asks for: named, linked, drawn, handed to the channel."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog

from bot.sending import window
from bot.sending.alternatives import beside
from bot.store import Mark, OutboxRow, StoreDown
from channels import references
from channels.errors import PermanentContent, Transient
from flows.effects import DeleteInbound, OpenForm, Send
from flows.messages import OutboundMessage, Picture, StoredFile
from flows.ports import Channel, DrawnPicture

log = structlog.get_logger("bot.outbox")


class Pictures(Protocol):
    """Draws what a message shows."""

    async def draw(self, picture: Picture, locale: str, customer_id: str | None) -> DrawnPicture:
        """May raise anything: the message then goes as text."""
        ...

    async def stored(self, file: StoredFile) -> DrawnPicture:
        """A file that is kept. Raises StoreDown, and anything when it is there no more: the words then go alone."""
        ...


class Pages(Protocol):
    """Opens one-time pages, in the chat's order so that a page is there before its link."""

    async def open(self, row: OutboxRow, effect: OpenForm) -> None:
        """Raises StoreDown."""
        ...

    def linked(self, message: OutboundMessage) -> OutboundMessage:
        """The message with the addresses of its pages."""
        ...


class Changes(Protocol):
    """Knows what a message is about that changes one of ours."""

    async def resolved(self, row: OutboxRow, message: OutboundMessage) -> tuple[OutboundMessage, tuple[str, ...]]:
        """The message with the platform's id of what it changes, and its degradations. Raises SendFailure."""
        ...


class Attempt:
    """Sends once. Raises a SendFailure."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        pictures: Pictures,
        pages: Pages | None,
        clock: Callable[[], datetime],
        changes: Changes | None = None,
    ) -> None:
        self._channels = channels
        self._changes = changes
        self._pictures = pictures
        self._pages = pages
        self._clock = clock

    async def at(self, row: OutboxRow, message: OutboundMessage | None) -> Mark:
        """``message`` is the row's message as it may go now, for rows that are one."""
        if isinstance(row.effect, OpenForm):
            return await self._opened(row, row.effect)
        if isinstance(row.effect, DeleteInbound):
            return await self._deleted(row, row.effect)
        assert isinstance(row.effect, Send)
        assert message is not None
        return await self._sent(row, message)

    async def _sent(self, row: OutboxRow, message: OutboundMessage) -> Mark:
        if not message.ref:
            message = replace(message, ref=references.ref_of(row.id))
        resolved: tuple[str, ...] = ()
        if self._changes is not None:
            message, resolved = await self._changes.resolved(row, message)
        message, drawn, changed = await self._drawn(message, row)
        message = message if self._pages is None else self._pages.linked(message)
        began = self._clock()
        sent = await self._channels[row.to.channel].send(message, row.to.address, drawn)
        if window.stands_in(message):
            changed += ("template",)
        degradations = tuple(dict.fromkeys(resolved + sent.degradations + changed))
        return Mark(row.id, "done", sent.provider_ids, degradations, sent_at=began)

    async def _deleted(self, row: OutboxRow, effect: DeleteInbound) -> Mark:
        deleted = await self._channels[row.to.channel].delete(row.to.address, effect.message_id)
        return Mark(row.id, "done", error=None if deleted else "the platform does not delete it")

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
        """The message with its picture or file; as text alone when it cannot be had. Raises a SendFailure."""
        meant = message.picture or message.file
        if meant is None or message.delete_of is not None:
            return message, None, ()
        try:
            if isinstance(meant, Picture):
                drawn = await self._pictures.draw(meant, message.locale, row.to.customer_id)
                return replace(message, text=beside(message.text, drawn.alt)), drawn, ()
            return message, await self._pictures.stored(meant), ()
        except StoreDown as error:
            raise Transient("the database is away") from error
        except Exception as error:  # whatever is wrong with the picture, the customer gets the words
            name = meant.template if isinstance(meant, Picture) else ""
            log.error("picture_not_drawn", template=name, error=type(error).__name__)
            text = message.text or meant.alt
            if not text and isinstance(meant, StoredFile):
                raise PermanentContent("the file is gone, and there are no words beside it", "file") from error
            return replace(message, picture=None, file=None, text=text), None, ("picture_not_drawn",)
