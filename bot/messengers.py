"""The messengers of this installation: made from the settings, registered at their platforms, or polled."""

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime

import httpx
import structlog

from bot.door import Door
from bot.settings import Settings, messengers_on
from bot.store import StoreDown
from bot.turn import Turns
from channels.errors import ChannelDown, SendFailure, Unreadable
from channels.telegram.channel import ALLOWED_UPDATES, Telegram
from channels.telegram.polling import poll
from flows.ports import Channel

AGAIN_S = 2.0
AGAIN_S_MAX = 60.0
log = structlog.get_logger("bot.messengers")


class Messengers:
    """All channels that have their secrets set. ``start`` once our own port answers."""

    def __init__(self, settings: Settings, commands: Mapping[str, Mapping[str, str]]) -> None:
        self._settings = settings
        self._commands = commands
        self._telegram: Telegram | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        if "telegram" in messengers_on(settings):
            own = settings.telegram
            secrets = [secret.get_secret_value() for secret in own.webhook_secrets]
            self._telegram = Telegram(own.token.get_secret_value(), secrets, own.api_url)

    @property
    def channels(self) -> Mapping[str, Channel]:
        """By name."""
        return {} if self._telegram is None else {self._telegram.name: self._telegram}

    def start(self, door: Door, turns: Turns) -> None:
        """Load the clients, and tell the platforms where we are (or begin to ask them for updates)."""
        if self._telegram is not None:
            self._begin(self._telegram_up(self._telegram, door, turns))

    async def stop(self) -> None:
        """End polling and close connections."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._telegram is not None:
            await self._telegram.close()

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _telegram_up(self, telegram: Telegram, door: Door, turns: Turns) -> None:
        own, url = self._settings.telegram, f"{self._settings.http.public_url.rstrip('/')}/webhooks/telegram"
        await telegram.warm_up()
        pause_s = AGAIN_S
        while True:
            try:
                for number, (locale, commands) in enumerate(self._commands.items()):
                    await telegram.set_commands(commands, locale if number else None)
                if own.polling:
                    await telegram.unregister()
                    await self._poll(telegram, door, turns)
                elif self._settings.http.public_url:
                    await telegram.register(url)
                return
            except ChannelDown as failure:
                log.error("messenger_refuses_us", channel="telegram", reason=failure.reason)
                return
            except SendFailure as failure:
                log.warning("messenger_not_registered", channel="telegram", reason=failure.reason)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, AGAIN_S_MAX)

    async def _poll(self, telegram: Telegram, door: Door, turns: Turns) -> None:
        async def accept(body: bytes) -> None:
            """An update is confirmed to Telegram only after this returns, so it must be stored or unreadable."""
            while True:
                try:
                    events = [await door.masked(event) for event in telegram.parse(body, datetime.now(UTC))]
                    await turns.receive(events)
                    return
                except Unreadable:
                    log.warning("update_unreadable", channel="telegram")
                    return
                except StoreDown:
                    await asyncio.sleep(AGAIN_S)

        own = self._settings.telegram
        async with httpx.AsyncClient() as http:
            await poll(http, own.api_url, own.token.get_secret_value(), ALLOWED_UPDATES, accept)
