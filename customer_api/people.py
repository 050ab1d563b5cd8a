"""Customers: found by phone or id, made when a phone is proved for the first time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api.bodies import Person
from customer_api.seals import Identifying, Seals
from customer_api.tables import Binding, Customer, Identifier


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says he is. Nothing of it shows in a repr."""

    phone: str
    first_name: str
    last_name: str
    locale: str
    proof: str = "shared"

    def __repr__(self) -> str:
        return "Claim(...)"


async def find_by(session: AsyncSession, seals: Seals, kind: Identifying, text: str) -> Customer | None:
    """The customer whose phone or tax id this is."""
    marks = seals.marks(text, kind)
    found = await session.scalars(
        select(Customer)
        .join(Identifier, Identifier.customer_id == Customer.id)
        .where(Identifier.kind == kind, Identifier.fingerprint.in_(marks))
    )
    return found.first()


async def enrol(session: AsyncSession, seals: Seals, claim: Claim, now: datetime) -> Customer:
    """The customer with this phone, made if there is none. Call it under the phone's lock, after proof."""
    known = await find_by(session, seals, "phone", claim.phone)
    if known is not None:
        return known
    customer_id = uuid4()
    name = {"first": claim.first_name, "last": claim.last_name}
    customer = Customer(
        id=customer_id, name=seals.seal(name, "customer.name", customer_id), locale=claim.locale, created_at=now
    )
    session.add(customer)
    await session.flush()
    add_identifier(session, seals, customer, "phone", claim.phone, now)
    return customer


def add_identifier(
    session: AsyncSession, seals: Seals, customer: Customer, kind: Identifying, text: str, now: datetime
) -> None:
    """Keep something that was proved to be this customer's."""
    row = uuid4()
    session.add(
        Identifier(
            id=row,
            customer_id=customer.id,
            kind=kind,
            fingerprint=seals.mark(text, kind),
            sealed=seals.seal({"text": text}, "identifier.sealed", row),
            verified_at=now,
        )
    )


async def one(session: AsyncSession, customer_id: UUID) -> Customer | None:
    """A customer's row."""
    return await session.get(Customer, customer_id)


async def read(session: AsyncSession, seals: Seals, customer_id: UUID, now: datetime) -> Person | None:
    """A customer as the API shows him."""
    customer = await session.get(Customer, customer_id)
    if customer is None:
        return None
    name = seals.open(customer.name, "customer.name", customer.id)
    bound_at, since, until = await _bound(session, customer.id, now)
    return Person(
        customer_id=customer.id,
        first_name=name["first"],
        last_name=name["last"],
        full_name=name.get("full", ""),
        phone=await phone_of(session, seals, customer.id),
        identified=customer.identified_at is not None,
        locale=customer.locale,
        bound_at=bound_at,
        watched_since=since if until is not None else None,
        watched_until=until,
    )


def name_by_documents(seals: Seals, customer: Customer, full_name: str) -> None:
    """From now on the customer has the name of his documents beside the one that he gave himself."""
    name = seals.open(customer.name, "customer.name", customer.id)
    customer.name = seals.seal(name | {"full": full_name}, "customer.name", customer.id)


async def _bound(
    session: AsyncSession, customer_id: UUID, now: datetime
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """When the youngest living binding was made, the oldest new one of all, and when the last living one ends new."""
    living, new = Binding.revoked_at.is_(None), Binding.risk_until > now
    found = await session.execute(
        select(
            func.max(Binding.bound_at).filter(living),
            func.min(Binding.bound_at).filter(new),
            func.max(Binding.risk_until).filter(living, new),
        ).where(Binding.customer_id == customer_id)
    )
    bound_at, since, until = found.one()
    return bound_at, since, until


async def phone_of(session: AsyncSession, seals: Seals, customer_id: UUID) -> str:
    """The phone that the customer proved."""
    row = await session.scalar(
        select(Identifier).where(Identifier.customer_id == customer_id, Identifier.kind == "phone")
    )
    return seals.open(row.sealed, "identifier.sealed", row.id)["text"] if row is not None else ""
