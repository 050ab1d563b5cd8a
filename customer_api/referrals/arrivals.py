"""Who has come to which chat and by what, and how far they got: each step is kept once, at its first time."""

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import bindings
from customer_api.bodies import Answer
from customer_api.referrals import links, sent
from customer_api.referrals.tables import Journey, Touch
from customer_api.seals import Seals
from customer_api.started import Reach

BY_CODE = re.compile(r"ref_([2-9A-HJKMNP-Z]{8})", re.ASCII | re.IGNORECASE)
BY_PARTNER = re.compile(r"partner_([a-z][a-z0-9-]{1,39})", re.ASCII)


async def reach(session: AsyncSession, seals: Seals, ask: Reach, now: datetime) -> Answer:
    """Keep an arrival. A code counts for a chat that is nobody's yet; a customer's own taps change nothing."""
    came_by = ask.inputs.came_by
    of_friend, of_partner = BY_CODE.fullmatch(came_by), BY_PARTNER.fullmatch(came_by)
    invitation = await links.find(session, of_friend[1]) if of_friend else None
    code = came_by if invitation is None and sent.CODE.fullmatch(came_by) else ""
    partner = await sent.came(session, code, now) if code else of_partner[1] if of_partner else ""
    await bindings.lock(session, seals.mark(ask.chat.text, "chat"))
    await session.execute(
        insert(Journey)
        .values(
            conversation=ask.conversation, channel=ask.channel, reached_at=now,
            came_by=invitation.programme if invitation else "", partner=partner, code=code,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    if invitation is not None and await bindings.living(session, seals, ask.chat) is None:
        session.add(Touch(op_id=ask.op_id, chat=seals.mark(ask.chat.text, "chat"), code=invitation.code, at=now))
    return Answer(state="done")


async def first_touch(session: AsyncSession, seals: Seals, chat: str, since: datetime) -> Touch | None:
    """The first of the links that led to a chat, of those that still count."""
    found = await session.scalars(
        select(Touch).where(Touch.chat.in_(seals.marks(chat, "chat")), Touch.at > since).order_by(Touch.n).limit(1)
    )
    return found.first()


async def started(session: AsyncSession, conversation: UUID, channel: str, now: datetime) -> None:
    """Somebody has asked for a code. A chat that was never seen to arrive arrives with it."""
    await _there(session, conversation, channel, now)
    await session.execute(
        update(Journey)
        .where(Journey.conversation == conversation, Journey.started_at.is_(None))
        .values(started_at=now)
    )  # fmt: skip


async def bound(
    session: AsyncSession, conversation: UUID, channel: str, customer_id: UUID, is_newcomer: bool, now: datetime
) -> None:
    """The chat has become a customer's."""
    await _there(session, conversation, channel, now)
    await session.execute(
        update(Journey)
        .where(Journey.conversation == conversation, Journey.bound_at.is_(None))
        .values(bound_at=now, customer_id=customer_id, is_newcomer=is_newcomer)
    )


async def used(session: AsyncSession, customer_id: UUID, at: datetime) -> None:
    """A newcomer's card was used: the journey that brought them ends there."""
    await session.execute(
        update(Journey)
        .where(Journey.customer_id == customer_id, Journey.is_newcomer.is_(True), Journey.used_at.is_(None))
        .values(used_at=at)
    )


async def _there(session: AsyncSession, conversation: UUID, channel: str, now: datetime) -> None:
    await session.execute(
        insert(Journey).values(conversation=conversation, channel=channel, reached_at=now).on_conflict_do_nothing()
    )
