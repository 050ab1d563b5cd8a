"""The paths of `/api/v1/customers`. Somebody else's id and one that does not exist look the same: 404."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from customer_api import bindings, notices, people
from customer_api.access import access
from customer_api.bodies import Answer, Answered, Asked, BoundChat, Context, Notices, Person, Phone, Problem, Word
from customer_api.notices import NoticeRules
from customer_api.operations import Operations
from customer_api.ports import Endings
from customer_api.questions import NoSuchQuestion, Questions
from customer_api.seals import Chat, Seals
from customer_api.started import Operation
from flows.ports import Principal, TokenVerifier

PREFIX = "/api/v1/customers"
REFUSALS: dict[int | str, dict[str, object]] = {status: {"model": Problem} for status in (401, 403, 404, 409, 422, 503)}


class NotFound(Exception):
    """There is no such thing, or not for this caller."""


@dataclass(frozen=True, slots=True)
class Service:
    """What the endpoints work with."""

    sessions: async_sessionmaker[AsyncSession]
    seals: Seals
    operations: Operations
    clock: Callable[[], datetime]
    rules: NoticeRules
    questions: Questions
    endings: Endings | None = None


def router(service: Service, verifier: TokenVerifier) -> APIRouter:
    """All paths. Fixed ones stand before `/{customer_id}`."""
    routes = APIRouter(prefix=PREFIX, tags=["customers"], responses=dict(REFUSALS))
    _operations(routes, service, verifier)
    _bindings(routes, service, verifier)
    _people(routes, service, verifier)
    return routes


def _operations(routes: APIRouter, service: Service, verifier: TokenVerifier) -> None:
    @routes.post("/operations", dependencies=[Depends(access(verifier))])
    async def run_operation(operation: Operation) -> Answer:
        """Run an operation that a flow started. The same `op_id` again is the same answer; another body is 409."""
        return await service.operations.run(operation)

    @routes.post("/questions/{verb}", dependencies=[Depends(access(verifier))])
    async def ask_question(verb: str, asked: Asked) -> Answered:
        """Answer a question of a flow. Nothing is changed by it; a verb that is not ours is 404."""
        try:
            return Answered.model_validate(await service.questions.answer(verb, asked))
        except NoSuchQuestion:
            raise NotFound from None


def _bindings(routes: APIRouter, service: Service, verifier: TokenVerifier) -> None:
    @routes.get("/bindings", dependencies=[Depends(access(verifier))])
    async def find_binding(
        channel: Word, address: Annotated[str, Query(max_length=200)], account: Word = ""
    ) -> BoundChat:
        """The living binding of a chat."""
        async with service.sessions() as session:
            binding = await bindings.living(session, service.seals, Chat(channel, account, address))
        if binding is None:
            raise NotFound
        return bindings.shown(service.seals, binding)

    @routes.delete("/bindings/{binding_id}")
    async def revoke_binding(binding_id: str, caller: Annotated[Principal, Depends(access(verifier))]) -> BoundChat:
        """End a binding; it stays in the history with who ended it, and its chat hears of it. Again changes nothing."""
        async with service.sessions.begin() as session:
            binding = await bindings.revoke(session, id_of(binding_id), caller.subject, service.clock())
            if binding is None:
                raise NotFound
            ended = bindings.shown(service.seals, binding)
        if service.endings is not None and ended.address:  # an erased chat has no address any more
            chat = Chat(ended.channel, ended.account, ended.address)
            await service.endings.tell(ended.binding_id, chat, service.clock())
        return ended


def _people(routes: APIRouter, service: Service, verifier: TokenVerifier) -> None:
    allowed = [Depends(access(verifier))]

    @routes.get("", dependencies=allowed)
    async def find_customer(phone: Annotated[Phone, Query()]) -> Person:
        """The customer who proved this phone."""
        async with service.sessions() as session:
            customer = await people.find_by(session, service.seals, "phone", phone)
            return await _person(session, customer.id if customer is not None else None)

    @routes.get("/{customer_id}", dependencies=allowed)
    async def read_customer(customer_id: str) -> Person:
        """A customer."""
        async with service.sessions() as session:
            return await _person(session, id_of(customer_id))

    @routes.get("/{customer_id}/context", dependencies=allowed)
    async def read_context(customer_id: str) -> Context:
        """What a flow may know of a customer."""
        person = await read_customer(customer_id)
        return Context(name=person.first_name, identified=person.identified)

    @routes.get("/{customer_id}/bindings", dependencies=allowed)
    async def list_bindings(customer_id: str) -> list[BoundChat]:
        """All chats of a customer, the revoked ones too, the oldest first."""
        async with service.sessions() as session:
            await _person(session, id_of(customer_id))
            rows = await bindings.history(session, id_of(customer_id))
        return [bindings.shown(service.seals, row) for row in rows]

    @routes.get("/{customer_id}/notices", dependencies=allowed)
    async def read_notices(customer_id: str) -> Notices:
        """What a customer hears of unasked, and where."""
        async with service.sessions() as session:
            person = await _person(session, id_of(customer_id))
            states = await notices.heard(session, person.customer_id, service.rules)
            newest = await bindings.newest(session, person.customer_id)
        chat = bindings.shown(service.seals, newest) if newest is not None else None
        return Notices(kinds=states, locale=person.locale, chat=chat)

    async def _person(session: AsyncSession, customer_id: UUID | None) -> Person:
        if customer_id is None:
            raise NotFound
        person = await people.read(session, service.seals, customer_id, service.clock())
        if person is None:
            raise NotFound
        return person


def id_of(text: str) -> UUID:
    """An id of a path; what is none is nobody's."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
