"""``/api/v1/operations/switches``: what staff have stopped, an action or all at one core, and the switch itself."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import AfterValidator, Field, StrictBool

from core_adapters.api.security import Caller
from core_adapters.api.shapes import Problem, Shape
from core_adapters.operations.switches import Switch, Switches
from flows.entities.cards import none_in
from flows.ports import Principal

Called = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_.]{0,79}$")]


class Turn(Shape):
    """Which way, and why."""

    stopped: StrictBool
    why: Annotated[str, Field(min_length=3, max_length=300, pattern=r"^[^\x00]*$"), AfterValidator(none_in)]


class Turned(Turn):
    """A switch as it stands."""

    name: str
    who: str
    at: datetime

    @classmethod
    def of(cls, switch: Switch) -> "Turned":
        return cls(name=switch.name, stopped=switch.stopped, why=switch.why, who=switch.who, at=switch.at)


class All(Shape):
    """Every switch that was ever turned, and the names there are."""

    switches: list[Turned]
    names: list[str]


def routes(switches: Switches, clerk: Caller) -> APIRouter:
    """The routes for staff."""
    router = APIRouter(prefix="/api/v1/operations/switches")

    @router.get("")
    async def listed(_: Annotated[Principal, Depends(clerk)]) -> All:
        """What is stopped or was, by whom and why."""
        found = [Turned.of(switch) for switch in await switches.listed()]
        return All(switches=found, names=sorted(switches.names))

    @router.put("/{name}", responses={404: {"model": Problem}})
    async def turn(name: Called, body: Turn, who: Annotated[Principal, Depends(clerk)]) -> Turned:
        """Stop an action or a core, or allow it again: at once, in every process."""
        return Turned.of(await switches.turn(name, body.stopped, who.subject, body.why))

    return router
