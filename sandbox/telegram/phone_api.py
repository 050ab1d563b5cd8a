"""The Telegram on a person's phone, for the page, `teller chat` and tests from outside.

GET    /bots                                  -> {"bots": [{"id","name","username","description","commands"}]}
GET    /faults, PUT /faults                   {"outcome","method","count","retry_after_s","delay_s"}: see faults.py
GET    /files/{file_id}
GET    /{person}/chats                        -> {"chats": [{"bot","blocked","last"}]}
GET    /{person}/{bot}/messages?before=&limit=   -> {"messages": [bubble], "more", "keyboard", "blocked"}
POST   /{person}/{bot}/messages               -> 201 bubble. One of {"text"}, {"start": payload}, {"contact": "own"},
                                              {"contact": {"name","phone","forwarded": bool}}, {"sticker": emoji},
                                              {"location": {"lat","lon"}}; or multipart with `photo` or `document`
                                              and `caption`
PATCH  /{person}/{bot}/messages/{id}          {"text"};  DELETE takes it away
POST   /{person}/{bot}/taps                   {"message": id, "row", "column"} -> {"query"} or {"url"}
POST   /{person}/{bot}/presses                {"row", "column"} of the reply keyboard -> 201 bubble
PUT    /{person}/{bot}/block                  {"blocked": bool}
Bubbles and keyboards: see bubbles.py. Events come over /sandbox/phones/people/{person}/events.
Errors are {"error": words}.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.phones.api import person_of
from sandbox.phones.deeds import Endpoint, block, by_hand, delete, edit, kind_of, place_of
from sandbox.phones.faults import fault_routes
from sandbox.phones.files import file_route
from sandbox.phones.forms import is_multipart
from sandbox.phones.history import asked_page, page_json
from sandbox.phones.people import Person
from sandbox.phones.wire import Problem, integer, read_object
from sandbox.telegram.arguments import Arguments, read_arguments
from sandbox.telegram.bots import Bot
from sandbox.telegram.bubbles import bubble, keyboard
from sandbox.telegram.chats import Kept
from sandbox.telegram.failures import Refused
from sandbox.telegram.person import Hands
from sandbox.telegram.platform import Platform


class TelegramPhoneApi:
    """Serves phones."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def routes(self) -> list[Route]:
        chat = "/{person}/{bot}"
        return [
            Route("/bots", self.bots),
            *fault_routes(self._platform.faults),
            file_route(self._platform.files.find),
            Route("/{person}/chats", self.chats),
            Route(f"{chat}/messages", self.history),
            Route(f"{chat}/messages", self._doing(_send), methods=["POST"]),
            Route(f"{chat}/messages/{{message}}", self._doing(edit), methods=["PATCH"]),
            Route(f"{chat}/messages/{{message}}", self._doing(delete), methods=["DELETE"]),
            Route(f"{chat}/taps", self._doing(_tap), methods=["POST"]),
            Route(f"{chat}/presses", self._doing(_press), methods=["POST"]),
            Route(f"{chat}/block", self._doing(block), methods=["PUT"]),
        ]

    async def bots(self, _: Request) -> Response:
        return JSONResponse({"bots": [_bot_json(bot) for bot in self._platform.bots.all()]})

    async def chats(self, request: Request) -> Response:
        person = person_of(self._platform.people, request)
        return JSONResponse({"chats": [self._chat_json(person, bot) for bot in self._platform.bots.all()]})

    async def history(self, request: Request) -> Response:
        person, bot = self._both(request)
        before, limit = asked_page(request)
        kept = self._platform.chats.page(bot.id, person.id, before, limit + 1)
        chat = self._platform.chats.find(bot.id, person.id)
        state = {
            "keyboard": keyboard(chat.keyboard) if chat else None,
            "blocked": bool(chat and chat.blocked),
        }
        return JSONResponse(page_json(kept, limit, bubble) | state)

    def _doing(self, deed: Callable[[Hands, Request], Awaitable[Any]]) -> Endpoint:
        async def act(request: Request) -> Response:
            try:
                result = await deed(Hands(self._platform, *self._both(request)), request)
            except Refused as refusal:
                raise Problem(refusal.code, refusal.description) from None
            return JSONResponse(bubble(result), 201) if isinstance(result, Kept) else JSONResponse(result or {})

        return by_hand(act)

    def _both(self, request: Request) -> tuple[Person, Bot]:
        person = person_of(self._platform.people, request)
        bot = self._platform.bots.find(integer(request.path_params["bot"], "bot"))
        if bot is None:
            raise Problem(404, "no bot with this id has called yet")
        return person, bot

    def _chat_json(self, person: Person, bot: Bot) -> dict[str, Any]:
        chat = self._platform.chats.find(bot.id, person.id)
        last = self._platform.chats.page(bot.id, person.id, None, 1)
        known = {"bot": _bot_json(bot), "blocked": bool(chat and chat.blocked)}
        return known | {"last": bubble(last[0]) if last else None}


def _bot_json(bot: Bot) -> dict[str, Any]:
    return {
        "id": bot.id, "name": bot.name, "username": bot.username, "description": bot.description,
        "short_description": bot.short_description, "commands": bot.commands.get("", []),
        "connected": bool(bot.webhook.url),
    }  # fmt: skip


async def _send(hands: Hands, request: Request) -> Kept:
    if is_multipart(request):
        return _send_file(hands, await read_arguments(request))
    body = await read_object(request)
    kind = kind_of(body, SENDERS)
    return SENDERS[kind](hands, body[kind])


def _send_file(hands: Hands, arguments: Arguments) -> Kept:
    if photo := arguments.files.get("photo"):
        return hands.photo(photo, arguments.text("caption"))
    if document := arguments.files.get("document"):
        return hands.document(document, arguments.text("caption"))
    raise Problem(400, "a multipart message has a file named photo or document")


def _send_contact(hands: Hands, contact: Any) -> Kept:
    if contact == "own":
        return hands.own_contact()
    if not isinstance(contact, dict):
        raise Problem(400, 'contact is "own" or {"name", "phone", "forwarded"}')
    name, phone = str(contact.get("name", "")), str(contact.get("phone", ""))
    return hands.forwarded_contact(name, phone) if contact.get("forwarded") else hands.others_contact(name, phone)


SENDERS: dict[str, Callable[[Hands, Any], Kept]] = {
    "text": lambda hands, text: hands.text(str(text)),
    "start": lambda hands, payload: hands.start(str(payload)),
    "contact": _send_contact,
    "location": lambda hands, location: hands.location(*place_of(location)),
    "sticker": lambda hands, emoji: hands.sticker(str(emoji)),
}


async def _tap(hands: Hands, request: Request) -> dict[str, str]:
    body = await read_object(request)
    return hands.tap(*(integer(body.get(name), name) for name in ("message", "row", "column")))


async def _press(hands: Hands, request: Request) -> Kept:
    body = await read_object(request)
    return hands.press(integer(body.get("row"), "row"), integer(body.get("column"), "column"))
