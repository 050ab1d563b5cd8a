"""What a customer has allowed, and what they have taken back: a row a decision, and the newest one holds.

A decision about `partner_sharing` is about one partner; the others are about the bank. What was never asked is not
allowed. A withdrawal holds from the moment its transaction ends, for whoever asks `holds` after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import bindings
from customer_api.bodies import Purpose
from customer_api.tables import Consent


@dataclass(frozen=True, slots=True)
class Evidence:
    """How we know: the operation that the customer's own message or tap started, in which channel, and when."""

    op_id: UUID
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Wording:
    """Which text the customer has seen: its version, and in which language."""

    version: str
    language: str


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who gets what: the partner's id, its name as the customer has read it, and what is shared, in their words."""

    partner: str
    name: str
    scope: str


NOBODY = Sharing("", "", "")


async def give(
    session: AsyncSession,
    customer_id: UUID,
    purpose: Purpose,
    wording: Wording,
    evidence: Evidence,
    sharing: Sharing = NOBODY,
) -> None:
    """Keep that the customer allows it. Given again it is one more row, for the text may be another one.

    The same operation again adds nothing. `sharing` goes with `partner_sharing` and with no other purpose.
    """
    await _lock(session, customer_id)
    if await _is_kept(session, evidence, purpose, sharing.partner):
        return
    session.add(_row(customer_id, purpose, wording, evidence, sharing, given=True))
    await session.flush()


async def withdraw(
    session: AsyncSession, customer_id: UUID, purpose: Purpose, evidence: Evidence, partner: str = ""
) -> bool:
    """Take it back; False when it did not hold. The row names the text that is withdrawn."""
    await _lock(session, customer_id)
    newest = await _newest(session, customer_id, purpose, partner)
    if newest is None or not newest.given:
        return False
    wording = Wording(newest.text_version, newest.language)
    sharing = Sharing(newest.partner, newest.partner_name, newest.scope)
    session.add(_row(customer_id, purpose, wording, evidence, sharing, given=False))
    await session.flush()
    return True


async def holds(session: AsyncSession, customer_id: UUID, purpose: Purpose, partner: str = "") -> bool:
    """Whether the customer allows it at this moment."""
    newest = await _newest(session, customer_id, purpose, partner)
    return newest is not None and newest.given


async def all_of(session: AsyncSession, customer_id: UUID) -> Sequence[Consent]:
    """Every decision of a customer, the oldest first."""
    rows = await session.scalars(select(Consent).where(Consent.customer_id == customer_id).order_by(Consent.n))
    return rows.all()


async def standing(session: AsyncSession, customer_id: UUID) -> list[Consent]:
    """What the customer allows at this moment, in the order in which it was first decided."""
    newest = {(row.purpose, row.partner): row for row in await all_of(session, customer_id)}
    return [row for row in newest.values() if row.given]


async def _newest(session: AsyncSession, customer_id: UUID, purpose: Purpose, partner: str) -> Consent | None:
    about = (Consent.customer_id == customer_id, Consent.purpose == purpose, Consent.partner == partner)
    return await session.scalar(select(Consent).where(*about).order_by(Consent.n.desc()).limit(1))


async def _is_kept(session: AsyncSession, evidence: Evidence, purpose: Purpose, partner: str) -> bool:
    same = (Consent.op_id == evidence.op_id, Consent.purpose == purpose, Consent.partner == partner)
    return await session.scalar(select(Consent.id).where(*same)) is not None


def _row(
    customer_id: UUID, purpose: Purpose, wording: Wording, evidence: Evidence, sharing: Sharing, *, given: bool
) -> Consent:
    return Consent(
        id=uuid4(),
        customer_id=customer_id,
        purpose=purpose,
        partner=sharing.partner,
        partner_name=sharing.name,
        scope=sharing.scope,
        given=given,
        text_version=wording.version,
        language=wording.language,
        op_id=evidence.op_id,
        channel=evidence.channel,
        decided_at=evidence.at,
    )


async def _lock(session: AsyncSession, customer_id: UUID) -> None:
    """One decision of a customer at a time, so that the newest row is the last one decided."""
    await bindings.lock(session, f"consents of {customer_id}")
