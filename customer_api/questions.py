"""Questions of the catalogue that this service answers inside a turn: nothing is changed, nothing is remembered.

A verb has one answerer, which is given a session and the question. The answer is ``{"outputs": {...}}`` or
``{"error": code}``; nothing here is a guest's to ask.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from customer_api.bodies import Asked

Outputs: TypeAlias = Mapping[str, object]
Answerer: TypeAlias = Callable[[AsyncSession, UUID, Asked], Awaitable[Outputs]]


class NoSuchQuestion(LookupError):
    """Nobody here answers this verb."""


class Nothing(Exception):
    """The answer is a code of the catalogue, such as ``none_now``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Questions:
    """All that is asked here. ``answerers`` are by verb; each is called with the customer's id."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], answerers: Mapping[str, Answerer]) -> None:
        self._sessions = sessions
        self._answerers = dict(answerers)

    async def answer(self, verb: str, asked: Asked) -> dict[str, object]:
        """What the catalogue promises for the verb.

        :raises NoSuchQuestion: for a verb that is not ours.
        """
        answerer = self._answerers.get(verb)
        if answerer is None:
            raise NoSuchQuestion(verb)
        if asked.customer_id is None:
            return {"error": "unavailable"}
        try:
            async with self._sessions() as session:
                return {"outputs": dict(await answerer(session, asked.customer_id, asked))}
        except Nothing as nothing:
            return {"error": nothing.code}
