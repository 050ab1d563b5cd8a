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
from sandbox.phones.people import Person
from sandbox.phones.wire import Problem, integer, read_object, refuse_foreign_pages
from sandbox.telegram.arguments import Arguments, read_arguments
from sandbox.telegram.bots import Bot
from sandbox.telegram.bubbles import bubble, keyboard
from sandbox.telegram.chats import Kept
from sandbox.telegram.failures import Refused
from sandbox.telegram.faults import UnfitFault
from sandbox.telegram.person import CannotDo, Hands
from sandbox.telegram.platform import Platform

PAGE_MAX = 200
PAGE_DEFAULT = 50
SHOWN_IN_PLACE = ("image/jpeg", "image/png", "image/webp", "image/gif")
FILE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=31536000, immutable",
}


class TelegramPhoneApi:
    """Serves phones."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def routes(self) -> list[Route]:
        chat = "/{person}/{bot}"
        return [
            Route("/bots", self.bots),
            Route("/faults", self.faults),
            Route("/faults", self.set_faults, methods=["PUT"]),
            Route("/files/{file}", self.file),
            Route("/{person}/chats", self.chats),
            Route(f"{chat}/messages", self.history),
            Route(f"{chat}/messages", self._doing(_send), methods=["POST"]),
            Route(f"{chat}/messages/{{message}}", self._doing(_edit), methods=["PATCH"]),
            Route(f"{chat}/messages/{{message}}", self._doing(_delete), methods=["DELETE"]),
            Route(f"{chat}/taps", self._doing(_tap), methods=["POST"]),
            Route(f"{chat}/presses", self._doing(_press), methods=["POST"]),
            Route(f"{chat}/block", self._doing(_block), methods=["PUT"]),
        ]

    async def bots(self, _: Request) -> Response:
        return JSONResponse({"bots": [_bot_json(bot) for bot in self._platform.bots.all()]})

    async def faults(self, _: Request) -> Response:
        return JSONResponse(self._platform.faults.fault.as_json())

    async def set_faults(self, request: Request) -> Response:
        refuse_foreign_pages(request)
        try:
            return JSONResponse(self._platform.faults.set(await read_object(request)).as_json())
        except UnfitFault as error:
            raise Problem(400, str(error)) from None

    async def file(self, request: Request) -> Response:
        file = self._platform.files.find(request.path_params["file"])
        if file is None:
            raise Problem(404, "there is no such file")
        if file.mime in SHOWN_IN_PLACE:
            return Response(file.data, media_type=file.mime, headers=FILE_HEADERS)
        name = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in file.name)
        named = FILE_HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(file.data, media_type="application/octet-stream", headers=named)

    async def chats(self, request: Request) -> Response:
        person = person_of(self._platform.people, request)
        return JSONResponse({"chats": [self._chat_json(person, bot) for bot in self._platform.bots.all()]})

    async def history(self, request: Request) -> Response:
        person, bot = self._both(request)
        most = min(max(integer(request.query_params.get("limit", PAGE_DEFAULT), "limit"), 1), PAGE_MAX)
        before = integer(request.query_params.get("before", 0), "before") or None
        kept = self._platform.chats.page(bot.id, person.id, before, most + 1)
        chat = self._platform.chats.find(bot.id, person.id)
        return JSONResponse(
            {
                "messages": [bubble(each) for each in kept[-most:]],
                "more": len(kept) > most,
                "keyboard": keyboard(chat.keyboard) if chat else None,
                "blocked": bool(chat and chat.blocked),
            }
        )

    def _doing(self, deed: Callable[[Hands, Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            refuse_foreign_pages(request)
            try:
                result = await deed(Hands(self._platform, *self._both(request)), request)
            except CannotDo as error:
                raise Problem(409, str(error)) from None
            except Refused as refusal:
                raise Problem(refusal.code, refusal.description) from None
            return JSONResponse(bubble(result), 201) if isinstance(result, Kept) else JSONResponse(result or {})

        return answer

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
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return _send_file(hands, await read_arguments(request))
    body = await read_object(request)
    kind = next((kind for kind in SENDERS if kind in body), None)
    if kind is None:
        raise Problem(400, f"a message has one of {', '.join(SENDERS)}")
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


def _send_location(hands: Hands, place: Any) -> Kept:
    try:
        return hands.location(float(place["lat"]), float(place["lon"]))
    except (TypeError, KeyError, ValueError):
        raise Problem(400, 'location is {"lat": 50.45, "lon": 30.52}') from None


SENDERS: dict[str, Callable[[Hands, Any], Kept]] = {
    "text": lambda hands, text: hands.text(str(text)),
    "start": lambda hands, payload: hands.start(str(payload)),
    "contact": _send_contact,
    "location": _send_location,
    "sticker": lambda hands, emoji: hands.sticker(str(emoji)),
}


async def _edit(hands: Hands, request: Request) -> None:
    hands.edit(_message_id(request), str((await read_object(request)).get("text", "")))


async def _delete(hands: Hands, request: Request) -> None:
    hands.delete(_message_id(request))


def _message_id(request: Request) -> int:
    return integer(request.path_params["message"], "message")


async def _tap(hands: Hands, request: Request) -> dict[str, str]:
    body = await read_object(request)
    return hands.tap(*(integer(body.get(name), name) for name in ("message", "row", "column")))


async def _press(hands: Hands, request: Request) -> Kept:
    body = await read_object(request)
    return hands.press(integer(body.get("row"), "row"), integer(body.get("column"), "column"))


async def _block(hands: Hands, request: Request) -> None:
    hands.block(bool((await read_object(request)).get("blocked")))
