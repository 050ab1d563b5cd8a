"""How a bot gets its updates: by webhook or by asking."""

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.telegram.bots import Webhook
from sandbox.telegram.failures import bad_request
from sandbox.telegram.limits import CONNECTIONS_DEFAULT, CONNECTIONS_MAX, SECRET_TOKEN_MAX, UPDATES_PER_POLL_MAX
from sandbox.telegram.methods.call import Call
from sandbox.telegram.updates import allowed_kinds

SECRET = re.compile(rf"[A-Za-z0-9_-]{{1,{SECRET_TOKEN_MAX}}}")


async def set_webhook(call: Call) -> bool:
    """An empty url takes the webhook away."""
    url = call.arguments.text("url")
    if not url:
        return await delete_webhook(call)
    secret = call.arguments.text("secret_token")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request(_secret_words(secret))
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    connections = call.arguments.integer("max_connections") or CONNECTIONS_DEFAULT
    hook = Webhook(url, secret, min(max(connections, 1), CONNECTIONS_MAX))
    _set(call, hook)
    return True


async def delete_webhook(call: Call) -> bool:
    _set(call, Webhook())
    return True


async def get_webhook_info(call: Call) -> dict[str, Any]:
    hook = call.bot.webhook
    info: dict[str, Any] = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": call.platform.updates.count(call.bot.id),
    }
    if hook.url:
        info |= {"max_connections": hook.max_connections, "ip_address": "127.0.0.1"}
    if hook.last_error_at is not None:
        info |= {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
    return info | ({"allowed_updates": call.bot.allowed_updates} if call.bot.allowed_updates else {})


async def get_updates(call: Call) -> list[dict[str, Any]]:
    _remember_allowed(call)
    return await call.pollers.poll(
        call.platform,
        call.bot,
        call.arguments.integer("offset"),
        call.arguments.integer("limit") or UPDATES_PER_POLL_MAX,
        call.arguments.integer("timeout") or 0,
    )


def _set(call: Call, hook: Webhook) -> None:
    _remember_allowed(call)
    if call.arguments.flag("drop_pending_updates"):
        call.platform.updates.drop(call.bot.id)
    call.platform.updates.hurry(call.bot.id)
    call.platform.bots.change(call.bot.id, webhook=hook)
    call.platform.arrival(call.bot.id).set()


def _remember_allowed(call: Call) -> None:
    """What is not said stays as it was; an empty list is the default again."""
    given = call.arguments.structure("allowed_updates")
    if given is not None:
        call.platform.bots.change(call.bot.id, allowed_updates=allowed_kinds(given))


def _secret_words(secret: str) -> str:
    if len(secret) > SECRET_TOKEN_MAX:
        return "secret token is too long"
    return "secret token contains unallowed characters"
