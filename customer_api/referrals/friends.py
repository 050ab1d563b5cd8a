"""Referrals as the rest of this service meets them: what chats do that concerns them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import people
from customer_api.bodies import Answer, Asked
from customer_api.codes import Bound
from customer_api.questions import Nothing, Outputs
from customer_api.referrals import arrivals, joining, links, telling
from customer_api.referrals.joining import Newcomer
from customer_api.referrals.rules import Rules
from customer_api.seals import Seals
from customer_api.started import CheckCode, MakeLink, Reach, SendCode


@dataclass(frozen=True, slots=True)
class Friends:
    """``page`` is the address that links begin with."""

    seals: Seals
    rules: Rules
    page: str
    clock: Callable[[], datetime]

    async def run(self, session: AsyncSession, ask: MakeLink | Reach) -> Answer:
        """An operation of ours."""
        if isinstance(ask, Reach):
            return await arrivals.reach(session, self.seals, ask, self.clock())
        return await links.make(session, self.seals, ask, self.rules, self.page, self.clock())

    async def started(self, session: AsyncSession, ask: SendCode) -> None:
        """A chat asks for a code."""
        await arrivals.started(session, ask.conversation, ask.channel, self.clock())

    async def bound(self, session: AsyncSession, ask: CheckCode, bound: Bound) -> None:
        """A chat has become a customer's: of a new one it is decided now whose friend they are."""
        now = self.clock()
        await arrivals.bound(session, ask.conversation, ask.channel, bound.customer_id, bound.is_newcomer, now)
        if bound.is_newcomer:
            newcomer = Newcomer(bound.customer_id, bound.phone, ask.chat)
            await joining.join(session, self.seals, self.rules, newcomer, now)

    async def overview(self, session: AsyncSession, customer_id: UUID, asked: Asked) -> Outputs:
        """The statement of a customer's rewards. Raises Nothing for a programme that is closed."""
        told = await telling.overview(session, self.rules, customer_id, str(asked.inputs.get("programme")))
        if told is None:
            raise Nothing("closed")
        return told

    async def picture(self, session: AsyncSession, customer_id: UUID, asked: Asked) -> Outputs:
        """The customer's own invitation as a picture shows it. Raises Nothing where there is none."""
        programme = str(asked.inputs.get("programme"))
        told = await links.shown(session, self.rules, customer_id, programme, self.page)
        if told is None:
            raise Nothing("closed")
        return {**told, "inviter": await self._called(session, customer_id)}

    async def _called(self, session: AsyncSession, customer_id: UUID) -> str:
        """``Anna K.``: enough for a friend, and too little for a stranger."""
        person = await people.read(session, self.seals, customer_id, self.clock())
        return f"{person.first_name} {person.last_name[:1]}.".removesuffix(" .") if person is not None else ""
