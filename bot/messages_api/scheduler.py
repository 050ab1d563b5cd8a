"""What happens by itself: messages whose time has come are let go, broadcasts are placed ahead of their time.

Every process looks; each message is released once, each recipient is placed by one of them.
"""

import asyncio
from collections.abc import Callable

import structlog

from bot import consents
from bot.messages_api.broadcasts import Placing
from bot.messages_api.failures import Away
from bot.metrics import alert
from bot.store import StoreDown
from bot.store.broadcasts import BroadcastStore
from bot.store.messages import MessageStore

POLL_S = 2.0  # how late a message may be that was stored through another process
TICK_S = 0.05  # a broadcast's messages come closer together than it is worth waking for
AHEAD_S = 10.0
AT_ONCE = 200
AWAY_S = 1.0

log = structlog.get_logger("bot.messages_api")


class Scheduler:
    """``released`` is called when messages may leave."""

    def __init__(
        self,
        messages: MessageStore,
        broadcasts: BroadcastStore,
        placing: Placing,
        released: Callable[[], None],
        poll_s: float = POLL_S,
    ) -> None:
        self._messages, self._broadcasts, self._placing = messages, broadcasts, placing
        self._released = released
        self._poll_s = poll_s
        self._look = asyncio.Event()

    def note(self) -> None:
        """Something was stored for later; look when."""
        self._look.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._look.clear()
            wait_s = await self._looked()
            try:
                async with asyncio.timeout(wait_s):
                    await self._look.wait()
            except TimeoutError:
                pass

    async def _looked(self) -> float:
        """Do what is due; seconds until it is worth looking again."""
        try:
            await self.once()
            due_s, place_s = await self._messages.next_due_s(), await self._broadcasts.next_place_s()
        except (StoreDown, Away, consents.Away) as error:
            log.warning("messages_not_released", reason=str(error))
            return AWAY_S
        except Exception as error:  # whatever it is, what was asked for later must still go
            alert("messages_not_released", type(error).__name__)
            return AWAY_S
        waits = [due_s, None if place_s is None else place_s - AHEAD_S, self._poll_s]
        return max(TICK_S, min(wait for wait in waits if wait is not None))

    async def once(self) -> None:
        """Place and release what there is. Raises StoreDown or one of the two Aways."""
        while waiting := await self._broadcasts.claim(AT_ONCE, AHEAD_S):
            for one in waiting:
                await self._placing.place(one)
        while released := await self._messages.release(AT_ONCE):
            self._released()
            if released < AT_ONCE:
                break
