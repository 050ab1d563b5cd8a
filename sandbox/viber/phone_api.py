"""The Viber on a person's phone, for the page, `teller chat` and tests from outside.

GET    /bots                                  -> {"bots": [{"id","name","username","description","commands"}]}
GET    /faults, PUT /faults                   {"outcome","method","count","delay_s"}: see faults.py
GET    /files/{file_id}
GET    /{person}/{bot}/messages?before=&limit=   -> {"messages": [bubble], "more", "keyboard", "blocked", "opened"};
                                              whoever reads it has seen what the account sent
POST   /{person}/{bot}/messages               -> 201 bubble. One of {"text"}, {"start": context}, {"contact": "own"},
                                              {"contact": {"name","phone"}}, {"sticker"}, {"location": {"lat","lon"}};
                                              or multipart with `photo` or `document` and `caption`
POST   /{person}/{bot}/taps                   {"message": id, "row", "column"} of a carousel
POST   /{person}/{bot}/presses                {"row", "column"} of the keyboard -> 201 bubble, or {"url"}
PUT    /{person}/{bot}/block                  {"blocked": bool}
Viber has no editing and no deleting that a bot would hear of, so there is neither. Errors are {"error": words}.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.phones.api import person_of
from sandbox.phones.files import answer, read_attached
from sandbox.phones.people import Person
from sandbox.phones.wire import Problem, integer, read_object, refuse_foreign_pages
from sandbox.viber.bots import Bot
from sandbox.viber.bubbles import bubble, keyboard
from sandbox.viber.chats import Kept
from sandbox.viber.faults import UnfitFault
from sandbox.viber.person import CannotDo, Hands
from sandbox.viber.platform import Platform

PAGE_MAX = 200
PAGE_DEFAULT = 50


class ViberPhoneApi:
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
            Route(f"{chat}/messages", self.history),
            Route(f"{chat}/messages", self._doing(_send), methods=["POST"]),
            Route(f"{chat}/taps", self._doing(_tap), methods=["POST"]),
            Route(f"{chat}/presses", self._doing(_press), methods=["POST"]),
            Route(f"{chat}/block", self._doing(_block), methods=["PUT"]),
        ]

    async def bots(self, _: Request) -> Response:
        return JSONResponse({"bots": [bot.as_json() for bot in self._platform.bots.all()]})

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
        return answer(file.name, file.mime, file.data)

    async def history(self, request: Request) -> Response:
        person, bot = self._both(request)
        most = min(max(integer(request.query_params.get("limit", PAGE_DEFAULT), "limit"), 1), PAGE_MAX)
        before = integer(request.query_params.get("before", 0), "before") or None
        chat = self._platform.chats.find(bot.id, person.id)
        if chat:
            self._platform.seen(chat)
        kept = self._platform.chats.page(bot.id, person.id, before, most + 1)
        return JSONResponse(
            {
                "messages": [bubble(each) for each in kept[-most:]],
                "more": len(kept) > most,
                "keyboard": keyboard(chat.keyboard) if chat else None,
                "blocked": bool(chat and chat.blocked),
                "opened": chat is not None,
            }
        )

    def _doing(self, deed: Callable[[Hands, Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            refuse_foreign_pages(request)
            try:
                result = await deed(Hands(self._platform, *self._both(request)), request)
            except CannotDo as error:
                raise Problem(409, str(error)) from None
            return JSONResponse(bubble(result), 201) if isinstance(result, Kept) else JSONResponse(result or {})

        return answer

    def _both(self, request: Request) -> tuple[Person, Bot]:
        person = person_of(self._platform.people, request)
        bot = self._platform.bots.find(integer(request.path_params["bot"], "bot"))
        if bot is None:
            raise Problem(404, "no account with this id has called yet")
        return person, bot


async def _send(hands: Hands, request: Request) -> Any:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return hands.upload(await read_attached(request))
    body = await read_object(request)
    kind = next((kind for kind in SENDERS if kind in body), None)
    if kind is None:
        raise Problem(400, f"a message has one of {', '.join(SENDERS)}")
    return SENDERS[kind](hands, body[kind])


def _send_contact(hands: Hands, contact: Any) -> Kept:
    if contact == "own":
        return hands.own_contact()
    if not isinstance(contact, dict):
        raise Problem(400, 'contact is "own" or {"name", "phone"}')
    return hands.others_contact(str(contact.get("name", "")), str(contact.get("phone", "")))


def _send_location(hands: Hands, place: Any) -> Kept:
    try:
        return hands.location(float(place["lat"]), float(place["lon"]))
    except (TypeError, KeyError, ValueError):
        raise Problem(400, 'location is {"lat": 50.45, "lon": 30.52}') from None


SENDERS: dict[str, Callable[[Hands, Any], Any]] = {
    "text": lambda hands, text: hands.text(str(text)),
    "start": lambda hands, context: hands.start(str(context)),
    "contact": _send_contact,
    "location": _send_location,
    "sticker": lambda hands, emoji: hands.sticker(str(emoji)),
}


async def _tap(hands: Hands, request: Request) -> Any:
    body = await read_object(request)
    return hands.tap(*(integer(body.get(name), name) for name in ("message", "row", "column")))


async def _press(hands: Hands, request: Request) -> Any:
    body = await read_object(request)
    return hands.press(integer(body.get("row"), "row"), integer(body.get("column"), "column"))


async def _block(hands: Hands, request: Request) -> None:
    hands.block(bool((await read_object(request)).get("blocked")))
