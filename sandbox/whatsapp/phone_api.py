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
from sandbox.phones.api import person_of
from sandbox.phones.deeds import Endpoint, block, by_hand, delete, edit, kind_of, place_of
from sandbox.phones.faults import fault_routes
from sandbox.phones.files import FORM_MAX_BYTES, file_route
from sandbox.phones.forms import is_multipart
from sandbox.phones.history import asked_page, page_json
from sandbox.phones.people import Person
from sandbox.phones.wire import Problem, integer, read_object
from sandbox.whatsapp.chats import Kept
from sandbox.whatsapp.numbers import ABOUT, Number
from sandbox.whatsapp.person import Hands
from sandbox.whatsapp.platform import Platform


class WhatsAppPhoneApi:
    """Serves phones."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def routes(self) -> list[Route]:
        chat = "/{person}/{bot}"
        return [
            Route("/bots", self.bots),
            *fault_routes(self._platform.graph.faults, self._platform.graph.look),
            file_route(self._platform.medias.find),
            Route("/{person}/chats", self.chats),
            Route(f"{chat}/messages", self.history),
            Route(f"{chat}/messages", self._doing(_send), methods=["POST"]),
            Route(f"{chat}/messages/{{message}}", self._doing(edit), methods=["PATCH"]),
            Route(f"{chat}/messages/{{message}}", self._doing(delete), methods=["DELETE"]),
            Route(f"{chat}/taps", self._doing(_tap), methods=["POST"]),
            Route(f"{chat}/reactions", self._doing(_react), methods=["PUT"]),
            Route(f"{chat}/block", self._doing(block), methods=["PUT"]),
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

    async def chats(self, request: Request) -> Response:
        person = person_of(self._platform.people, request)
        return JSONResponse({"chats": [self._chat_json(person, each) for each in self._platform.numbers.all()]})

    async def history(self, request: Request) -> Response:
        person, number = self._both(request)
        before, limit = asked_page(request)
        if before is None:
            self._platform.look(number, person)
        kept = self._platform.chats.page(number.id, person.id, before, limit + 1)
        chat = self._platform.chats.find(number.id, person.id)
        state = {
            "keyboard": None,
            "blocked": bool(chat and chat.blocked),
        }
        return JSONResponse(page_json(kept, limit, self._platform.bubble) | state)

    def _doing(self, deed: Callable[[Hands, Request], Awaitable[Any]]) -> Endpoint:
        async def act(request: Request) -> Response:
            try:
                result = await deed(Hands(self._platform, *self._both(request)), request)
            except GraphRefused as refusal:
                raise Problem(refusal.status, refusal.words) from None
            if isinstance(result, Kept):
                return JSONResponse(self._platform.bubble(result), 201)
            return JSONResponse(result or {})

        return by_hand(act)

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
    if is_multipart(request):
        return _send_file(hands, await read_arguments(request, FORM_MAX_BYTES))
    body = await read_object(request)
    if "text" in body:
        reply_to, referral = body.get("reply_to"), body.get("referral")
        answered = None if reply_to is None else integer(reply_to, "reply_to")
        return hands.text(str(body["text"]), answered, referral if isinstance(referral, dict) else None)
    kind = kind_of(body, ("text", *SENDERS))
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


SENDERS: dict[str, Callable[[Hands, Any], Kept]] = {
    "start": lambda hands, payload: hands.start(str(payload)),
    "contact": _send_contact,
    "location": lambda hands, location: hands.location(*place_of(location)),
    "sticker": lambda hands, emoji: hands.sticker(str(emoji)),
}


async def _tap(hands: Hands, request: Request) -> Kept | dict[str, str]:
    body = await read_object(request)
    row, column = integer(body.get("row"), "row"), integer(body.get("column", 0), "column")
    return hands.tap(integer(body.get("message"), "message"), row, column)


async def _react(hands: Hands, request: Request) -> None:
    body = await read_object(request)
    hands.react(integer(body.get("message"), "message"), str(body.get("emoji") or ""))


async def _hide(hands: Hands, request: Request) -> None:
    hands.hide_number(bool((await read_object(request)).get("hidden")))
