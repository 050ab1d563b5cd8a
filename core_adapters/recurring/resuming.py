"""Takes up a payment again that rests after refusals: from its next date on, and never for a date that has passed."""

from datetime import datetime

from core_adapters.failures import Declined
from core_adapters.operations.store import Store
from core_adapters.ports import Order, Posted
from core_adapters.recurring import records
from core_adapters.recurring.calendar import day_of, next_after
from core_adapters.recurring.mandate import Following
from core_adapters.recurring.records import Schedule
from flows import formats

FIND = "select * from money.schedule where id::text = $1 and customer_id = $2 and does = 'pay'"
RESUME = """
update money.schedule set state = 'active', refusals = 0, next_on = $2, due_at = $3, remind_at = $4, retry_of = null,
    retry_on = null, lease_until = null, updated_at = $5
where id = $1 and state = 'paused'
"""


async def resume(store: Store, order: Order) -> Posted:
    """The yes that it was set up with holds again. Raises Declined: it does not rest, or is nobody's of this name."""
    schedule = await _found(store, order)
    if schedule is not None and schedule.state == "paused":
        await _take_up(store, schedule, store.clock())
    resumed = await goes_on(store, order)
    if resumed is None:
        raise Declined("not_paused")
    return resumed


async def goes_on(store: Store, order: Order) -> Posted | None:
    """Whether the payment goes on, and when next; whoever asked for it twice has it once."""
    schedule = await _found(store, order)
    if schedule is None or schedule.state != "active":
        return None
    return Posted(str(order.op_id), {"next": formats.day(schedule.next_on, order.locale)})


async def _take_up(store: Store, schedule: Schedule, now: datetime) -> None:
    next_on = next_after(schedule.standing.anchor, schedule.every, day_of(now, schedule.zone))
    following = Following.on(next_on, schedule.zone, pays=True)
    remind_at = following.remind_at if following.remind_at and following.remind_at > now else None
    await store.pool.execute(RESUME, schedule.id, next_on, following.due_at, remind_at, now)


async def _found(store: Store, order: Order) -> Schedule | None:
    row = await store.pool.fetchrow(FIND, str(order.inputs.get("recurring")), order.customer_id)
    return None if row is None else records.read(row, store.sealer)
