"""What else a customer is known by: a card's token of the vault, and the reference of a biometric service.

Both lie as a phone does, as a keyed fingerprint beside a sealed value. Nothing biometric ever comes here: the reference
is what the service that compares faces or voices calls a person, and it is neither kept nor looked for without the
customer's consent.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import bindings, guard, people
from customer_api.bodies import BiometricReference, CardReference
from customer_api.seals import Seals
from customer_api.tables import Customer, Identifier

KEPT_HERE = ("card", "biometric")  # a phone and a tax id are proved by the customer, and stay

Reference = CardReference | BiometricReference


class OfAnother(Exception):
    """It names another customer, and names one only."""


class NoConsent(Exception):
    """The customer has not allowed it, or has taken it back."""


async def keep(session: AsyncSession, seals: Seals, customer: Customer, named: Reference, now: datetime) -> Identifier:
    """Keep that this names the customer. Again it is the row that is there.

    :raises OfAnother: when it names somebody else.
    :raises NoConsent: for a biometric reference that the customer has not allowed.
    """
    if isinstance(named, BiometricReference) and not await guard.allows(session, customer.id, "biometrics"):
        raise NoConsent
    await bindings.lock(session, seals.mark(named.reference, named.kind))
    known = await _row(session, seals, named)
    if known is None:
        people.add_identifier(session, seals, customer, named.kind, named.reference, now)
        await session.flush()
        known = await _row(session, seals, named)
        assert known is not None
    if known.customer_id != customer.id:
        raise OfAnother
    return known


async def whose(session: AsyncSession, seals: Seals, named: Reference) -> UUID | None:
    """The customer whom it names; nobody where they do not allow to be found by it."""
    known = await _row(session, seals, named)
    if known is None:
        return None
    if isinstance(named, BiometricReference) and not await guard.allows(session, known.customer_id, "biometrics"):
        return None
    return known.customer_id


async def all_of(session: AsyncSession, customer_id: UUID) -> Sequence[Identifier]:
    """Everything that names a customer, the oldest first."""
    found = await session.scalars(
        select(Identifier)
        .where(Identifier.customer_id == customer_id)
        .order_by(Identifier.verified_at, Identifier.kind, Identifier.id)
    )
    return found.all()


async def drop(session: AsyncSession, customer_id: UUID, identifier_id: UUID) -> bool:
    """Forget one; False where there is none of this customer's that may be forgotten here."""
    row = await session.get(Identifier, identifier_id, with_for_update=True)
    if row is None or row.customer_id != customer_id or row.kind not in KEPT_HERE:
        return False
    await session.delete(row)
    return True


async def _row(session: AsyncSession, seals: Seals, named: Reference) -> Identifier | None:
    marks = seals.marks(named.reference, named.kind)
    return await session.scalar(
        select(Identifier).where(Identifier.kind == named.kind, Identifier.fingerprint.in_(marks))
    )
