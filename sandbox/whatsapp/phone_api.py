"""The WhatsApp on a person's phone, for the page and tests from outside. Ids of businesses are texts.

GET    /bots                                  -> {"bots": [{"id","name","username","description","commands": []}]}
GET    /faults, PUT /faults                   see sandbox/graph/faults.py. Besides the shared outcomes: `throughput`,
                                              `pair`, `spam`, `locked`; `fails` accepts a message and lets it fail
                                              afterwards with `code`
GET    /files/{media_id}
GET    /{person}/chats                        -> {"chats": [{"bot","blocked","last"}]}
GET    /{person}/{bot}/messages?before=&limit=   -> {"messages": [bubble], "more", "keyboard": null, "blocked"}; opening
                                              the chat (without `before`) reads what is in it, and the business hears
POST   /{person}/{bot}/messages               -> 201 bubble. One of {"text", "reply_to"?: id, "referral"?: {...}},
                                              {"start": payload}, {"contact": "own"}, {"contact": {"name","phone"}},
                                              {"sticker": emoji}, {"location": {"lat","lon"}}; or multipart with
                                              `photo`, `document`, `voice` or `video` and `caption`
PATCH  /{person}/{bot}/messages/{id}          {"text"};  DELETE takes it away
POST   /{person}/{bot}/taps                   {"message": id, "row", "column": 0} -> 201 bubble, or {"url"}
PUT    /{person}/{bot}/reactions              {"message": id, "emoji"}; an empty emoji takes it back
PUT    /{person}/{bot}/block                  {"blocked": bool}
PUT    /{person}/{bot}/number                 {"hidden": bool}: a username stands in front of the number
Bubbles: see bubbles.py. Events come over /sandbox/phones/people/{person}/events. Errors are {"error": words}.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.graph.arguments import Arguments, read_arguments
from sandbox.graph.failures import GraphRefused
from sandbox.graph.faults import UnfitFault
from sandbox.phones.api import person_of
from sandbox.phones.files import FORM_MAX_BYTES, answer
from sandbox.phones.people import Person
from sandbox.phones.wire import Problem, integer, read_object, refuse_foreign_pages
from sandbox.whatsapp.chats import Kept
from sandbox.whatsapp.numbers import ABOUT, Number
from sandbox.whatsapp.person import CannotDo, Hands
from sandbox.whatsapp.platform import Platform

PAGE_MAX = 200
PAGE_DEFAULT = 50


class WhatsAppPhoneApi:
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
            Route(f"{chat}/reactions", self._doing(_react), methods=["PUT"]),
            Route(f"{chat}/block", self._doing(_block), methods=["PUT"]),
            Route(f"{chat}/number", self._doing(_hide), methods=["PUT"]),
        ]

    async def bots(self, _: Request) -> Response:
        return JSONResponse({"bots": [self._bot_json(number) for number in self._platform.numbers.all()]})

    def _bot_json(self, number: Number) -> dict[str, Any]:
        """`connected`: some app hears of what happens to the platform's numbers."""
        return {
            "id": number.id, "name": number.name, "username": number.display, "description": ABOUT,
            "short_description": ABOUT, "commands": [], "connected": bool(self._platform.graph.apps.all()),
        }  # fmt: skip

    async def faults(self, _: Request) -> Response:
        return JSONResponse(self._platform.graph.faults.as_json())

    async def set_faults(self, request: Request) -> Response:
        refuse_foreign_pages(request)
        try:
            self._platform.graph.faults.set(await read_object(request))
        except UnfitFault as error:
            raise Problem(400, str(error)) from None
        self._platform.graph.look()
        return await self.faults(request)

    async def file(self, request: Request) -> Response:
        media = self._platform.medias.find(request.path_params["file"])
        if media is None:
            raise Problem(404, "there is no such file")
        return answer(media.name, media.mime, media.data)

    async def chats(self, request: Request) -> Response:
        person = person_of(self._platform.people, request)
        return JSONResponse({"chats": [self._chat_json(person, each) for each in self._platform.numbers.all()]})

    async def history(self, request: Request) -> Response:
        person, number = self._both(request)
        most = min(max(integer(request.query_params.get("limit", PAGE_DEFAULT), "limit"), 1), PAGE_MAX)
        before = integer(request.query_params.get("before", 0), "before") or None
        if before is None:
            self._platform.look(number, person)
        kept = self._platform.chats.page(number.id, person.id, before, most + 1)
        chat = self._platform.chats.find(number.id, person.id)
        return JSONResponse(
            {
                "messages": [self._platform.bubble(each) for each in kept[-most:]],
                "more": len(kept) > most,
                "keyboard": None,
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
            except GraphRefused as refusal:
                raise Problem(refusal.status, refusal.words) from None
            if isinstance(result, Kept):
                return JSONResponse(self._platform.bubble(result), 201)
            return JSONResponse(result or {})

        return answer

    def _both(self, request: Request) -> tuple[Person, Number]:
        person = person_of(self._platform.people, request)
        number = self._platform.numbers.find(request.path_params["bot"])
        if number is None:
            raise Problem(404, "no business with this id has called yet")
        return person, number

    def _chat_json(self, person: Person, number: Number) -> dict[str, Any]:
        chat = self._platform.chats.find(number.id, person.id)
        last = self._platform.chats.page(number.id, person.id, None, 1)
        known = {"bot": self._bot_json(number), "blocked": bool(chat and chat.blocked)}
        return known | {"last": self._platform.bubble(last[0]) if last else None}


async def _send(hands: Hands, request: Request) -> Kept:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return _send_file(hands, await read_arguments(request, FORM_MAX_BYTES))
    body = await read_object(request)
    if "text" in body:
        reply_to, referral = body.get("reply_to"), body.get("referral")
        answered = None if reply_to is None else integer(reply_to, "reply_to")
        return hands.text(str(body["text"]), answered, referral if isinstance(referral, dict) else None)
    kind = next((kind for kind in SENDERS if kind in body), None)
    if kind is None:
        raise Problem(400, f"a message has one of text, {', '.join(SENDERS)}")
    return SENDERS[kind](hands, body[kind])


def _send_file(hands: Hands, arguments: Arguments) -> Kept:
    caption = arguments.text("caption")
    if photo := arguments.files.get("photo"):
        return hands.photo(photo, caption)
    if document := arguments.files.get("document"):
        return hands.document(document, caption)
    if voice := arguments.files.get("voice"):
        return hands.voice(voice)
    if video := arguments.files.get("video"):
        return hands.video(video, caption)
    raise Problem(400, "a multipart message has a file named photo, document, voice or video")


def _send_contact(hands: Hands, contact: Any) -> Kept:
    if contact == "own":
        return hands.own_contact()
    if not isinstance(contact, dict):
        raise Problem(400, 'contact is "own" or {"name", "phone"}')
    return hands.contact(str(contact.get("name", "")), str(contact.get("phone", "")))


def _send_location(hands: Hands, place: Any) -> Kept:
    try:
        latitude, longitude = float(place["lat"]), float(place["lon"])
    except (TypeError, KeyError, ValueError):
        raise Problem(400, 'location is {"lat": 50.45, "lon": 30.52}') from None
    return hands.location(latitude, longitude)


SENDERS: dict[str, Callable[[Hands, Any], Kept]] = {
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


async def _tap(hands: Hands, request: Request) -> Kept | dict[str, str]:
    body = await read_object(request)
    row, column = integer(body.get("row"), "row"), integer(body.get("column", 0), "column")
    return hands.tap(integer(body.get("message"), "message"), row, column)


async def _react(hands: Hands, request: Request) -> None:
    body = await read_object(request)
    hands.react(integer(body.get("message"), "message"), str(body.get("emoji") or ""))


async def _block(hands: Hands, request: Request) -> None:
    hands.block(bool((await read_object(request)).get("blocked")))


async def _hide(hands: Hands, request: Request) -> None:
    hands.hide_number(bool((await read_object(request)).get("hidden")))
