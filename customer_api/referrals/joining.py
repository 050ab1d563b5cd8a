"""Whose friend a newcomer is: decided once, in the transaction that makes them a customer, and never again.

It is the first link that led to their chat within the window. A referral that may not be is kept as refused, with why,
so that staff see what was tried: one's own chat, a person who was welcomed before, a circle of friends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import people
from customer_api.referrals import arrivals
from customer_api.referrals.rules import Programme, Rules
from customer_api.referrals.tables import Invitation, Referral
from customer_api.seals import Chat, Seals
from customer_api.tables import Binding

CHAIN_MAX = 50  # friends of friends; whoever is further away is no circle that anybody would walk


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who has just become a customer, and where."""

    customer_id: UUID
    phone: str
    chat: Chat

    def __repr__(self) -> str:
        return f"Newcomer({self.customer_id})"


async def join(session: AsyncSession, seals: Seals, rules: Rules, newcomer: Newcomer, now: datetime) -> None:
    """Keep whose friend a new customer is, if anybody's. Call it under the locks of the chat and the phone."""
    touch = await arrivals.first_touch(session, seals, newcomer.chat.text, now - rules.window)
    invitation = await session.get(Invitation, touch.code) if touch is not None else None
    programme = rules.programmes.get(invitation.programme) if invitation is not None else None
    if invitation is None or programme is None:
        return
    phone = await people.phone_of(session, seals, invitation.customer_id)
    refusal = await _refusal(session, seals, invitation, phone, newcomer)
    session.add(_referral(seals, invitation, programme, phone, newcomer, refusal, now))


async def _refusal(
    session: AsyncSession, seals: Seals, invitation: Invitation, phone: str, newcomer: Newcomer
) -> str | None:
    """Why they may not be friends in the programme's sense; None when they may."""
    if not phone:
        return "recommender_gone"
    if phone == newcomer.phone or await _has_had(session, seals, invitation.customer_id, newcomer.chat):
        return "own_chat"
    marks = seals.marks(newcomer.phone, "referral")
    welcomed = select(literal(True)).where(Referral.newcomer_mark.in_(marks), Referral.state != "refused")
    if await session.scalar(welcomed.limit(1)):
        return "welcomed_before"
    return "loop" if await _leads_back(session, seals.marks(phone, "referral"), marks) else None


async def _has_had(session: AsyncSession, seals: Seals, customer_id: UUID, chat: Chat) -> bool:
    """Whether the chat is or was the customer's: who changes the number in one's own phone is no friend."""
    marks = seals.marks(chat.text, "chat")
    found = select(Binding.id).where(Binding.customer_id == customer_id, Binding.chat.in_(marks))
    return await session.scalar(found.limit(1)) is not None


async def _leads_back(session: AsyncSession, recommender: Sequence[str], newcomer: Sequence[str]) -> bool:
    """Whether the recommender came by a friend of a friend of the newcomer, who was a customer once before."""
    above = frozenset(recommender)
    for _ in range(CHAIN_MAX):
        if above & frozenset(newcomer):
            return True
        found = await session.scalars(
            select(Referral.recommender_mark).where(Referral.newcomer_mark.in_(above), Referral.state != "refused")
        )
        above = frozenset(found.all())
        if not above:
            return False
    return True


def _referral(
    seals: Seals, invitation: Invitation, programme: Programme, phone: str, newcomer: Newcomer, refusal: str | None,
    now: datetime,
) -> Referral:  # fmt: skip
    return Referral(
        id=uuid4(),
        code=invitation.code,
        programme=invitation.programme,
        channel=newcomer.chat.channel,
        recommender=invitation.customer_id,
        newcomer=newcomer.customer_id,
        recommender_mark=seals.mark(phone, "referral") if phone else "",
        newcomer_mark=seals.mark(newcomer.phone, "referral"),
        recommender_minor=programme.recommender.minor,
        newcomer_minor=programme.newcomer.minor,
        currency=programme.newcomer.currency,
        joined_at=now,
        state="refused" if refusal else "waiting",
        refusal=refusal,
    )
