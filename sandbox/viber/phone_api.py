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
from sandbox.phones.deeds import Endpoint, block, by_hand, kind_of, place_of
from sandbox.phones.faults import fault_routes
from sandbox.phones.files import file_route, read_attached
from sandbox.phones.forms import is_multipart
from sandbox.phones.history import asked_page, page_json
from sandbox.phones.people import Person
from sandbox.phones.wire import Problem, integer, read_object
from sandbox.viber.bots import Bot
from sandbox.viber.bubbles import bubble, keyboard
from sandbox.viber.chats import Kept
from sandbox.viber.person import Hands
from sandbox.viber.platform import Platform


class ViberPhoneApi:
    """Serves phones."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def routes(self) -> list[Route]:
        chat = "/{person}/{bot}"
        return [
            Route("/bots", self.bots),
            *fault_routes(self._platform.faults),
            file_route(self._platform.files.find),
            Route(f"{chat}/messages", self.history),
            Route(f"{chat}/messages", self._doing(_send), methods=["POST"]),
            Route(f"{chat}/taps", self._doing(_tap), methods=["POST"]),
            Route(f"{chat}/presses", self._doing(_press), methods=["POST"]),
            Route(f"{chat}/block", self._doing(block), methods=["PUT"]),
        ]

    async def bots(self, _: Request) -> Response:
        return JSONResponse({"bots": [bot.as_json() for bot in self._platform.bots.all()]})

    async def history(self, request: Request) -> Response:
        person, bot = self._both(request)
        before, limit = asked_page(request)
        chat = self._platform.chats.find(bot.id, person.id)
        if chat:
            self._platform.seen(chat)
        kept = self._platform.chats.page(bot.id, person.id, before, limit + 1)
        state = {
            "keyboard": keyboard(chat.keyboard) if chat else None,
            "blocked": bool(chat and chat.blocked),
            "opened": chat is not None,
        }
        return JSONResponse(page_json(kept, limit, bubble) | state)

    def _doing(self, deed: Callable[[Hands, Request], Awaitable[Any]]) -> Endpoint:
        async def act(request: Request) -> Response:
            result = await deed(Hands(self._platform, *self._both(request)), request)
            return JSONResponse(bubble(result), 201) if isinstance(result, Kept) else JSONResponse(result or {})

        return by_hand(act)

    def _both(self, request: Request) -> tuple[Person, Bot]:
        person = person_of(self._platform.people, request)
        bot = self._platform.bots.find(integer(request.path_params["bot"], "bot"))
        if bot is None:
            raise Problem(404, "no account with this id has called yet")
        return person, bot


async def _send(hands: Hands, request: Request) -> Any:
    if is_multipart(request):
        return hands.upload(await read_attached(request))
    body = await read_object(request)
    kind = kind_of(body, SENDERS)
    return SENDERS[kind](hands, body[kind])


def _send_contact(hands: Hands, contact: Any) -> Kept:
    if contact == "own":
        return hands.own_contact()
    if not isinstance(contact, dict):
        raise Problem(400, 'contact is "own" or {"name", "phone"}')
    return hands.others_contact(str(contact.get("name", "")), str(contact.get("phone", "")))


SENDERS: dict[str, Callable[[Hands, Any], Any]] = {
    "text": lambda hands, text: hands.text(str(text)),
    "start": lambda hands, context: hands.start(str(context)),
    "contact": _send_contact,
    "location": lambda hands, location: hands.location(*place_of(location)),
    "sticker": lambda hands, emoji: hands.sticker(str(emoji)),
}


async def _tap(hands: Hands, request: Request) -> Any:
    body = await read_object(request)
    return hands.tap(*(integer(body.get(name), name) for name in ("message", "row", "column")))


async def _press(hands: Hands, request: Request) -> Any:
    body = await read_object(request)
    return hands.press(integer(body.get("row"), "row"), integer(body.get("column"), "column"))
