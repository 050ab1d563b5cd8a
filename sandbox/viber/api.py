"""The door of the REST Bot API: `/pa/{method}`, and the files that people sent, under `/media`.

The token comes in X-Viber-Auth-Token or as auth_token in the body. Every answer is HTTP 200 with a status.
"""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.phones.files import answer as file_answer
from sandbox.viber import messages
from sandbox.viber.answers import Refused, bad_data, missing, ok, refused
from sandbox.viber.bots import Bot
from sandbox.viber.delivery import Delivery
from sandbox.viber.limits import BROADCAST_MAX, EVENTS_ALWAYS, EVENTS_ON_WISH, ONLINE_ASKED_MAX, REQUEST_MAX_BYTES
from sandbox.viber.platform import Platform, details_of, new_webhook_event

TOKEN = re.compile(r"[A-Za-z0-9_:-]{8,200}")

Body = dict[str, Any]


class BotApi:
    """Serves accounts."""

    def __init__(self, platform: Platform, delivery: Delivery) -> None:
        self._platform, self._delivery = platform, delivery
        self._methods: dict[str, Callable[[Bot, Body], Awaitable[Response]]] = {
            "set_webhook": self._set_webhook,
            "send_message": self._send_message,
            "broadcast_message": self._broadcast,
            "get_account_info": self._account,
            "get_user_details": self._user,
            "get_online": self._online,
        }

    def routes(self) -> list[Route]:
        return [Route("/pa/{method}", self.call, methods=["POST"]), Route("/media/{file}/{name:path}", self.file)]

    async def call(self, request: Request) -> Response:
        """One call of an account."""
        try:
            return await self._answer(request)
        except Refused as refusal:
            return refused(refusal)

    async def _answer(self, request: Request) -> Response:
        name = request.path_params["method"]
        method = self._methods.get(name)
        if method is None:
            return PlainTextResponse("Not Found", 404)
        raw = await request.body()
        body = _read(raw)
        token = request.headers.get("x-viber-auth-token") or body.get("auth_token")
        if token is None:
            raise Refused(2, "missing_auth_token")
        if not isinstance(token, str) or not TOKEN.fullmatch(token):
            raise Refused(2, "invalidAuthToken")
        if len(raw) > REQUEST_MAX_BYTES:
            raise bad_data(f"the request is bigger than {REQUEST_MAX_BYTES} bytes")
        bot = self._platform.bot_of(token, f"{request.url.scheme}://{request.url.netloc}{request.scope['root_path']}")
        return await self._platform.faults.meet(name) or await method(bot, body)

    async def file(self, request: Request) -> Response:
        """What a person sent; whoever has the address may read it, as on the platform."""
        file = self._platform.files.find(request.path_params["file"])
        if file is None:
            return PlainTextResponse("Not Found", 404)
        return file_answer(file.name, file.mime, file.data)

    async def _set_webhook(self, bot: Bot, body: Body) -> Response:
        url, wanted = body.get("url"), body.get("event_types")
        if url is None:
            raise missing("url")
        if url == "":
            self._platform.bots.set_webhook(bot.id, "", ())
            self._platform.callbacks.drop(bot.id)
            return ok(event_types=[])
        if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
            raise Refused(1, "invalidUrl")
        if wanted is not None and not (isinstance(wanted, list) and set(wanted) <= {*EVENTS_ALWAYS, *EVENTS_ON_WISH}):
            raise bad_data("event_types has an unknown event")
        if not await self._delivery.knock(bot, url, new_webhook_event(self._platform.clock)):
            raise Refused(1, "Result from webhook: not 200")
        chosen = tuple(name for name in EVENTS_ON_WISH if wanted is None or name in wanted)
        self._platform.bots.set_webhook(bot.id, url, chosen)
        self._platform.hub.tell_everyone({"kind": "bots"})
        return ok(event_types=[*EVENTS_ALWAYS, *chosen])

    async def _send_message(self, bot: Bot, body: Body) -> Response:
        if not bot.url:
            raise Refused(10, "webhookNotSet")
        if body.get("receiver") is None:
            raise missing("receiver")
        message = messages.read(body)
        chat = self._platform.chat_for(bot, body["receiver"])
        token = await self._platform.show(bot, chat, message, body)
        return ok(message_token=token, billing_status=1)

    async def _broadcast(self, bot: Bot, body: Body) -> Response:
        if not bot.url:
            raise Refused(10, "webhookNotSet")
        receivers = body.get("broadcast_list")
        if not isinstance(receivers, list) or not receivers:
            raise missing("broadcast_list")
        if len(receivers) > BROADCAST_MAX:
            raise bad_data(f"broadcast_list has more than {BROADCAST_MAX} receivers")
        message = messages.read(body)
        failed = []
        for receiver in receivers:
            try:
                await self._platform.show(bot, self._platform.chat_for(bot, receiver), dict(message), body)
            except Refused as refusal:
                failed.append({"receiver": receiver, "status": refusal.status, "status_message": str(refusal)})
        return ok(message_token=self._platform.bots.next_token(bot.id), failed_list=failed)

    async def _account(self, bot: Bot, _: Body) -> Response:
        return ok(
            id=bot.account, name=bot.name, uri=f"tellerbank{bot.id}", icon="", background="", category="Finance",
            subcategory="Banks", location={"lat": 50.45, "lon": 30.52}, country="UA", webhook=bot.url,
            event_types=[*EVENTS_ALWAYS, *bot.events] if bot.url else [],
            subscribers_count=self._platform.chats.subscribers(bot.id), members=[],
        )  # fmt: skip

    async def _user(self, bot: Bot, body: Body) -> Response:
        if body.get("id") is None:
            raise missing("id")
        chat = self._platform.chats.by_user(bot.id, str(body["id"]))
        person = self._platform.people.find(chat.person) if chat else None
        if chat is None or person is None:
            raise Refused(5, "receiverNotRegistered")
        return ok(message_token=self._platform.bots.next_token(bot.id), user=details_of(chat, person))

    async def _online(self, bot: Bot, body: Body) -> Response:
        asked = body.get("ids")
        if not isinstance(asked, list) or not 0 < len(asked) <= ONLINE_ASKED_MAX:
            raise bad_data(f"ids must be a list of 1 to {ONLINE_ASKED_MAX}")
        return ok(users=[self._presence(bot, str(user)) for user in asked])

    def _presence(self, bot: Bot, user: str) -> Body:
        chat = self._platform.chats.by_user(bot.id, user)
        if chat is None:
            return {"id": user, "online_status": 3, "online_status_message": "tryLater"}
        online = self._platform.hub.watched(chat.person)
        return {"id": user, "online_status": 0 if online else 1,
                "online_status_message": "online" if online else "offline"}  # fmt: skip


def _read(raw: bytes) -> Body:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise bad_data("the body is not JSON") from None
    if not isinstance(body, dict):
        raise bad_data("the body must be an object")
    return body
