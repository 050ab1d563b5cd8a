"""Channels at /api/v1/channels, for staff: which messengers send, what waits, and the switch that stops one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.access import answering, misshapen
from bot.store import StoreDown
from bot.switches import Standing, Switches
from flows.entities.cards import none_in
from flows.ports import Channel, Principal, TokenVerifier

PREFIX = "/api/v1/channels"
REASON_MAX = 300
UNAVAILABLE = HTTPException(503, "The database does not answer. Try again.")


class Turn(BaseModel):
    """``account`` left out means all accounts of the channel."""

    model_config = ConfigDict(extra="forbid")

    sending: Literal["on", "off"]
    reason: Annotated[str, Field(min_length=1, max_length=REASON_MAX), AfterValidator(none_in)]
    account: str = ""


class Line(BaseModel):
    """One account. ``rests_until`` is set where the platform itself has stopped it."""

    channel: str
    account: str
    sending: Literal["on", "off"]
    reason: str
    by: str
    at: datetime | None
    waiting: int
    oldest_s: float
    rests_until: datetime | None
    rests_for: str


class Lines(BaseModel):
    """All accounts."""

    channels: list[Line]


def build(switches: Switches, channels: Mapping[str, Channel], verifier: TokenVerifier) -> FastAPI:
    """The service."""
    staff = answering(verifier)

    async def lines() -> Lines:
        try:
            found = await switches.standings([(name, channel.account) for name, channel in channels.items()])
        except StoreDown:
            raise UNAVAILABLE from None
        return Lines(channels=[_line(standing) for standing in found])

    router = APIRouter(prefix=PREFIX)

    @router.get("", dependencies=[Depends(staff)])
    async def listed() -> Lines:
        """Every account: whether it sends, who stopped it and why, what waits, and until when it rests by itself."""
        return await lines()

    @router.put("/{channel}")
    async def turn(channel: str, body: Turn, who: Annotated[Principal, Depends(staff)]) -> Lines:
        """Stop sending or let it go on. Messages wait meanwhile; what customers write is taken in all the same."""
        if channel not in channels:
            raise HTTPException(404, f"There is no channel '{channel}' here, but: {', '.join(sorted(channels))}.")
        try:
            await switches.turn(channel, body.account, body.sending == "on", body.reason, who.subject)
        except StoreDown:
            raise UNAVAILABLE from None
        every = await lines()
        return Lines(channels=[line for line in every.channels if line.channel == channel])

    app = FastAPI(title="Channels", docs_url=None, redoc_url=None, openapi_url=f"{PREFIX}/openapi.json")
    app.include_router(router)
    app.add_exception_handler(RequestValidationError, misshapen)
    return app


def _line(standing: Standing) -> Line:
    switch, queue = standing.switch, standing.queue
    return Line(
        channel=switch.channel, account=switch.account, sending="on" if switch.sending else "off",
        reason=switch.reason, by=switch.who, at=switch.at, waiting=queue.waiting, oldest_s=round(queue.oldest_s, 1),
        rests_until=switch.rests_until, rests_for=switch.rests_for if switch.rests_until is not None else "",
    )  # fmt: skip
