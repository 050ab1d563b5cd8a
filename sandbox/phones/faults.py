"""The switch that each platform keeps for trouble on demand, as the page and tests from outside turn it.

GET /faults, PUT /faults {"outcome", "method", "count", …}: which positions there are is the platform's own.
"""

from collections.abc import Callable
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.phones.wire import Problem, read_object, refuse_foreign_pages


class UnfitFault(ValueError):
    """The switch has no such position; the text says which there are."""


class Switch(Protocol):
    """A platform's switch; `set` raises UnfitFault."""

    def as_json(self) -> dict[str, Any]: ...

    def set(self, given: dict[str, Any]) -> object: ...


def fault_routes(switch: Switch, then: Callable[[], object] = lambda: None) -> list[Route]:
    """Show the switch and turn it; `then` is done after it was turned."""

    async def show(_: Request) -> Response:
        return JSONResponse(switch.as_json())

    async def turn(request: Request) -> Response:
        refuse_foreign_pages(request)
        try:
            switch.set(await read_object(request))
        except UnfitFault as error:
            raise Problem(400, str(error)) from None
        then()
        return JSONResponse(switch.as_json())

    return [Route("/faults", show), Route("/faults", turn, methods=["PUT"])]
