"""People and what their phones hear.

POST  /people               {"first_name","last_name","phone","language"} -> 201 person; a number is one person
GET   /people               -> {"people": [newest first]}
GET   /people/{id}          -> person;  PATCH with some of the fields changes them
GET   /people/{id}/events   -> text/event-stream of what happens on this person's phones
Errors are {"error": words}.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.phones.hub import CLOSED, Hub, Queue
from sandbox.phones.people import People, Person, UnfitPerson
from sandbox.phones.wire import Problem, integer, read_object, refuse_foreign_pages

HEARTBEAT_S = 15.0
FIELDS = ("first_name", "last_name", "phone", "language")


class PeopleApi:
    """Serves the page, `teller chat` and tests from outside."""

    def __init__(self, people: People, hub: Hub) -> None:
        self._people, self._hub = people, hub

    def routes(self) -> list[Route]:
        return [
            Route("/people", self.add, methods=["POST"]),
            Route("/people", self.all),
            Route("/people/{person}", self.one),
            Route("/people/{person}", self.change, methods=["PATCH"]),
            Route("/people/{person}/events", self.events),
        ]

    async def add(self, request: Request) -> Response:
        refuse_foreign_pages(request)
        given = _fields(await read_object(request))
        try:
            person = self._people.add(
                given.get("first_name", ""),
                given.get("last_name", ""),
                given.get("phone", ""),
                given.get("language", "en"),
            )
        except UnfitPerson as error:
            raise Problem(400, str(error)) from None
        return JSONResponse(person.as_json(), 201)

    async def all(self, _: Request) -> Response:
        return JSONResponse({"people": [person.as_json() for person in self._people.newest()]})

    async def one(self, request: Request) -> Response:
        return JSONResponse(person_of(self._people, request).as_json())

    async def change(self, request: Request) -> Response:
        refuse_foreign_pages(request)
        person = person_of(self._people, request)
        try:
            changed = _changed(person, _fields(await read_object(request)))
            self._people.change(changed)
        except UnfitPerson as error:
            raise Problem(400, str(error)) from None
        self._hub.tell(person.id, {"kind": "person", "person": changed.as_json()})
        return JSONResponse(changed.as_json())

    async def events(self, request: Request) -> Response:
        person = person_of(self._people, request)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._stream(person), media_type="text/event-stream", headers=headers)

    async def _stream(self, person: Person) -> AsyncIterator[str]:
        with self._hub.listen(person.id) as screen:
            yield 'retry: 1000\ndata: {"kind": "hello"}\n\n'
            while (event := await _next(screen)) is not CLOSED:
                yield f"data: {json.dumps(event)}\n\n" if event else ": still here\n\n"


def person_of(people: People, request: Request) -> Person:
    """The person that the path names. Raises Problem 404."""
    person = people.find(integer(request.path_params["person"], "person"))
    if person is None:
        raise Problem(404, "nobody here has this id; POST /sandbox/phones/people makes a person")
    return person


async def _next(screen: Queue) -> dict[str, Any] | None:
    try:
        async with asyncio.timeout(HEARTBEAT_S):
            return await screen.get()
    except TimeoutError:
        return None


def _changed(person: Person, given: dict[str, str]) -> Person:
    """Raises UnfitPerson."""
    return Person(id=person.id, **{name: given.get(name, getattr(person, name)) for name in FIELDS})


def _fields(body: dict[str, Any]) -> dict[str, str]:
    unknown = body.keys() - set(FIELDS)
    if unknown or not all(isinstance(value, str) for value in body.values()):
        raise Problem(400, f"a person has {', '.join(FIELDS)}, each a text")
    return body
