"""How many phones a customer may ask the bank about: a name is told for each, and nobody shall collect them."""

from datetime import datetime, timedelta

from core_adapters.database import Pool
from core_adapters.failures import Declined

PER_HOUR_MAX = 20  # a person types a few wrong numbers; a list of them is somebody else's business
HOUR = timedelta(hours=1)

# Only while there is room: what is turned away does not keep the door shut for longer.
COUNT = """
with old as (delete from money.phone_look_up where customer_id = $1 and at <= $2)
insert into money.phone_look_up (customer_id, at)
select $1, $3 where (select count(*) from money.phone_look_up where customer_id = $1 and at > $2) < $4
returning at
"""


async def count(pool: Pool, customer_id: str, now: datetime) -> None:
    """Note one look-up. Raises Declined (too_many)."""
    if await pool.fetchval(COUNT, customer_id, now - HOUR, now, PER_HOUR_MAX) is None:
        raise Declined("too_many")
