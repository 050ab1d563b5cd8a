"""Takes callbacks to webhooks, signed, until 200 comes: those of one chat one after another, chats side by side.

The answer to conversation_started may carry the welcome message, the one thing that a person who has not subscribed
gets to see.
"""

import asyncio
import hashlib
import hmac
import json
from typing import Any

import httpx

from sandbox.viber import messages
from sandbox.viber.answers import Refused
from sandbox.viber.bots import Bot
from sandbox.viber.callbacks import Pending
from sandbox.viber.chats import Chat
from sandbox.viber.limits import RETRY_FIRST_S, RETRY_MOST_S, WEBHOOK_TIMEOUT_S
from sandbox.viber.platform import Platform, nobody_carries

SIGNATURE_HEADER = "X-Viber-Content-Signature"


class Delivery:
    """One courier a chat, for as long as there is something to carry. `start` once the event loop runs."""

    def __init__(self, platform: Platform, retry_first_s: float = RETRY_FIRST_S) -> None:
        self._platform, self._retry_first_s = platform, retry_first_s
        self._couriers: dict[tuple[int, int], asyncio.Task[None]] = {}
        self._client: httpx.AsyncClient | None = None

    def start(self) -> None:
        self._client = httpx.AsyncClient(timeout=WEBHOOK_TIMEOUT_S, follow_redirects=False, trust_env=False)
        self._platform.arrived = self.ensure
        for bot, person in self._platform.callbacks.chats():
            self.ensure(bot, person)

    async def stop(self) -> None:
        self._platform.arrived = nobody_carries
        for courier in self._couriers.values():
            courier.cancel()
        await asyncio.gather(*self._couriers.values(), return_exceptions=True)
        self._couriers.clear()
        if self._client is not None:
            await self._client.aclose()

    def ensure(self, bot: int, person: int) -> None:
        """Have a courier for this chat."""
        if (bot, person) not in self._couriers:
            self._couriers[bot, person] = asyncio.create_task(self._carry(bot, person))

    async def knock(self, bot: Bot, url: str, event: dict[str, Any]) -> bool:
        """Whether a webhook that is to be set answers 200."""
        answer = await self._post(bot, url, json.dumps(event))
        return answer is not None and answer.status_code == httpx.codes.OK

    async def _carry(self, bot_id: int, person: int) -> None:
        """Nothing is awaited between finding the queue empty and going, so no callback is left lying."""
        try:
            while (found := self._platform.callbacks.first(bot_id, person, self._platform.clock())) is not None:
                bot = self._platform.bots.find(bot_id)
                if bot is None or not bot.url:
                    return
                if not await self._hand_over(bot, person, found):
                    self._platform.callbacks.failed(found.id)
                    await asyncio.sleep(min(self._retry_first_s * 2 ** min(found.tries, 16), RETRY_MOST_S))
        finally:
            self._couriers.pop((bot_id, person), None)

    async def _hand_over(self, bot: Bot, person: int, found: Pending) -> bool:
        answer = await self._post(bot, bot.url, found.body)
        if answer is None or answer.status_code != httpx.codes.OK:
            return False
        self._platform.callbacks.remove(found.id)
        chat, event = self._platform.chats.open(bot.id, person), found.event
        self._platform.taken(chat, event)
        if event["event"] == "conversation_started":
            await self._welcome(bot, chat, answer)
        return True

    async def _welcome(self, bot: Bot, chat: Chat, answer: httpx.Response) -> None:
        try:
            request = answer.json()
            message = messages.read(request) if isinstance(request, dict) and request.get("type") else None
        except (ValueError, Refused):
            return  # the platform says nothing about a welcome that it cannot read, and shows none
        if message is not None:
            await self._platform.show(bot, chat, message, request)

    async def _post(self, bot: Bot, url: str, body: str) -> httpx.Response | None:
        assert self._client is not None
        raw = body.encode()
        signature = hmac.new(bot.token.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json; charset=utf-8", SIGNATURE_HEADER: signature}
        try:
            return await self._client.post(url, content=raw, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return None
