"""Takes updates to webhooks until a 2xx comes: those of one person one after another, those of many side by side."""

import asyncio
import contextlib
from typing import Any

import httpx

from sandbox.telegram.bots import Bot
from sandbox.telegram.limits import RETRY_FIRST_S, RETRY_MOST_S, WEBHOOK_TIMEOUT_S
from sandbox.telegram.methods import run_from_webhook
from sandbox.telegram.platform import Platform
from sandbox.telegram.updates import Pending

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 the name of the header, not a secret


class Delivery:
    """One courier a bot. `start` once the event loop runs; `stop` lets the queues stay where they are."""

    def __init__(self, platform: Platform, retry_first_s: float = RETRY_FIRST_S) -> None:
        self._platform = platform
        self._retry_first_s = retry_first_s
        self._couriers: dict[int, asyncio.Task[None]] = {}
        self._client: httpx.AsyncClient | None = None

    def ensure(self, bot: int) -> None:
        """Have a courier for this bot, and have it look now."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=WEBHOOK_TIMEOUT_S, follow_redirects=False, trust_env=False)
        if bot not in self._couriers or self._couriers[bot].done():
            self._couriers[bot] = asyncio.create_task(self._carry(bot, self._client))
        self._platform.arrival(bot).set()

    def start(self) -> None:
        for bot in self._platform.bots.all():
            if bot.webhook.url:
                self.ensure(bot.id)

    async def stop(self) -> None:
        for courier in self._couriers.values():
            courier.cancel()
        await asyncio.gather(*self._couriers.values(), return_exceptions=True)
        self._couriers.clear()
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _carry(self, bot_id: int, client: httpx.AsyncClient) -> None:
        arrival, on_the_way = self._platform.arrival(bot_id), dict[int, asyncio.Task[None]]()
        try:
            while True:
                arrival.clear()
                bot = self._platform.bots.find(bot_id)
                if bot is None or not bot.webhook.url:
                    return
                wait_s = self._send_out(bot, on_the_way, client)
                # Not wait_for: before Python 3.12 it can lose a cancellation that comes with an arrival.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await arrival.wait()
        finally:
            for task in on_the_way.values():
                task.cancel()

    def _send_out(self, bot: Bot, on_the_way: dict[int, asyncio.Task[None]], client: httpx.AsyncClient) -> float | None:
        """Start what is due; gives the seconds until the next one is, None when only an arrival can bring one."""
        for person in [person for person, task in on_the_way.items() if task.done()]:
            del on_the_way[person]
        now, waits = self._platform.clock(), list[float]()
        for update in self._platform.updates.heads(bot.id, bot.webhook.max_connections + len(on_the_way)):
            if update.person in on_the_way:
                continue
            if update.due_at > now:
                waits.append(update.due_at - now)
            elif len(on_the_way) < bot.webhook.max_connections:
                on_the_way[update.person] = asyncio.create_task(self._hand_over(bot, update, client))
        return min(waits, default=None)

    async def _hand_over(self, bot: Bot, update: Pending, client: httpx.AsyncClient) -> None:
        headers = {SECRET_HEADER: bot.webhook.secret} if bot.webhook.secret else {}
        try:
            answer = await client.post(bot.webhook.url, json=update.body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            self._again_later(bot, update, f"Connection failed: {type(error).__name__}")
        else:
            if answer.is_success:
                await self._delivered(bot, update, answer)
            else:
                self._again_later(
                    bot, update, f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
                )
        self._platform.arrival(bot.id).set()

    async def _delivered(self, bot: Bot, update: Pending, answer: httpx.Response) -> None:
        self._platform.updates.remove(bot.id, update.id)
        self._platform.taken(bot.id, [update])
        if (call := _method_call(answer)) is not None:
            await run_from_webhook(self._platform, bot, call)

    def _again_later(self, bot: Bot, update: Pending, reason: str) -> None:
        current = self._platform.bots.find(bot.id)
        if current is None or current.webhook.url != bot.webhook.url:
            return  # the webhook moved meanwhile: the new one shall have it at once
        pause_s = min(self._retry_first_s * 2 ** min(update.tries, 16), RETRY_MOST_S)
        self._platform.updates.postpone(bot.id, update.id, self._platform.clock() + pause_s)
        self._platform.note_webhook_error(bot.id, reason)


def _method_call(answer: httpx.Response) -> dict[str, Any] | None:
    """A webhook may answer with one call of a method, written as JSON."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return None
    try:
        call = answer.json()
    except ValueError:
        return None
    return call if isinstance(call, dict) and isinstance(call.get("method"), str) else None
