"""Long polling, for a developer without a public address.

Updates are fetched as raw JSON and read by our own parser: a library's strict model would lose a whole batch for
one update it does not know. The offset moves on only after an update was accepted, so a crash loses none.
"""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import orjson
import structlog

POLL_S = 25
PAUSE_S = 3.0
log = structlog.get_logger()


async def poll(
    client: httpx.AsyncClient,
    api_url: str,
    token: str,
    allowed: tuple[str, ...],
    accept: Callable[[bytes], Awaitable[None]],
    pause_s: float = PAUSE_S,
) -> None:
    """Fetch updates for ever and hand each body to ``accept``, in order; stops when cancelled."""
    offset = 0
    while True:
        try:
            updates = await _fetch(client, f"{api_url}/bot{token}/getUpdates", offset, allowed)
            for update in updates:
                await accept(orjson.dumps(update))
                offset = max(offset, int(str(update["update_id"])) + 1)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            log.warning("polling_paused", channel="telegram", reason=type(error).__name__)
            await asyncio.sleep(pause_s)


async def _fetch(client: httpx.AsyncClient, url: str, offset: int, allowed: tuple[str, ...]) -> list[dict[str, object]]:
    body = {"offset": offset, "timeout": POLL_S, "allowed_updates": list(allowed)}
    answer = await client.post(url, json=body, timeout=POLL_S + 10)
    answer.raise_for_status()
    result = orjson.loads(answer.content).get("result")
    return [update for update in result if isinstance(update, dict)] if isinstance(result, list) else []
