"""The Messenger on a person's phone, for the page and tests from outside.

GET    /bots?person=                          -> {"bots": [{"id","name","username","description","commands",
                                              "start": title of Get Started or null,
                                              "menu": [{"title","kind","url"?}]}]}; a Page's greeting and menu are in
                                              the person's language where the Page has them so
GET    /faults, PUT /faults                   see sandbox/graph/faults.py
GET    /files/{file_id}
GET    /{person}/chats                        -> {"chats": [{"bot","blocked","last"}]}
GET    /{person}/{bot}/messages?before=&limit=   -> {"messages": [bubble], "more", "keyboard", "blocked"}; opening the
                                              thread (without `before`) reads what is in it, and the Page hears of it
POST   /{person}/{bot}/messages               -> 201 bubble. One of {"text", "reply_to"?: id}, {"start": ref},
                                              {"contact": "own"}, {"sticker": emoji}, {"location": {"lat","lon"}}; or
                                              multipart with `photo` or `document` and `caption`. A start link in a
                                              thread that exists says nothing in it: 200 {"ok": true}
PATCH  /{person}/{bot}/messages/{id}          {"text"};  DELETE takes it away
POST   /{person}/{bot}/taps                   {"message": id, "row"} or {"menu": n} -> {"message"} or {"url"}
POST   /{person}/{bot}/presses                {"row": 0, "column"} of the quick replies -> 201 bubble
PUT    /{person}/{bot}/reactions              {"message": id, "emoji"}; an empty emoji takes it back
POST   /{person}/{bot}/optins                 {"ref"}
PUT    /{person}/{bot}/block                  {"blocked": bool}
Bubbles and keyboards: see bubbles.py. Events come over /sandbox/phones/people/{person}/events.
Errors are {"error": words}.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.graph.failures import GraphRefused
from sandbox.messenger.bubbles import menu_item
from sandbox.messenger.chats import Kept
from sandbox.messenger.pages import Page
from sandbox.messenger.person import GET_STARTED, Hands
from sandbox.messenger.platform import Platform
from sandbox.phones.api import person_of
from sandbox.phones.deeds import CannotDo, Endpoint, block, by_hand, delete, edit, kind_of, place_of
from sandbox.phones.faults import fault_routes
from sandbox.phones.files import file_route, read_attached
from sandbox.phones.forms import is_multipart
from sandbox.phones.history import asked_page, page_json
from sandbox.phones.people import Person
from sandbox.phones.wire import Problem, integer, read_object


class MessengerPhoneApi:
    """Serves phones."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def routes(self) -> list[Route]:
        chat = "/{person}/{bot}"
        return [
            Route("/bots", self.bots),
            *fault_routes(self._platform.graph.faults, self._platform.graph.look),
            file_route(self._platform.files.find),
            Route("/{person}/chats", self.chats),
            Route(f"{chat}/messages", self.history),
            Route(f"{chat}/messages", self._doing(_send), methods=["POST"]),
            Route(f"{chat}/messages/{{message}}", self._doing(edit), methods=["PATCH"]),
            Route(f"{chat}/messages/{{message}}", self._doing(delete), methods=["DELETE"]),
            Route(f"{chat}/taps", self._doing(_tap), methods=["POST"]),
            Route(f"{chat}/presses", self._doing(_press), methods=["POST"]),
            Route(f"{chat}/reactions", self._doing(_react), methods=["PUT"]),
            Route(f"{chat}/optins", self._doing(_opt_in), methods=["POST"]),
            Route(f"{chat}/block", self._doing(block), methods=["PUT"]),
        ]

    async def bots(self, request: Request) -> Response:
        person = self._platform.people.find(integer(request.query_params.get("person", 0), "person"))
        language = person.language if person else ""
        return JSONResponse({"bots": [_page_json(page, language) for page in self._platform.pages.all()]})

    async def chats(self, request: Request) -> Response:
        person = person_of(self._platform.people, request)
        return JSONResponse({"chats": [self._chat_json(person, page) for page in self._platform.pages.all()]})

    async def history(self, request: Request) -> Response:
        person, page = self._both(request)
        before, limit = asked_page(request)
        if before is None:
            Hands(self._platform, person, page).look()
        kept = self._platform.chats.page_of(page.id, person.id, before, limit + 1)
        chat = self._platform.chats.find(page.id, person.id)
        state = {
            "keyboard": self._platform.keyboard(person.id, chat.quick_replies) if chat else None,
            "blocked": bool(chat and chat.blocked),
        }
        return JSONResponse(page_json(kept, limit, lambda each: self._platform.bubble(page.id, each)) | state)

    def _doing(self, deed: Callable[[Hands, Request], Awaitable[Any]]) -> Endpoint:
        async def act(request: Request) -> Response:
            person, page = self._both(request)
            try:
                result = await deed(Hands(self._platform, person, page), request)
            except GraphRefused as error:
                raise Problem(error.status, error.words) from None
            if isinstance(result, Kept):
                return JSONResponse(self._platform.bubble(page.id, result), 201)
            return JSONResponse(result or {"ok": True})

        return by_hand(act)

    def _both(self, request: Request) -> tuple[Person, Page]:
        person = person_of(self._platform.people, request)
        page = self._platform.pages.find(integer(request.path_params["bot"], "bot"))
        if page is None:
            raise Problem(404, "no Page with this id has called yet")
        return person, page

    def _chat_json(self, person: Person, page: Page) -> dict[str, Any]:
        chat = self._platform.chats.find(page.id, person.id)
        last = self._platform.chats.page_of(page.id, person.id, None, 1)
        known = {"bot": _page_json(page, person.language), "blocked": bool(chat and chat.blocked)}
        return known | {"last": self._platform.bubble(page.id, last[0]) if last else None}


def _page_json(page: Page, language: str) -> dict[str, Any]:
    return {
        "id": page.id, "name": page.name, "username": str(page.id), "description": page.greeting(language),
        "short_description": "", "commands": [], "start": GET_STARTED if page.get_started is not None else None,
        "menu": [menu_item(item) for item in page.menu(language)], "connected": bool(page.subscribed),
    }  # fmt: skip


async def _send(hands: Hands, request: Request) -> Kept | None:
    if is_multipart(request):
        given = await read_attached(request)
        send = hands.photo if given.kind == "photo" else hands.document
        return send(given.file, given.caption)
    body = await read_object(request)
    if "text" in body:
        return hands.text(str(body["text"]), integer(body["reply_to"], "reply_to") if body.get("reply_to") else None)
    kind = kind_of(body, ("text", *SENDERS))
    return SENDERS[kind](hands, body[kind])


def _send_contact(hands: Hands, contact: Any) -> Kept:
    if contact != "own":
        raise CannotDo("Messenger has no contacts to send; write the number")
    return hands.own_phone()


SENDERS: dict[str, Callable[[Hands, Any], Kept | None]] = {
    "start": lambda hands, ref: hands.start(str(ref)),
    "contact": _send_contact,
    "location": lambda hands, location: hands.location(*place_of(location)),
    "sticker": lambda hands, emoji: hands.sticker(str(emoji)),
}


async def _tap(hands: Hands, request: Request) -> dict[str, Any]:
    body = await read_object(request)
    if "menu" in body:
        return hands.tap_menu(integer(body["menu"], "menu"))
    return hands.tap(integer(body.get("message"), "message"), integer(body.get("row"), "row"))


async def _press(hands: Hands, request: Request) -> Kept:
    return hands.press(integer((await read_object(request)).get("column"), "column"))


async def _react(hands: Hands, request: Request) -> None:
    body = await read_object(request)
    hands.react(integer(body.get("message"), "message"), str(body.get("emoji", "")))


async def _opt_in(hands: Hands, request: Request) -> None:
    hands.opt_in(str((await read_object(request)).get("ref", "")))
