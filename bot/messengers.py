"""The messengers of this installation: made from the settings, made known to their platforms, or polled."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime

import httpx
import structlog
from pydantic import SecretStr

from bot.door import Door
from bot.settings import Settings, messengers_on
from bot.store import StoreDown
from bot.turn import Turns
from channels.errors import ChannelDown, SendFailure, Unreadable
from channels.messenger.channel import Messenger
from channels.telegram.channel import ALLOWED_UPDATES, Telegram
from channels.telegram.polling import poll
from channels.viber.channel import Viber
from channels.whatsapp.channel import WhatsApp
from flows.ports import Channel, MediaHost

AGAIN_S = 2.0
AGAIN_S_MAX = 60.0
log = structlog.get_logger("bot.messengers")


class Messengers:
    """All channels that have their secrets set. ``start`` once our own port answers.

    ``commands`` is the menu, by locale. ``bank`` is what the bank is called. ``host`` lends files to platforms that
    fetch them.
    """

    def __init__(
        self, settings: Settings, commands: Mapping[str, Mapping[str, str]], bank: str, host: MediaHost
    ) -> None:
        self._settings = settings
        self._commands = commands
        self._tasks: set[asyncio.Task[None]] = set()
        made = _MAKERS.items()
        self.channels: Mapping[str, Channel] = {
            name: make(settings, bank, host) for name, make in made if name in messengers_on(settings)
        }

    @property
    def rates(self) -> Mapping[str, float]:
        """How many messages a second an account may send, by channel."""
        return {name: channel.capabilities.rate_per_s for name, channel in self.channels.items()}

    def start(self, door: Door, turns: Turns) -> None:
        """Load the clients, and tell the platforms where we are (or begin to ask them for updates)."""
        for channel in self.channels.values():
            self._begin(self._up(channel, door, turns))

    async def stop(self) -> None:
        """End polling; what is still to be said can be sent."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Close the connections, once nothing more is to be sent."""
        for channel in self.channels.values():
            await channel.close()

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _up(self, channel: Channel, door: Door, turns: Turns) -> None:
        """Make ourselves known, again and again until the platform has heard it."""
        await channel.warm_up()
        pause_s = AGAIN_S
        while True:
            try:
                await self._met(channel, door, turns)
                return
            except ChannelDown as failure:
                log.error("messenger_refuses_us", channel=channel.name, reason=failure.reason)
                return
            except SendFailure as failure:
                log.warning("messenger_not_registered", channel=channel.name, reason=failure.reason)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, AGAIN_S_MAX)

    async def _met(self, channel: Channel, door: Door, turns: Turns) -> None:
        public = self._settings.http.public_url.rstrip("/")
        if isinstance(channel, Telegram) and self._settings.telegram.polling:
            await channel.meet("", self._commands)
            await self._poll(channel, door, turns)
        elif public:
            await channel.meet(f"{public}/webhooks/{channel.name}", self._commands)

    async def _poll(self, telegram: Telegram, door: Door, turns: Turns) -> None:
        async def accept(body: bytes) -> None:
            """An update is confirmed to Telegram only after this returns, so it must be stored or unreadable."""
            while True:
                try:
                    events = [await door.admitted(event) for event in telegram.parse(body, datetime.now(UTC))]
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


def _telegram(settings: Settings, bank: str, host: MediaHost) -> Channel:  # noqa: ARG001 - one shape for all
    own = settings.telegram
    return Telegram(own.token.get_secret_value(), _words(own.webhook_secrets), own.api_url)


def _viber(settings: Settings, bank: str, host: MediaHost) -> Channel:
    own = settings.viber
    return Viber(tokens=_words(own.tokens), name=bank, api_url=own.api_url, host=host, account=own.account)


def _whatsapp(settings: Settings, bank: str, host: MediaHost) -> Channel:  # noqa: ARG001 - one shape for all
    own = settings.whatsapp
    return WhatsApp(
        access_token=own.access_token.get_secret_value(),
        app_secrets=_words(own.app_secrets),
        verify_token=own.verify_token.get_secret_value(),
        phone_number_id=own.phone_number_id,
        api_url=own.api_url,
        app_id=own.app_id,
    )


def _messenger(settings: Settings, bank: str, host: MediaHost) -> Channel:  # noqa: ARG001 - one shape for all
    own = settings.messenger
    return Messenger(
        page_access_token=own.page_access_token.get_secret_value(),
        app_secrets=_words(own.app_secrets),
        verify_token=own.verify_token.get_secret_value(),
        page_id=own.page_id,
        api_url=own.api_url,
        app_id=own.app_id,
    )


def _words(secrets: tuple[SecretStr, ...]) -> tuple[str, ...]:
    return tuple(secret.get_secret_value() for secret in secrets)


_MAKERS: Mapping[str, Callable[[Settings, str, MediaHost], Channel]] = {
    "telegram": _telegram,
    "viber": _viber,
    "whatsapp": _whatsapp,
    "messenger": _messenger,
}
