"""getUpdates: long polling by one poller at a time."""

import asyncio
import contextlib
from typing import Any

from sandbox.telegram.bots import Bot
from sandbox.telegram.failures import conflict
from sandbox.telegram.limits import POLL_TIMEOUT_MAX_S, UPDATES_PER_POLL_MAX
from sandbox.telegram.platform import Platform

WEBHOOK_IS_SET = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
ANOTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"


class Pollers:
    """Remembers who polls; a newer poller ends the older one, which gets 409."""

    def __init__(self) -> None:
        self._turns: dict[int, int] = {}
        self.closed = False

    async def poll(
        self, platform: Platform, bot: Bot, offset: int | None, limit: int, timeout_s: int
    ) -> list[dict[str, Any]]:
        """Up to 100 updates from `offset` on; waits up to 50 s for the first. Raises Refused 409."""
        if bot.webhook.url:
            raise conflict(WEBHOOK_IS_SET)
        turn = self._turns[bot.id] = self._turns.get(bot.id, 0) + 1
        platform.arrival(bot.id).set()  # whoever polled before notices
        _confirm(platform, bot.id, offset)
        deadline = asyncio.get_running_loop().time() + min(max(timeout_s, 0), POLL_TIMEOUT_MAX_S)
        while True:
            arrival = platform.arrival(bot.id)
            arrival.clear()
            found = platform.updates.first(bot.id, min(max(limit, 1), UPDATES_PER_POLL_MAX))
            left_s = deadline - asyncio.get_running_loop().time()
            if found or left_s <= 0 or self.closed:
                return [update.body for update in found]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await arrival.wait()
            self._still_mine(bot.id, turn)

    def _still_mine(self, bot: int, turn: int) -> None:
        if self._turns[bot] != turn:
            raise conflict(ANOTHER_POLLER)


def _confirm(platform: Platform, bot: int, offset: int | None) -> None:
    if offset is None:
        return
    if offset < 0:
        platform.updates.keep_last(bot, -offset)
    else:
        platform.taken(bot, platform.updates.confirm_below(bot, offset))
