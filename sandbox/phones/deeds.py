"""What people do on every phone alike: they edit, delete, block, and say where they are."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response

from sandbox.phones.wire import Problem, integer, read_object, refuse_foreign_pages

Endpoint = Callable[[Request], Awaitable[Response]]


class CannotDo(Exception):
    """The phone would not let the person do this; the text says why and what to do."""


class Changes(Protocol):
    """Hands on a phone whose messages can be changed afterwards."""

    def edit(self, message_id: int, text: str, /) -> object: ...

    def delete(self, message_id: int, /) -> object: ...


class Blocks(Protocol):
    """Hands that can shut somebody out."""

    def block(self, blocked: bool, /) -> object: ...


def by_hand(act: Endpoint) -> Endpoint:
    """What only the phones' own page may ask for; it is told what the phone would not let the person do."""

    async def answer(request: Request) -> Response:
        refuse_foreign_pages(request)
        try:
            return await act(request)
        except CannotDo as error:
            raise Problem(409, str(error)) from None

    return answer


async def edit(hands: Changes, request: Request) -> None:
    hands.edit(_message_id(request), str((await read_object(request)).get("text", "")))


async def delete(hands: Changes, request: Request) -> None:
    hands.delete(_message_id(request))


async def block(hands: Blocks, request: Request) -> None:
    hands.block(bool((await read_object(request)).get("blocked")))


def kind_of(body: dict[str, Any], kinds: Iterable[str]) -> str:
    """The first kind of message that the body holds. Raises Problem."""
    kinds = tuple(kinds)
    for kind in kinds:
        if kind in body:
            return kind
    raise Problem(400, f"a message has one of {', '.join(kinds)}")


def place_of(location: Any) -> tuple[float, float]:
    """Latitude and longitude in degrees. Raises Problem."""
    try:
        return float(location["lat"]), float(location["lon"])
    except (TypeError, KeyError, ValueError):
        raise Problem(400, 'location is {"lat": 50.45, "lon": 30.52}') from None


def _message_id(request: Request) -> int:
    return integer(request.path_params["message"], "message")
