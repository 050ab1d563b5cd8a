"""Fetches what customers send, as its messenger wants it fetched, and keeps it if it is what it says."""

import asyncio
from collections.abc import Mapping

import structlog

from bot.media.kinds import Refused, checked
from bot.media.store import TRIES_MAX, MediaStore, Stored, Wanted
from bot.store import StoreDown
from channels.errors import PermanentContent, PermanentUser, SendFailure
from flows.messages import Attachment, InboundEvent
from flows.ports import Channel

MEDIA_BYTES_MAX = 10_000_000  # a passport photographed by a good phone, twice over
AT_ONCE = 4
LOOK_S = 5.0
SWEEP_EVERY = 60  # looks
log = structlog.get_logger("bot.media")


class Collector:
    """``note`` goes with the turn, so nothing is forgotten; ``run`` fetches meanwhile."""

    def __init__(self, store: MediaStore, channels: Mapping[str, Channel]) -> None:
        self._store, self._channels = store, channels
        self._wake = asyncio.Event()

    async def note(self, event: InboundEvent) -> None:
        """Remember the event's file, if it has one; its id is the event's. Raises StoreDown."""
        if isinstance(event.content, Attachment) and event.content.media != "sticker":
            await self._store.note(event.id, event.channel, event.conversation, event.content)
            self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        looks = 0
        while True:
            self._wake.clear()
            try:
                while wanted := await self._store.claim(AT_ONCE):
                    await asyncio.gather(*[self._collect(one) for one in wanted])
                if looks % SWEEP_EVERY == 0:
                    await self._store.sweep()
            except StoreDown as error:
                log.warning("store_unreachable", reason=str(error))
            looks += 1
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _collect(self, wanted: Wanted) -> None:
        """One file, to its end or to its next try. Raises StoreDown."""
        try:
            data = await self._channels[wanted.channel].fetch(wanted.attachment, MEDIA_BYTES_MAX)
            mime = await asyncio.to_thread(checked, data, wanted.attachment.mime)
        except (Refused, PermanentContent, PermanentUser, KeyError) as error:
            await self._refuse(wanted, str(error))
        except SendFailure as failure:
            if wanted.tries >= TRIES_MAX:
                await self._refuse(wanted, failure.reason)
        except Exception as error:  # a fault of ours must not stop the fetching of other files
            log.error("media_not_fetched", channel=wanted.channel, error=type(error).__name__, exc_info=error)
            if wanted.tries >= TRIES_MAX:
                await self._refuse(wanted, type(error).__name__)
        else:
            await self._store.fetched(wanted.id, Stored(data, mime, wanted.attachment.file_name or ""))

    async def _refuse(self, wanted: Wanted, reason: str) -> None:
        log.info("media_refused", channel=wanted.channel, reason=reason)
        await self._store.refused(wanted.id, reason)
