"""Which chat is whose. One living binding a chat; what was revoked stays in the history."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api.bodies import Answer, BoundChat
from customer_api.seals import Chat, Seals
from customer_api.started import Unbind
from customer_api.tables import Binding, Customer

RISK = timedelta(hours=24)  # how long a new binding is trusted less: a stolen SIM is noticed within a day

RISK_TYPED = timedelta(hours=72)  # a number that nobody but its writer answers for
FACTORS = {"shared": "own_contact+sms", "sender": "sender+sms", "typed": "typed+sms"}


class BoundToAnother(Exception):
    """The chat is another customer's. It must be revoked first, by somebody who may."""


async def living(session: AsyncSession, seals: Seals, chat: Chat) -> Binding | None:
    """The chat's binding."""
    marks = seals.marks(chat.text, "chat")
    return await session.scalar(select(Binding).where(Binding.chat.in_(marks), Binding.revoked_at.is_(None)))


async def bind(
    session: AsyncSession, seals: Seals, chat: Chat, customer: Customer, proof: str, now: datetime
) -> Binding:
    """Bind the chat to the customer; a binding that is there already stays as it is. Call it under the chat's lock.

    ``proof`` is how the phone came: ``shared``, ``sender`` or ``typed``.

    :raises BoundToAnother: and nothing is changed.
    """
    known = await living(session, seals, chat)
    if known is not None:
        if known.customer_id != customer.id:
            raise BoundToAnother
        return known
    row = uuid4()
    binding = Binding(
        id=row,
        customer_id=customer.id,
        channel=chat.channel,
        account=chat.account,
        address=seals.seal({"text": chat.address}, "binding.address", row),
        chat=seals.mark(chat.text, "chat"),
        factor=FACTORS[proof],
        bound_at=now,
        risk_until=now + (RISK_TYPED if proof == "typed" else RISK),
    )
    session.add(binding)
    return binding


async def revoke(session: AsyncSession, binding_id: UUID, by: str, now: datetime) -> Binding | None:
    """End a binding; one that has ended already keeps its first end. None when there is no such binding."""
    binding = await session.scalar(select(Binding).where(Binding.id == binding_id).with_for_update())
    if binding is not None and binding.revoked_at is None:
        binding.revoked_at, binding.revoked_by = now, by
    return binding


async def unbind(session: AsyncSession, seals: Seals, ask: Unbind, now: datetime) -> Answer:
    """End the binding of a chat. Whoever is in it may ask: it opens nothing."""
    await lock(session, seals.mark(ask.chat.text, "chat"))
    binding = await living(session, seals, ask.chat)
    if binding is None or ask.customer_id not in (None, binding.customer_id):
        return Answer(state="failed", error="not_bound")
    await revoke(session, binding.id, f"the customer in {ask.channel}", now)
    return Answer(state="done")


async def history(session: AsyncSession, customer_id: UUID) -> Sequence[Binding]:
    """All bindings of a customer, the oldest first."""
    found = await session.scalars(
        select(Binding).where(Binding.customer_id == customer_id).order_by(Binding.bound_at, Binding.id)
    )
    return found.all()


async def newest(session: AsyncSession, customer_id: UUID) -> Binding | None:
    """The youngest of a customer's living bindings: the chat they have chosen last."""
    found = await session.scalars(
        select(Binding)
        .where(Binding.customer_id == customer_id, Binding.revoked_at.is_(None))
        .order_by(Binding.bound_at.desc(), Binding.id.desc())
        .limit(1)
    )
    return found.first()


def shown(seals: Seals, binding: Binding) -> BoundChat:
    """A binding as the API shows it."""
    return BoundChat(
        binding_id=binding.id,
        customer_id=binding.customer_id,
        channel=binding.channel,
        account=binding.account,
        address=seals.open(binding.address, "binding.address", binding.id)["text"],
        factor=binding.factor,
        bound_at=binding.bound_at,
        risk_until=binding.risk_until,
        revoked_at=binding.revoked_at,
    )


async def lock(session: AsyncSession, mark: str) -> None:
    """One at a time for a chat or a phone, until the transaction ends. Take the chat's before the phone's."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(mark, 0))))
