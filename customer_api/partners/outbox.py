"""What partners are told: a row written in the transaction that it tells of, sent afterwards until somebody takes it.

It comes at least once and in no order; the id stays the same over all tries and replays.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api.partners.bodies import DeliveryShown
from customer_api.partners.tables import Partner, PartnerDelivery
from customer_api.seals import Seals

# The pauses between tries, in seconds; the last one again and again until the three days are over.
PAUSES_S = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 43_200)
GIVE_UP_AFTER = timedelta(days=3)
JITTER = 0.1  # a tenth either way, so that what failed together does not come together again
WAIT_S_MAX = 43_200  # as long as a partner may ask us to wait
LEASE = timedelta(seconds=60)  # who has taken a row and died is followed by another after that
A_PARTNER_MAX = 4  # on their way to one partner at once: a slow one holds up nobody

CLAIM = text("""
with ranked as (
    select id, row_number() over (partition by partner order by next_at, id) as place from customers.partner_delivery
    where state = 'waiting' and next_at <= :now and not partner = any(:busy)),
mine as (
    select d.id from customers.partner_delivery d join ranked on ranked.id = d.id
    where d.state = 'waiting' and d.next_at <= :now and ranked.place <= :each
    order by d.next_at limit :most for update of d skip locked)
update customers.partner_delivery d set next_at = :lease, tries = d.tries + 1 from mine where d.id = mine.id
returning d.id""")


class CannotReplay(Exception):
    """It is not sent again; the text says why."""


async def tell(
    session: AsyncSession,
    seals: Seals,
    partner: Partner,
    name: str,
    data: Mapping[str, object],
    now: datetime,
    customer_id: UUID | None = None,
) -> UUID:
    """Keep an event for a partner. One about a customer goes out only while they allow it."""
    row = uuid4()
    body = json.dumps({"type": name, "timestamp": now.isoformat(), "data": dict(data)}, ensure_ascii=False)
    is_open = partner.out_url is not None and partner.out_stopped is None
    session.add(
        PartnerDelivery(
            id=row,
            partner=partner.id,
            customer_id=customer_id,
            type=name,
            sealed=seals.seal({"body": body}, "partner_delivery.sealed", row),
            state="waiting" if is_open else "stopped",
            tries=0,
            since=now,
            next_at=now if is_open else None,
            created_at=now,
        )
    )
    await session.flush()
    return row


async def claim(session: AsyncSession, now: datetime, most: int, busy: Sequence[str]) -> Sequence[UUID]:
    """Take what is due, for as long as the lease; none of the ``busy`` partners."""
    values = {"now": now, "lease": now + LEASE, "most": most, "busy": list(busy), "each": A_PARTNER_MAX}
    return (await session.execute(CLAIM, values)).scalars().all()


def body_of(seals: Seals, delivery: PartnerDelivery) -> bytes:
    """The very bytes of every try."""
    return seals.open(delivery.sealed, "partner_delivery.sealed", delivery.id)["body"].encode()


def webhook_id(delivery_id: UUID) -> str:
    return f"msg_{delivery_id.hex}"


def end(delivery: PartnerDelivery, state: str, told: str, now: datetime) -> None:
    """It is not tried again by itself."""
    delivery.state, delivery.told, delivery.next_at, delivery.ended_at = state, told, None, now


def again(
    delivery: PartnerDelivery, told: str, now: datetime, wait_s: float = 0, chance: Callable[[], float] = random.random
) -> None:
    """Try again after the pause that this try has earned, or give up after three days."""
    pause_s = max(PAUSES_S[min(delivery.tries, len(PAUSES_S)) - 1], min(wait_s, WAIT_S_MAX))
    next_at = now + timedelta(seconds=pause_s * (1 - JITTER + 2 * JITTER * chance()))
    if next_at > delivery.since + GIVE_UP_AFTER:
        end(delivery, "given_up", told, now)
    else:
        delivery.told, delivery.next_at = told, next_at


async def stop(session: AsyncSession, partner_id: str, now: datetime) -> None:
    """Everything that waits for a partner stops; staff can replay it."""
    await session.execute(
        update(PartnerDelivery)
        .where(PartnerDelivery.partner == partner_id, PartnerDelivery.state == "waiting")
        .values(state="stopped", next_at=None, told="410", ended_at=now)
    )


async def listed(session: AsyncSession, partner_id: str, state: str | None, limit: int) -> list[DeliveryShown]:
    """The newest deliveries of a partner."""
    found = select(PartnerDelivery).where(PartnerDelivery.partner == partner_id)
    if state is not None:
        found = found.where(PartnerDelivery.state == state)
    newest = found.order_by(PartnerDelivery.created_at.desc(), PartnerDelivery.id).limit(limit)
    return [shown(row) for row in await session.scalars(newest)]


async def replay(session: AsyncSession, partner: Partner, delivery_id: UUID, now: datetime) -> DeliveryShown | None:
    """Send it again under its own id, for three days from now; None when the partner has no such delivery.

    :raises CannotReplay: where nothing may go out.
    """
    delivery = await session.get(PartnerDelivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.partner != partner.id:
        return None
    if delivery.state == "withdrawn":
        raise CannotReplay("The customer has taken the consent back.")
    if partner.out_url is None or partner.out_stopped is not None:
        raise CannotReplay("Nothing is sent to this partner now; set its out_url first.")
    delivery.state, delivery.tries, delivery.since = "waiting", 0, now
    delivery.next_at, delivery.ended_at = now, None
    await session.flush()
    return shown(delivery)


def shown(row: PartnerDelivery) -> DeliveryShown:
    return DeliveryShown(
        delivery_id=row.id,
        webhook_id=webhook_id(row.id),
        type=row.type,
        state=row.state,
        tries=row.tries,
        told=row.told,
        created_at=row.created_at,
        next_at=row.next_at,
        ended_at=row.ended_at,
    )
