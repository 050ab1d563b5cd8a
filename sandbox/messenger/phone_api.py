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
from sandbox.graph.faults import UnfitFault
from sandbox.messenger.bubbles import menu_item
from sandbox.messenger.chats import Kept
from sandbox.messenger.pages import Page
from sandbox.messenger.person import GET_STARTED, CannotDo, Hands
from sandbox.messenger.platform import Platform
from sandbox.phones.api import person_of
from sandbox.phones.files import answer, read_attached
from sandbox.phones.people import Person
from sandbox.phones.wire import Problem, integer, read_object, refuse_foreign_pages

PAGE_MAX = 200
PAGE_DEFAULT = 50


class MessengerPhoneApi:
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
            Route(f"{chat}/reactions", self._doing(_react), methods=["PUT"]),
            Route(f"{chat}/optins", self._doing(_opt_in), methods=["POST"]),
            Route(f"{chat}/block", self._doing(_block), methods=["PUT"]),
        ]

    async def bots(self, request: Request) -> Response:
        person = self._platform.people.find(integer(request.query_params.get("person", 0), "person"))
        language = person.language if person else ""
        return JSONResponse({"bots": [_page_json(page, language) for page in self._platform.pages.all()]})

    async def faults(self, _: Request) -> Response:
        return JSONResponse(self._platform.graph.faults.as_json())

    async def set_faults(self, request: Request) -> Response:
        refuse_foreign_pages(request)
        try:
            self._platform.graph.faults.set(await read_object(request))
        except UnfitFault as error:
            raise Problem(400, str(error)) from None
        self._platform.graph.look()
        return JSONResponse(self._platform.graph.faults.as_json())

    async def file(self, request: Request) -> Response:
        file = self._platform.files.find(request.path_params["file"])
        if file is None:
            raise Problem(404, "there is no such file")
        return answer(file.name, file.mime, file.data)

    async def chats(self, request: Request) -> Response:
        person = person_of(self._platform.people, request)
        return JSONResponse({"chats": [self._chat_json(person, page) for page in self._platform.pages.all()]})

    async def history(self, request: Request) -> Response:
        person, page = self._both(request)
        most = min(max(integer(request.query_params.get("limit", PAGE_DEFAULT), "limit"), 1), PAGE_MAX)
        before = integer(request.query_params.get("before", 0), "before") or None
        if before is None:
            Hands(self._platform, person, page).look()
        kept = self._platform.chats.page_of(page.id, person.id, before, most + 1)
        chat = self._platform.chats.find(page.id, person.id)
        return JSONResponse(
            {
                "messages": [self._platform.bubble(page.id, each) for each in kept[-most:]],
                "more": len(kept) > most,
                "keyboard": self._platform.keyboard(person.id, chat.quick_replies) if chat else None,
                "blocked": bool(chat and chat.blocked),
            }
        )

    def _doing(self, deed: Callable[[Hands, Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
        async def act(request: Request) -> Response:
            refuse_foreign_pages(request)
            person, page = self._both(request)
            try:
                result = await deed(Hands(self._platform, person, page), request)
            except CannotDo as error:
                raise Problem(409, str(error)) from None
            except GraphRefused as error:
                raise Problem(error.status, error.words) from None
            if isinstance(result, Kept):
                return JSONResponse(self._platform.bubble(page.id, result), 201)
            return JSONResponse(result or {"ok": True})

        return act

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
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        given = await read_attached(request)
        send = hands.photo if given.kind == "photo" else hands.document
        return send(given.file, given.caption)
    body = await read_object(request)
    if "text" in body:
        return hands.text(str(body["text"]), integer(body["reply_to"], "reply_to") if body.get("reply_to") else None)
    kind = next((kind for kind in SENDERS if kind in body), None)
    if kind is None:
        raise Problem(400, f"a message has one of text, {', '.join(SENDERS)}")
    return SENDERS[kind](hands, body[kind])


def _send_location(hands: Hands, place: Any) -> Kept:
    try:
        return hands.location(float(place["lat"]), float(place["lon"]))
    except (TypeError, KeyError, ValueError):
        raise Problem(400, 'location is {"lat": 50.45, "lon": 30.52}') from None


def _send_contact(hands: Hands, contact: Any) -> Kept:
    if contact != "own":
        raise CannotDo("Messenger has no contacts to send; write the number")
    return hands.own_phone()


SENDERS: dict[str, Callable[[Hands, Any], Kept | None]] = {
    "start": lambda hands, ref: hands.start(str(ref)),
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


async def _block(hands: Hands, request: Request) -> None:
    hands.block(bool((await read_object(request)).get("blocked")))
