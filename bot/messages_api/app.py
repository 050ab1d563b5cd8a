"""MessageAPI put together: messages, broadcasts and events, with OpenAPI."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, FastAPI, Query

from bot.access import Who, access
from bot.messages_api import answers, bodies, samples
from bot.messages_api.broadcasts import Broadcasts
from bot.messages_api.desk import Desk
from bot.messages_api.events import LIMIT, LIMIT_MAX, Events
from bot.messages_api.refusing import refuse
from flows.ports import Principal, TokenVerifier

MESSAGES = "/api/v1/messages"
BROADCASTS = "/api/v1/broadcasts"
EVENTS = "/api/v1/events"
PREFIXES = (MESSAGES, BROADCASTS, EVENTS)
RECIPIENTS_SHOWN_MAX = 500


def build(desk: Desk, broadcasts: Broadcasts, events: Events, verifier: TokenVerifier) -> FastAPI:
    """The service; it answers under all of ``PREFIXES``."""
    who = access(verifier)
    app = FastAPI(
        title="MessageAPI",
        description="Write to customers in their messenger, change what was written, read what they did.",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{MESSAGES}/openapi.json",
        generate_unique_id_function=lambda route: route.name,
    )
    for router in (_messages(desk, who), _broadcasts(broadcasts, who), _events(events, who)):
        app.include_router(router)
    refuse(app)
    return app


def _messages(desk: Desk, who: Who) -> APIRouter:
    router = APIRouter(prefix=MESSAGES, tags=["messages"], responses=_refusals(401, 403, 422, 503))
    Caller = Annotated[Principal, Depends(who)]
    asked = Body(openapi_examples={name: {"value": body} for name, body in samples.POSTS.items()})
    patched = Body(openapi_examples={"text": {"value": samples.PATCH}})
    status: dict[str, Any] = {"response_model_exclude_unset": True}  # changes stands only where something was changed

    @router.post("", status_code=202, responses=_sample(202, samples.ACCEPTED) | _refusals(409))
    async def post_message(caller: Caller, body: Annotated[bodies.MessageBody, asked]) -> answers.Accepted:
        """Write to a customer. The same `idempotency_key` again is the same answer and sends nothing more."""
        return answers.Accepted(message_id=await desk.ask(caller, body))

    @router.get("/{message_id}", responses=_sample(200, samples.STATUS) | _refusals(404), **status)
    async def get_message(caller: Caller, message_id: UUID) -> answers.Message:
        """How a message stands. A service sees its own, staff see all."""
        return await desk.show(caller, message_id)

    @router.patch(
        "/{message_id}", status_code=202, responses=_sample(202, samples.CHANGED) | _refusals(404, 409), **status
    )
    async def patch_message(
        caller: Caller, message_id: UUID, body: Annotated[bodies.PatchBody, patched]
    ) -> answers.Message:
        """Say something else: in its place while it waits, else by an edit, or a correction where none is possible."""
        return await desk.change(caller, message_id, body)

    @router.delete(
        "/{message_id}", status_code=202, responses=_sample(202, samples.DELETED) | _refusals(404, 409), **status
    )
    async def delete_message(caller: Caller, message_id: UUID) -> answers.Message:
        """Take it back: it does not leave, or is deleted, or a notice follows where nothing can be deleted."""
        return await desk.take_back(caller, message_id)

    return router


def _broadcasts(broadcasts: Broadcasts, who: Who) -> APIRouter:
    router = APIRouter(prefix=BROADCASTS, tags=["broadcasts"], responses=_refusals(401, 403, 422, 503))
    Caller = Annotated[Principal, Depends(who)]
    asked = Body(openapi_examples={"text": {"value": samples.BROADCAST}})

    @router.post("", status_code=202, responses=_sample(202, samples.BROADCAST_ACCEPTED) | _refusals(409))
    async def post_broadcast(caller: Caller, body: Annotated[bodies.BroadcastBody, asked]) -> answers.BroadcastAccepted:
        """Write the same to many, at a pace. Whoever is named twice gets it once."""
        return answers.BroadcastAccepted(broadcast_id=await broadcasts.ask(caller, body))

    @router.get("/{broadcast_id}", responses=_sample(200, samples.PROGRESS) | _refusals(404))
    async def get_broadcast(caller: Caller, broadcast_id: UUID) -> answers.Broadcast:
        """How far it is."""
        return await broadcasts.show(caller, broadcast_id)

    @router.get("/{broadcast_id}/recipients", responses=_sample(200, samples.RECIPIENTS) | _refusals(404))
    async def list_recipients(
        caller: Caller,
        broadcast_id: UUID,
        after: Annotated[int, Query(ge=-1, le=bodies.RECIPIENTS_MAX, description="The last place that was read.")] = -1,
        limit: Annotated[int, Query(ge=1, le=RECIPIENTS_SHOWN_MAX)] = RECIPIENTS_SHOWN_MAX,
    ) -> list[answers.Recipient]:
        """Its places in the order of the list: each with its message, or why it was left out."""
        return await broadcasts.recipients(caller, broadcast_id, after, limit)

    @router.post("/{broadcast_id}/stop", responses=_sample(200, samples.STOPPED) | _refusals(404))
    async def stop_broadcast(caller: Caller, broadcast_id: UUID) -> answers.Broadcast:
        """Let nothing more of it leave. What is on its way arrives."""
        return await broadcasts.stop(caller, broadcast_id)

    return router


def _events(events: Events, who: Who) -> APIRouter:
    router = APIRouter(prefix=EVENTS, tags=["events"], responses=_refusals(401, 403, 422, 503))

    @router.get("", dependencies=[Depends(who)], responses=_sample(200, samples.EVENTS) | _refusals(404))
    async def list_events(
        after: Annotated[UUID | None, Query(description="The last event that was read.")] = None,
        channel: Annotated[str | None, Query(max_length=200)] = None,
        conversation: Annotated[
            str | None, Query(max_length=200, description="A conversation_key; or, with a channel, the chat's address.")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT,
    ) -> list[answers.Event]:
        """What customers did, oldest first, in the order in which it came. Ask again with the last one's id."""
        return await events.page(after, channel, conversation, limit)

    return router


def _sample(status: int, body: Any) -> dict[int | str, dict[str, Any]]:
    return {status: {"content": {"application/json": {"example": body}}}}


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {
        status: {"model": answers.Problem, "content": {"application/json": {"example": samples.PROBLEMS[status]}}}
        for status in statuses
    }
